"""What the camera and the phone do: blur, noise, JPEG."""

import io

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.special import ndtri

from runners.data.corruptions.corruption import Pixels
from runners.data.corruptions.fields import Field, grains, to_pixels
from runners.data.synthetic.draws import Draws

# A grain of noise, as a part of the side.
_GRAINS = 128
# Phones take most of the coloured noise away. The squares sum to 1.
_GREY, _COLOURED = 0.8, 0.6
# A block of JPEG's 8 pixels is never more than 1/28 of the side.
_JPEG_SIDE = 224


def blur(image: Pixels, amount: float, _: Draws) -> Pixels:
    """Out of focus: a Gaussian whose standard deviation is `amount` of the side."""
    sigma = amount * image.shape[0]
    wide = gaussian_filter(image.astype(np.float32), (sigma, sigma, 0), mode="reflect")
    return to_pixels(wide)


def noise(image: Pixels, amount: float, draws: Draws) -> Pixels:
    """A dim place: normal noise, of standard deviation `amount` of white, more grey than coloured.

    Its grains are 1/128 of the side, as of one photo that was resized: at other sizes than 128
    pixels neighbours share them, and it is weaker.
    """
    grey, *colours = (_normal(draws) for _ in range(4))
    mixed = [np.float32(_GREY) * grey + np.float32(_COLOURED) * own for own in colours]
    layers = [grains(cells, image.shape[0]) for cells in mixed]
    return to_pixels(image + 255 * amount * np.stack(layers, axis=2))


def _normal(draws: Draws) -> Field:
    """Standard normal numbers, float32 [128, 128]; none is infinite."""
    even = draws.field(_GRAINS, _GRAINS).astype(np.float64)
    # Multiples of 2⁻²³ from -1 on; moved by half a step they lie strictly between 0 and 1.
    return np.asarray(ndtri((even + 1 + 2.0**-24) / 2), dtype=np.float32)


def jpeg(image: Pixels, amount: float, _: Draws) -> Pixels:
    """Sent by a messenger: JPEG of quality `amount`, colours at half the resolution.

    An image of less than 224 pixels is enlarged for it, and made small again.
    """
    side = image.shape[0]
    sent = Image.fromarray(image)
    if side < _JPEG_SIDE:
        sent = sent.resize((_JPEG_SIDE, _JPEG_SIDE), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    sent.save(buffer, "JPEG", quality=round(amount), subsampling="4:2:0")
    with Image.open(buffer) as received:
        small = received.resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(small)
