"""Files that visitors might give to the page."""

import io
import os

import numpy as np
from PIL import ExifTags, Image

MEGABYTE = 1024 * 1024


def content_of(image, suffix="png", **options):
    """The bytes of an image file."""
    file = io.BytesIO()
    image.save(file, Image.registered_extensions()[f".{suffix}"], **options)
    return file.getvalue()


def noise(height=30, width=40):
    """Pixels that no two of are alike, so that a turn shows."""
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def bomb():
    """Fifty megapixels of black, in a few kilobytes."""
    return content_of(Image.new("L", (10_000, 5_000)))


def of_size(n_bytes):
    """A sound JPEG of exactly so many bytes: decoders pass over what follows its end."""
    jpeg = content_of(noise(), "jpg")
    return jpeg + os.urandom(n_bytes - len(jpeg))


def located(suffix="jpg", orientation=6):
    """A photo that says where it was taken, and how the camera was held."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "Camera"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = (47.0, 33.0, 12.0)
    options = {"lossless": True} if suffix == "webp" else {}
    return content_of(noise(), suffix, exif=exif, **options)
