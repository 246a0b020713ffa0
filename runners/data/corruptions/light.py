"""What the light does: too dark or too bright, flat."""

import numpy as np
from PIL import Image, ImageEnhance

from runners.data.corruptions.corruption import Pixels
from runners.data.synthetic.draws import Draws


def brightness(image: Pixels, amount: float, draws: Draws) -> Pixels:
    """Exposed wrongly, half of the images too dark, half too bright.

    Too dark divides the distance from black by `amount`, too bright, as glare does, the distance
    from white. To multiply would leave nothing of a track in snow.
    """
    too_bright = draws.chance(0.5)
    ground = Image.new("RGB", image.shape[1::-1], "white" if too_bright else "black")
    return np.asarray(Image.blend(ground, Image.fromarray(image), 1 / amount))


def contrast(image: Pixels, amount: float, _: Draws) -> Pixels:
    """Haze and flat light: `amount` of each pixel's difference from the mean grey is left."""
    return np.asarray(ImageEnhance.Contrast(Image.fromarray(image)).enhance(amount))
