"""Reads every image once, in threads; of each only a few numbers and a small grey picture stay."""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from runners.data.decode import BadImage, decode_bytes, silence, size_of, turn_for

SIDE = 32  # of the small grey picture, in pixels
# A JPEG may be decoded smaller, which is what makes this fast; this much is always left.
_DECODED_SIDE = 2 * SIDE
# No photo is so large; a file that is would fill the memory.
_MOST_BYTES = 1 << 30
_WAITING_A_WORKER = 8


@dataclass(frozen=True, eq=False)
class Reading:
    """What is known of one file.

    `digest` is the SHA-256 of its bytes, '' where they cannot be read. `width` and `height` are
    in pixels, upright. `thumbnail` is uint8 [SIDE, SIDE], the whole image squeezed into a square;
    None where `reason` says why it cannot be decoded.
    """

    digest: str
    width: int = 0
    height: int = 0
    thumbnail: NDArray[np.uint8] | None = None
    reason: str = ""


def read_all(files: Sequence[Path], n_workers: int) -> Iterator[Reading]:
    """Reads files in threads; Pillow and hashlib work outside of Python's lock.

    No more files wait than keep the threads busy, so that memory does not grow with their number.

    Args:
        files: to be read.
        n_workers: threads.

    Yields:
        A reading of each file, in order.
    """
    pool = ThreadPoolExecutor(n_workers)
    waiting: deque[Future[Reading]] = deque()
    try:
        with silence():
            for file in files:
                waiting.append(pool.submit(read_one, file))
                if len(waiting) >= n_workers * _WAITING_A_WORKER:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def read_one(file: Path) -> Reading:
    """Reads one file; that it is broken is part of the answer, and no error."""
    try:
        content = _content(file)
    except OSError as error:
        return Reading("", reason=error.strerror or str(error))
    except BadImage as error:
        return Reading("", reason=str(error))
    digest = hashlib.sha256(content).hexdigest()
    try:
        size = size_of(content)
        with turn_for(size):
            image = decode_bytes(content, at_least=_DECODED_SIDE)
            width, height = _upright_size(image, size)
            thumbnail = thumbnail_of(image)
            del image  # before the next large one
    except BadImage as error:
        return Reading(digest, reason=str(error))
    return Reading(digest, width, height, thumbnail)


def thumbnail_of(image: Image.Image) -> NDArray[np.uint8]:
    """An image in grey, squeezed into a square; uint8 [SIDE, SIDE]."""
    small = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(small)


def _content(file: Path) -> bytes:
    n_bytes = os.stat(file).st_size  # noqa: PTH116 - its error has a reason in words
    if n_bytes > _MOST_BYTES:
        raise BadImage(f"{n_bytes} bytes; more than {_MOST_BYTES} are not read")
    return file.read_bytes()


def _upright_size(image: Image.Image, size: tuple[int, int]) -> tuple[int, int]:
    """The full size of an image that was decoded smaller and may have been turned by its EXIF."""
    width, height = size
    is_turned = (image.width > image.height) != (width > height)
    return (height, width) if is_turned and width != height else (width, height)


Progress = Callable[[int, int], None]
