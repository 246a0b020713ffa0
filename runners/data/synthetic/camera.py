"""From light to a photo: exposure, colour cast, blur, noise, compression."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.fields import Field, as_field


def develop(light: Field, draws: Draws) -> NDArray[np.uint8]:
    """A photo of the light, as a camera would give it.

    Args:
        light: float32 [S, S, 3], linear RGB.
        draws: where the numbers come from.

    Returns:
        uint8 [S, S, 3], sRGB.
    """
    size = light.shape[0]
    warmth = draws.bell(0.06)
    cast = np.array([1 + warmth, 1 + draws.bell(0.02), 1 - warmth], np.float32)
    tone = _tone(_exposed(light * cast, draws))
    photo = Image.fromarray(_bytes(tone))
    radius = draws.choose((0.0, 0.25, 0.6, 1.1), (4, 3, 2, 1)) * size / 96
    if radius:
        photo = photo.filter(ImageFilter.GaussianBlur(radius))
    grain = draws.uniform(1.0, 6.0)
    noise = (draws.field(size, size) + draws.field(size, size)) * grain
    return _bytes_of(np.asarray(photo, dtype=np.float32) + noise[..., None])


def jpeg(photo: NDArray[np.uint8], quality: int) -> bytes:
    """The photo as a JPEG file."""
    buffer = io.BytesIO()
    Image.fromarray(photo).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _exposed(light: Field, draws: Draws) -> Field:
    """Scaled so that the picture's mean is what a camera would aim at, more or less."""
    green = light[..., 1]
    # Summed as whole numbers, whose sum does not hang on the order.
    mean = int((np.clip(green, 0, 4) * 4096).astype(np.int64).sum()) / 4096 / green.size
    aim = min(max(mean, 0.16), 0.52) * draws.about(1.0, 0.14)
    return as_field(light * (aim / max(mean, 1e-3)))


def _tone(light: Field) -> Field:
    """Linear light to display values, with a soft shoulder; about sRGB's curve."""
    root = np.sqrt(np.maximum(light, 0))
    return as_field(root * 1.12 / (1 + 0.12 * root * root))


def _bytes(values: Field) -> NDArray[np.uint8]:
    return _bytes_of(values * 255)


def _bytes_of(values: Field) -> NDArray[np.uint8]:
    return np.asarray(np.clip(values + 0.5, 0, 255), dtype=np.uint8)
