"""What lies on the track: snow, leaves."""

import math

import numpy as np
from PIL import Image, ImageDraw

from runners.data.corruptions.corruption import Pixels
from runners.data.corruptions.fields import clouds, grains, to_pixels
from runners.data.synthetic.draws import Draws

_SNOW = np.array((240, 243, 248), dtype=np.float32)
_SNOW_OPACITY = 0.85
_VEIL = 0.35  # how white the whole becomes where all is covered
_EDGE = 0.2  # of the range of the field, over which snow thins out
_SNOW_LAYERS = ((6, 1.0), (20, 0.6), (64, 0.4))
# Dry leaves, fallen ones, green ones, grey ones.
_LEAVES = ((132, 96, 58), (168, 132, 78), (84, 98, 52), (110, 100, 88))
_LEAF_LENGTH, _LEAF_WIDTH = 0.26, 0.36  # of the side; of its length
_EDGE_POINTS = 9


def snow(image: Pixels, amount: float, draws: Draws) -> Pixels:
    """A dusting of snow or frost: patches over `amount` of the area, and a white veil over all."""
    field = clouds(draws, image.shape[0], _SNOW_LAYERS)
    edge = float(np.quantile(field, 1 - amount))
    soft = _EDGE * float(np.ptp(field)) or 1.0
    patches = np.clip((field - edge) / soft + 0.5, 0, 1) * _SNOW_OPACITY
    opacity = np.maximum(patches, _VEIL * amount)[..., None]
    return to_pixels(image + opacity * (_SNOW - image))


def cover(image: Pixels, amount: float, draws: Draws) -> Pixels:
    """Leaves over `amount` of the area, to the pixel: the last one is cut."""
    side = image.shape[0]
    n_wanted = round(amount * side * side)
    covered = np.zeros((side, side), dtype=np.bool_)
    litter = np.zeros((side, side, 3), dtype=np.float32)
    texture = 1 + 0.15 * grains(draws.field(48, 48), side)[..., None]
    while (n_missing := n_wanted - np.count_nonzero(covered)) > 0:
        colour = np.array(draws.choose(_LEAVES, [1] * len(_LEAVES))) * draws.uniform(0.75, 1.15)
        fresh = np.flatnonzero(_leaf(side, draws) & ~covered)[:n_missing]
        covered.flat[fresh] = True
        litter.reshape(-1, 3)[fresh] = colour
    return np.where(covered[..., None], to_pixels(litter * texture), image)


def _leaf(side: int, draws: Draws) -> np.ndarray:
    """Where a leaf lies; bool [side, side]. Its middle is in the image, its tips may be outside."""
    x, y = draws.uniform(0, side), draws.uniform(0, side)
    turn = draws.uniform(0, 2 * math.pi)
    length = side * draws.about(_LEAF_LENGTH, 0.3)
    width = length * draws.about(_LEAF_WIDTH, 0.25)
    along = np.linspace(-1, 1, _EDGE_POINTS)
    across = 1 - along**2
    u = np.concatenate([along, along[::-1]]) * length / 2
    v = np.concatenate([across, -across[::-1]]) * width / 2
    corners = zip(
        x + u * math.cos(turn) - v * math.sin(turn),
        y + u * math.sin(turn) + v * math.cos(turn),
        strict=True,
    )
    mask = Image.new("1", (side, side))
    ImageDraw.Draw(mask).polygon([(float(a), float(b)) for a, b in corners], fill=1)
    return np.asarray(mask)
