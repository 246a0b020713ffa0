"""What a visitor's file must be to be looked at, and what is left of it then."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from PIL import Image

from bench.errors import plain
from runners.data.decode import BadImage, decode_quietly

SUFFIXES = ("jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff")
MOST_MEGABYTES = 10  # of 1024 × 1024 bytes, as Streamlit counts them
MOST_MEGAPIXELS = 40
MOST_FILES = 50
_MEGABYTE = 1024 * 1024
_LONGEST_NAME = 60


class Refused(Exception):  # noqa: N818 - it is what became of the file, not what went wrong here
    """A file that is not looked at; its text is one line for the visitor."""


@dataclass(frozen=True, eq=False)
class Photo:
    """A file that is an image.

    `image` is RGB, upright, and carries nothing but its pixels: no place, no date, no camera.
    `digest` is the SHA-256 of the file.
    """

    name: str
    image: Image.Image
    digest: str


def read_upload(name: str, content: bytes) -> Photo:
    """Looks into a visitor's file; what it is called does not count.

    Args:
        name: as the visitor calls it.
        content: of the file.

    Raises:
        Refused: it is too large, is no image, or is an image of too many pixels, which is found
            before any pixel is decoded.
    """
    called = short_name(name)
    if len(content) > MOST_MEGABYTES * _MEGABYTE:
        size = len(content) / _MEGABYTE
        raise Refused(
            f"{called} has {size:.1f} MB, and {MOST_MEGABYTES} MB is the limit; "
            "a smaller copy will do."
        )
    try:
        image = decode_quietly(content, MOST_MEGAPIXELS * 1_000_000)
    except BadImage as error:
        raise Refused(f"{called}: {_reason(error)}.") from None
    return Photo(called, _bare(image), sha256(content).hexdigest())


def short_name(name: str) -> str:
    """A file's name on one line, its middle left out where it is long."""
    called = plain(name)
    if len(called) <= _LONGEST_NAME:
        return called
    half = _LONGEST_NAME // 2
    return f"{called[:half]}…{called[-half:]}"


def _reason(error: BadImage) -> str:
    said = str(error).rstrip(".")
    if "pixels are more than" in said:
        size = said.partition(" pixels")[0]
        return f"{size} pixels are more than the limit of {MOST_MEGAPIXELS} megapixels"
    if said == "empty file":
        return "this file is empty"
    if said.startswith("not a "):
        return f"this is {said}, whatever its name says"
    return f"this image is broken ({said})"


def _bare(image: Image.Image) -> Image.Image:
    """The pixels alone: Pillow would write an image's metadata into what is made of it."""
    return Image.fromarray(np.asarray(image))
