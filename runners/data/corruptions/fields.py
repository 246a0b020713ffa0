"""Random fields that mean the same at every image size, and the way back to pixels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from runners.data.corruptions.corruption import Pixels
from runners.data.synthetic.draws import Draws

Field = NDArray[np.float32]


def grains(cells: Field, side: int) -> Field:
    """A field of cells as it looks in a picture of `side` pixels: float32 [side, side]."""
    picture = Image.fromarray(cells).resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(picture, dtype=np.float32)


def clouds(draws: Draws, side: int, cells: Sequence[tuple[int, float]]) -> Field:
    """Smooth noise, float32 [side, side].

    Args:
        draws: what is random.
        side: of the image, in pixels.
        cells: for each layer how many cells go along a side, and its weight.
    """
    layers = [weight * grains(draws.field(n, n), side) for n, weight in cells]
    return np.asarray(sum(layers), dtype=np.float32)


def to_pixels(values: NDArray[np.floating]) -> Pixels:
    """Rounded, and held within 0 … 255."""
    return np.asarray(np.clip(np.rint(values), 0, 255), dtype=np.uint8)
