"""The corruptions and what their strengths mean; to add one is to add a function and an entry.

The idea of five strengths and of the mean over corruptions is that of D. Hendrycks and
T. Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations",
ICLR 2019. The corruptions are those that tracks meet in the field and the amounts are our own: 1 is
what a person hardly notices, 5 what a person just still reads.
"""

from collections.abc import Iterable

from bench.errors import UserError, nearest
from runners.data.corruptions.camera import blur, jpeg, noise
from runners.data.corruptions.corruption import Corruption, Pixels
from runners.data.corruptions.ground import cover, snow
from runners.data.corruptions.light import brightness, contrast
from runners.data.corruptions.pose import rotation, scale
from runners.data.synthetic.draws import Draws

# To be raised when a corruption makes other pixels than before.
VERSION = 1
STRENGTHS = (1, 2, 3, 4, 5)

CORRUPTIONS = (
    Corruption("blur", "sd, fraction of the side", (0.004, 0.008, 0.013, 0.02, 0.03), blur),
    Corruption("noise", "sd, fraction of white", (0.04, 0.08, 0.12, 0.18, 0.26), noise),
    Corruption("jpeg", "quality", (40, 25, 15, 9, 5), jpeg),
    Corruption("brightness", "divisor, dark or bright", (1.2, 1.4, 1.7, 2.1, 2.7), brightness),
    Corruption("contrast", "factor", (0.75, 0.55, 0.4, 0.28, 0.18), contrast),
    Corruption("snow", "fraction of the area", (0.08, 0.17, 0.28, 0.4, 0.53), snow),
    Corruption("rotation", "degrees, either way", (7, 15, 24, 34, 45), rotation),
    Corruption("cover", "fraction of the area", (0.05, 0.12, 0.2, 0.3, 0.42), cover),
    Corruption("scale", "zoom, near or far", (1.12, 1.25, 1.4, 1.6, 1.85), scale),
)


def corruptions(names: Iterable[str] = ()) -> tuple[Corruption, ...]:
    """The corruptions of these names, in the catalogue's order; all where none is named.

    Raises:
        UserError: there is no corruption of a name.
    """
    known = {each.name: each for each in CORRUPTIONS}
    wanted = set(names) or set(known)
    for name in sorted(wanted - set(known)):
        raise UserError(f"{name}: is no corruption{nearest(name, known)}")
    return tuple(each for each in CORRUPTIONS if each.name in wanted)


def corrupt(image: Pixels, corruption: Corruption, strength: int, path: str) -> Pixels:
    """An image as it would be had this befallen it.

    What is random hangs on the corruption and the path alone: an image is corrupted in the same way
    in every run, in whatever order, and a greater strength is more of the same.

    Args:
        image: RGB, uint8 [S, S, 3].
        corruption: which.
        strength: 1 to 5.
        path: of the image in its split.

    Returns:
        uint8 [S, S, 3].

    Raises:
        ValueError: there is no such strength.
    """
    if strength not in STRENGTHS:
        raise ValueError(f"strength {strength} is none of {STRENGTHS}")
    draws = Draws("corruption", VERSION, corruption.name, path)
    return corruption.apply(image, corruption.amounts[strength - 1], draws)
