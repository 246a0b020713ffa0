"""The photos that an export is checked on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from bench.chosen import Chosen, photos_of
from bench.errors import UserError
from bench.experiments.spec import Synthetic

if TYPE_CHECKING:
    from PIL.Image import Image

N_SAMPLES = 64
_DRAWN = Synthetic(images=360, size=160)

T = TypeVar("T")


@dataclass(frozen=True)
class Samples:
    """Photos, RGB and upright. `kind` says in words what they are, `note` why not others; or ''."""

    photos: tuple["Image", ...]
    kind: str
    note: str = ""


def samples_for(chosen: Chosen, n: int = N_SAMPLES) -> Samples:
    """Test images of the run, evenly over its classes; or footprints, drawn for the check.

    Drawn ones where the run's data set is not here, or is another one now.
    """
    try:
        return _of_test(chosen, n)
    except UserError as error:
        note = f"checked on drawn footprints, not on test images: {error}"
        return Samples(tuple(_drawn(n)), "footprints drawn for the check", note)


def _of_test(chosen: Chosen, n: int) -> Samples:
    from runners.data.decode import BadImage, decode

    folder = photos_of(chosen).folder
    photos = []
    for image in _spread(folder.splits["test"], n):
        try:
            photos.append(decode(folder.folders["test"] / image.path))
        except BadImage:  # left out of the run as well, with on_bad_image = "skip"
            continue
    return Samples(tuple(photos), "test images of the run")


def _drawn(n: int) -> Iterator["Image"]:
    from PIL import Image

    from runners.data.synthetic.recipe import drawings

    for one in _spread(list(drawings(_DRAWN)), n):
        yield Image.fromarray(one.draw(_DRAWN).pixels)


def _spread(items: Sequence[T], n: int) -> Sequence[T]:
    """At most `n` of them, evenly over the whole."""
    step = max(1, -(-len(items) // n))
    return items[::step]
