"""Names what is on any number of image files, a batch at a time."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from app.predictor import Answer, Predictor

_DECODERS = 2
# The largest image that Pillow reads has fewer, unless it is mostly something else.
_MOST_BYTES = 512 << 20

Square = NDArray[np.uint8]


@dataclass(frozen=True)
class Named:
    """An image file, and what is on it; or else, in one line, why it cannot be read."""

    path: Path
    answer: "Answer | None"
    error: str = ""


def name_images(
    predictor: "Predictor", paths: Iterable[Path], batch_size: int = 32
) -> Generator[Named, None, None]:
    """Names what is on each of any number of files, in their order.

    Files are decoded in two threads while the network works; no more than two batches are held,
    as small as the network takes them. Meanwhile nothing that Pillow warns of is shown, in the
    whole process.

    Args:
        predictor: the model to ask.
        paths: of image files.
        batch_size: how many go through the network at once.

    Yields:
        One for each path.
    """
    from runners.data.decode import silence

    with silence(), ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode") as pool:
        coming = iter(paths)
        waiting: deque[tuple[Path, Future[Square | str]]] = deque()

        def fetch(n: int) -> None:
            waiting.extend(
                (path, pool.submit(_read, predictor, path)) for path in islice(coming, n)
            )

        try:
            fetch(2 * batch_size)
            while waiting:
                n = min(batch_size, len(waiting))
                batch = [(path, future.result()) for path, future in _take(waiting, n)]
                fetch(n)
                yield from _answered(predictor, batch)
        finally:
            for _, future in waiting:
                future.cancel()


def _take(
    waiting: "deque[tuple[Path, Future[Square | str]]]", n: int
) -> Iterator[tuple[Path, "Future[Square | str]"]]:
    for _ in range(n):
        yield waiting.popleft()


def _read(predictor: "Predictor", path: Path) -> Square | str:
    """The image as the network takes it, or why it cannot be read."""
    from runners.data.decode import BadImage, decode_bytes

    try:
        # Whatever else there may be under a name, a pipe for one, could be read forever.
        if path.exists() and not path.is_file():
            return "is a folder" if path.is_dir() else "is no regular file"
        if path.stat().st_size > _MOST_BYTES:
            return f"has more than {_MOST_BYTES >> 20} MB"
        return predictor.square(decode_bytes(path.read_bytes()))
    except OSError as error:
        return error.strerror or "cannot be opened"
    except BadImage as error:
        return str(error)
    except MemoryError:
        return "needs more memory than there is"


def _answered(
    predictor: "Predictor", batch: Sequence[tuple[Path, Square | str]]
) -> Iterator[Named]:
    answers = iter(predictor.answer_all([one for _, one in batch if not isinstance(one, str)]))
    for path, one in batch:
        if isinstance(one, str):
            yield Named(path, None, one)
        else:
            yield Named(path, next(answers))
