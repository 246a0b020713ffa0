"""The fingerprint of a data set, and a memory that makes taking it again cheap."""

import hashlib
import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from bench.errors import UserError
from runners.data.folders import SPLITS, ImageFolder
from runners.data.listing import show

# A file that is written again within the clock's resolution keeps its times. So what has changed
# this recently could change once more without a trace, and is not remembered.
_RACY_NANOSECONDS = 2_000_000_000

_Stamp = tuple[int, int, int, int]
_Memo = dict[str, tuple[_Stamp, str]]


def fingerprint(folder: ImageFolder, memo: Path | None = None) -> str:
    """SHA-256 over the sorted relative paths and contents of a data set, split by split.

    It does not depend on where the data set lies or what its split folders are called. Labels are
    part of it, as the first folder of each path.

    Args:
        folder: what `scan` found.
        memo: a JSON file that remembers each file's SHA-256 by size, times and inode. It is made
            where it is missing or broken; that it cannot be written is no error.

    Returns:
        64 hexadecimal digits.

    Raises:
        UserError: a file has vanished or cannot be read.
    """
    files = {
        split: [(image.path, os.fspath(folder.file(split, image).absolute())) for image in images]
        for split, images in folder.splits.items()
    }
    known = digests([file for split in SPLITS for _, file in files[split]], memo)
    total = hashlib.sha256()
    for split in SPLITS:
        total.update(f"{split}\0{len(files[split])}\n".encode())
        for path, file in sorted(files[split]):
            total.update(f"{path}\0{known[file]}\n".encode())
    return total.hexdigest()


def digests(files: list[str], memo: Path | None = None) -> dict[str, str]:
    """The SHA-256 of each file, 64 hexadecimal digits, remembered or computed.

    Args:
        files: absolute paths.
        memo: as for `fingerprint`; it remembers these files and no others.

    Raises:
        UserError: a file has vanished or cannot be read.
    """
    remembered = _read_memo(memo) if memo else {}
    known: _Memo = {}
    unknown: list[str] = []
    for file in files:
        entry = remembered.get(file)
        if entry and entry[0] == _stat(file):
            known[file] = entry
        else:
            unknown.append(file)
    if not unknown and len(known) == len(remembered):
        return {file: digest for file, (_, digest) in known.items()}
    now = time.time_ns()
    hashed = dict(zip(unknown, _hash_all(unknown), strict=True))
    settled = {
        file: entry
        for file, entry in hashed.items()
        if now - max(entry[0][1:3]) > _RACY_NANOSECONDS
    }
    if memo:
        _write_memo(memo, known | settled)
    return {file: digest for file, (_, digest) in (known | hashed).items()}


def _hash_all(files: list[str]) -> Iterable[tuple[_Stamp, str]]:
    if not files:
        return []
    # Needed only when something is new, and not free to import.
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor()
    try:
        return list(pool.map(_hash, files))
    finally:
        pool.shutdown(cancel_futures=True)


def _hash(file: str) -> tuple[_Stamp, str]:
    """A file's stamp, taken before its content is read, and its SHA-256."""
    try:
        with Path(file).open("rb") as opened:
            stamp = _stamp(os.fstat(opened.fileno()))
            return stamp, hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(file, error) from error


def _stat(file: str) -> _Stamp:
    try:
        return _stamp(os.stat(file))  # noqa: PTH116 - a Path for each of thousands takes longer
    except OSError as error:
        raise _unreadable(file, error) from error


def _stamp(status: os.stat_result) -> _Stamp:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _unreadable(file: str, error: OSError) -> UserError:
    return UserError(f"cannot read {show(file)}: {error.strerror}; mend or remove it")


def _read_memo(memo: Path) -> _Memo:
    """What is remembered; nothing where the file is missing or not what was written."""
    try:
        files = json.loads(memo.read_bytes())["files"]
        return {
            file: ((int(size), int(mtime), int(ctime), int(inode)), _hexadecimal(digest))
            for file, (size, mtime, ctime, inode, digest) in files.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _hexadecimal(digest: str) -> str:
    if len(digest) != 64:
        raise ValueError(f"not a SHA-256: {digest!r}")
    return digest


def _write_memo(memo: Path, files: _Memo) -> None:
    """Replaces the memo at once. A disk that cannot be written to costs only the time saved."""
    text = json.dumps(
        {"files": {file: [*stamp, digest] for file, (stamp, digest) in files.items()}}
    )
    with suppress(OSError):
        memo.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = mkstemp(prefix=f"{memo.name}.", dir=memo.parent)
        try:
            with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
                file.write(text)
            os.replace(temporary, memo)  # noqa: PTH105 - mkstemp gives a string
        except BaseException:
            Path(temporary).unlink()
            raise
