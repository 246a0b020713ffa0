"""How the decode cache lies on disk: written in one piece, read with distrust."""

import json
import os
import shutil
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, BinaryIO

import numpy as np
import PIL
from numpy.typing import NDArray

from bench.errors import UserError
from runners.data.decode import BadImage, decode_bytes, silence, to_square
from runners.data.folders import SPLITS, ImageFolder
from runners.data.listing import show

_FORMAT = 1
_IMAGES = "images.npy"
_INDEX = "index.json"


class Stale(Exception):  # noqa: N818 - a state of the cache, not a mistake
    """There is no cache, or none that can be trusted; its text is the reason."""


@dataclass(frozen=True)
class Index:
    """What the rows of a cache are.

    `paths` are those of each split, in the order of the rows, which has train before val before
    test. `bad` are the images without a row, as (`split/path`, reason).
    """

    paths: dict[str, tuple[str, ...]]
    bad: tuple[tuple[str, str], ...]


def read_cache(
    place: Path, folder: ImageFolder, image_size: int
) -> tuple[NDArray[np.uint8], Index]:
    """Opens a cache, if it is whole and of these images.

    Args:
        place: the folder of the cache.
        folder: the images that it should hold.
        image_size: side of the decoded images in pixels.

    Returns:
        The images, uint8 [N, S, S, 3], mapped read-only, and what their rows are.

    Raises:
        Stale: there is none, or it is torn or foreign.
    """
    try:
        header = json.loads((place / _INDEX).read_bytes())
        index = _parse_index(header)
        images = np.load(place / _IMAGES, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError as error:
        raise Stale(f"{show(Path(error.filename).name)} was missing") from error
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, RecursionError) as error:
        raise Stale(f"it was damaged ({' '.join(str(error).split())})") from error
    if (header.get("format"), header.get("pillow")) != (_FORMAT, PIL.__version__):
        raise Stale("it was decoded by another version of trackbench or Pillow")
    n_images = sum(len(paths) for paths in index.paths.values())
    if images.dtype != np.uint8 or images.shape != (n_images, image_size, image_size, 3):
        raise Stale(f"it held {images.dtype} {list(images.shape)} for {n_images} images")
    if _all_paths(index) != _expected_paths(folder):
        raise Stale("it was of other images")
    return images, index


def write_cache(
    place: Path,
    folder: ImageFolder,
    image_size: int,
    on_progress: Callable[[int, int], None] | None,
) -> None:
    """Decodes all images into a new cache and puts it in its place in one step.

    The caller holds the lock. Memory stays flat: a few images for each thread.

    Args:
        place: the folder of the cache; what lies there is replaced.
        folder: the images.
        image_size: side of the decoded images in pixels.
        on_progress: called with (images done, images in all).

    Raises:
        UserError: an image file has vanished or may not be read.
        OSError: the cache cannot be written.
    """
    prefix = f".{place.name}."
    for left_over in place.parent.glob(f"{prefix}*"):  # of a process that was killed
        shutil.rmtree(left_over, ignore_errors=True)
    temporary = Path(mkdtemp(prefix=prefix, dir=place.parent))
    try:
        index = _write_images(temporary / _IMAGES, folder, image_size, on_progress)
        with (temporary / _INDEX).open("wb") as file:
            file.write(_format_index(index))
            _flush(file)
        if place.exists():
            shutil.rmtree(place)
        temporary.rename(place)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _write_images(
    path: Path,
    folder: ImageFolder,
    image_size: int,
    on_progress: Callable[[int, int], None] | None,
) -> Index:
    # Plain writes, not a memory map: on a full disk a map ends the process with a signal, a write
    # with an error.
    jobs = [(split, image.path) for split in SPLITS for image in folder.splits[split]]
    files = [folder.folders[split] / path for split, path in jobs]
    good: dict[str, list[str]] = {split: [] for split in SPLITS}
    bad: list[tuple[str, str]] = []
    # Closed here and now: an exception keeps this frame alive, and with it threads and silence.
    with (
        path.open("wb") as output,
        silence(),
        closing(_decode_all(files, image_size)) as decoded,
    ):
        length = _write_header(output, len(jobs), image_size)
        for n_done, ((split, name), pixels) in enumerate(zip(jobs, decoded, strict=True), start=1):
            if isinstance(pixels, BadImage):
                bad.append((f"{split}/{name}", str(pixels)))
            else:
                good[split].append(name)
                output.write(pixels.data)
            if on_progress:
                on_progress(n_done, len(jobs))
        output.seek(0)
        # Now it is known how many could be read; numpy pads its header so that it fits again.
        rewritten = _write_header(output, len(jobs) - len(bad), image_size)
        assert rewritten == length
        _flush(output)
    return Index({split: tuple(paths) for split, paths in good.items()}, tuple(bad))


def _write_header(output: BinaryIO, n_images: int, image_size: int) -> int:
    shape = (n_images, image_size, image_size, 3)
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(output, header)
    return output.tell()


def _decode_all(
    files: list[Path], image_size: int
) -> Generator[NDArray[np.uint8] | BadImage, None, None]:
    """Decodes files in threads and gives them in order, never far ahead of what is taken."""
    n_threads = os.cpu_count() or 1
    pool = ThreadPoolExecutor(n_threads)
    ahead: deque[Future[NDArray[np.uint8] | BadImage]] = deque()
    try:
        for file in files:
            ahead.append(pool.submit(_decode_file, file, image_size))
            if len(ahead) > 4 * n_threads:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _decode_file(file: Path, image_size: int) -> NDArray[np.uint8] | BadImage:
    """uint8 [S, S, 3], or why there is none."""
    try:
        content = file.read_bytes()
    except OSError as error:
        # Not the image's fault: it may be readable next time, so it must not be remembered as bad.
        raise UserError(
            f"cannot read the image {show(file)}: {error.strerror}; mend or remove it"
        ) from error
    try:
        return to_square(decode_bytes(content), image_size)
    except BadImage as bad:
        return bad


def _flush(file: BinaryIO) -> None:
    """Makes sure that the content is on the disk before the rename that declares it whole."""
    file.flush()
    os.fsync(file.fileno())


def _format_index(index: Index) -> bytes:
    record = {
        "format": _FORMAT,
        "pillow": PIL.__version__,
        "paths": index.paths,
        "bad": index.bad,
    }
    return json.dumps(record).encode()


def _parse_index(record: dict[str, Any]) -> Index:
    paths = {split: tuple(map(str, record["paths"][split])) for split in SPLITS}
    return Index(paths, tuple((str(path), str(reason)) for path, reason in record["bad"]))


def _all_paths(index: Index) -> list[str]:
    rows = [f"{split}/{path}" for split in SPLITS for path in index.paths[split]]
    return sorted(rows + [path for path, _ in index.bad])


def _expected_paths(folder: ImageFolder) -> list[str]:
    return sorted(f"{split}/{image.path}" for split in SPLITS for image in folder.splits[split])
