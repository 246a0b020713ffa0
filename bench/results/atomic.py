"""Files that are there whole or not at all."""

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

PART = ".part"  # how a file is called while it is written, after its name and the process


def write_atomic(
    path: Path, write: bytes | str | Callable[[BinaryIO], object], keep: Path | None = None
) -> None:
    """Writes beside the place, flushes to the disk, and renames.

    Args:
        path: where the file shall be; its folder must exist.
        write: the content, or a function that writes it to an open binary file.
        keep: where to put what stood at `path`; for a moment nothing stands there then.

    Raises:
        OSError: such as a full disk; what stood at `path` before stands there still.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        with beside.open("wb") as file:
            if callable(write):
                write(file)
            else:
                file.write(write.encode() if isinstance(write, str) else write)
            file.flush()
            os.fsync(file.fileno())
        if keep is not None and path.exists():
            path.replace(keep)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Makes the rename itself last through a power loss, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sha256_file(path: Path) -> str:
    """The SHA-256 of a file's content, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
