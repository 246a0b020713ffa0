"""Decodes one image file into RGB, whatever it was."""

import io
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
_NO_IMAGE = "not a JPEG, PNG, WebP, BMP or TIFF image"
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ALPHA_MODES = ("RGBA", "LA", "PA", "RGBa", "La")
# Warning filters belong to the process. Two threads that set and restore them at the same time
# could leave them changed for good.
_FILTERS = Lock()
# Of more pixels, an image is some 100 MB and more.
_LARGE = 20_000_000
_ONE_LARGE = Lock()


class BadImage(Exception):  # noqa: N818 - it is what the file is, not what went wrong here
    """A file that does not give an image; its text is the reason, on one line."""


def decode(path: Path, at_least: int | None = None) -> Image.Image:
    """Reads an image file as RGB, upright, without a warning.

    For many files in threads, use `decode_bytes` inside one `silence`.

    Args:
        path: a JPEG, PNG, WebP, BMP or TIFF file, whatever its suffix.
        at_least: as for `decode_bytes`.

    Returns:
        An RGB image, as `decode_bytes` describes it.

    Raises:
        BadImage: the file cannot be read, or is broken, of another format, or too large.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadImage(error.strerror or "cannot be read") from error
    with _FILTERS, silence():
        return decode_bytes(content, at_least)


@contextmanager
def silence() -> Iterator[None]:
    """Drops what Pillow has to say of odd metadata. Not to be entered by two threads at once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def decode_quietly(content: bytes, most_pixels: int | None = None) -> Image.Image:
    """As `decode_bytes`, without a warning; for one image at a time, in any thread.

    Raises:
        BadImage: as `decode_bytes` does.
    """
    with _FILTERS, silence():
        return decode_bytes(content, most_pixels=most_pixels)


def decode_bytes(
    content: bytes, at_least: int | None = None, most_pixels: int | None = None
) -> Image.Image:
    """Decodes the content of an image file as RGB, turned as its EXIF orientation says.

    What is transparent becomes white. 16-bit grey is scaled to 8 bits, and so are 32-bit integers
    and floats (see `_scaled`). Of an animation it is the first frame. Colour profiles are not
    applied.

    Args:
        content: the bytes of a JPEG, PNG, WebP, BMP or TIFF file.
        at_least: a length in pixels; a JPEG may then be decoded smaller, which is faster, as long
            as neither side becomes shorter than this. For thumbnails, not for training.
        most_pixels: how many the image may have; else `PIL.Image.MAX_IMAGE_PIXELS`.

    Returns:
        An RGB image that holds its pixels in memory.

    Raises:
        BadImage: the content is broken, of another format, or has more pixels than it may, which
            is found before any is decoded.
    """
    if not content:
        raise BadImage("empty file")
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            _check_size(image, Image.MAX_IMAGE_PIXELS if most_pixels is None else most_pixels)
            if at_least is not None:
                image.draft("RGB", (at_least, at_least))
            image.load()
            return _upright(_to_rgb(image), _orientation(image))
    except BadImage:
        raise
    except UnidentifiedImageError as error:
        raise BadImage(_NO_IMAGE) from error
    # Broken files make Pillow's parsers fail in every way that Python knows: struct.error,
    # SyntaxError, IndexError, ZeroDivisionError, zlib.error and more.
    except Exception as error:
        raise BadImage(_one_line(error)) from error


def size_of(content: bytes) -> tuple[int, int]:
    """The width and height that the header of an image file tells, in pixels, before any turn.

    Raises:
        BadImage: as `decode_bytes` does, of a header.
    """
    if not content:
        raise BadImage("empty file")
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            return image.size
    except UnidentifiedImageError as error:
        raise BadImage(_NO_IMAGE) from error
    except Exception as error:
        raise BadImage(_one_line(error)) from error


def turn_for(size: tuple[int, int]) -> AbstractContextManager[object]:
    """In which to decode an image among threads: of large ones, one is in memory at a time.

    Args:
        size: its width and height in pixels.
    """
    return _ONE_LARGE if size[0] * size[1] > _LARGE else nullcontext()


def to_square(image: Image.Image, image_size: int) -> NDArray[np.uint8]:
    """What torchvision's `Resize((S, S))` makes of an image, to the byte; uint8 [S, S, 3]."""
    return np.asarray(image.resize((image_size, image_size), Image.Resampling.BILINEAR))


def _check_size(image: Image.Image, limit: int | None) -> None:
    if limit is not None and image.width * image.height > limit:
        raise BadImage(f"{image.width} × {image.height} pixels are more than the limit of {limit}")


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 … 8; 1 where the metadata cannot be read, as viewers take it."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - the pixels are sound, whatever befell the metadata
        return 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return Image.fromarray(_scaled(np.asarray(image))).convert("RGB")
    if image.mode in _ALPHA_MODES or "transparency" in image.info:
        return _over_white(image)
    return image.convert("RGB")


def _over_white(image: Image.Image) -> Image.Image:
    # Premultiplied colours convert only to their own straight kind.
    straight = image.convert("LA") if image.mode == "La" else image
    colours = straight.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, colours).convert("RGB")


def _scaled(pixels: np.ndarray) -> np.ndarray:
    """Scales grey pixels of more than 8 bits to 0 … 255; none is clipped.

    Integers up to 65535 are read as 16 bits, floats up to 1 as fractions and up to 255 as 8 bits.
    Where nothing tells the range, the image's own minimum becomes black and its maximum white.

    Args:
        pixels: [H, W], integers or floats.

    Returns:
        uint8 [H, W].

    Raises:
        BadImage: a pixel is infinite or not a number.
    """
    values = pixels.astype(np.float64)
    if not np.isfinite(values).all():
        raise BadImage("has pixels that are infinite or not a number")
    low, high = float(values.min()), float(values.max())
    known = (65535.0,) if pixels.dtype.kind in "iu" else (1.0, 255.0)
    fitting = [top for top in known if low >= 0 and high <= top]
    bottom, top = (0.0, fitting[0]) if fitting else (low, high)
    span = (top - bottom) or 1.0  # an image of one value only becomes black
    return np.rint((values - bottom) * (255.0 / span)).astype(np.uint8)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
