"""How the camera was held: askew, too near, too far."""

import math

import numpy as np
from PIL import Image

from runners.data.corruptions.corruption import Pixels
from runners.data.synthetic.draws import Draws


def rotation(image: Pixels, amount: float, draws: Draws) -> Pixels:
    """Turned by `amount` degrees, half of the images to the left; corners mirror the ground."""
    side = image.shape[0]
    degrees = amount if draws.chance(0.5) else -amount
    edge = math.ceil(side * (math.sqrt(2) - 1) / 2)
    turned = _mirrored(image, edge).rotate(degrees, Image.Resampling.BILINEAR)
    return np.asarray(turned.crop((edge, edge, edge + side, edge + side)))


def scale(image: Pixels, amount: float, draws: Draws) -> Pixels:
    """Taken from too near, so that `1 / amount` of the side is left, or from too far.

    From too far, half of the images, the side is `amount` times as long; what was outside of the
    photo mirrors the ground.
    """
    side = image.shape[0]
    kept = side / amount if draws.chance(0.5) else side * amount
    edge = math.ceil(max(0.0, kept - side) / 2)
    first = edge + (side - kept) / 2
    box = (first, first, first + kept, first + kept)
    seen = _mirrored(image, edge).resize((side, side), Image.Resampling.BILINEAR, box=box)
    return np.asarray(seen)


def _mirrored(image: Pixels, edge: int) -> Image.Image:
    """The image with `edge` more pixels on each side."""
    wide = np.pad(image, ((edge, edge), (edge, edge), (0, 0)), mode="symmetric")
    return Image.fromarray(wide)
