"""The image files that a command line means."""

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from bench.errors import UserError, shown


def find_images(asked: Sequence[str]) -> list[Path]:
    """The files that are meant, each once.

    Args:
        asked: files, which are taken whatever they are called; folders, of which everything that
            is called like an image is taken, at any depth, but nothing hidden; and globs (`*`,
            `?`, `[…]`, `**`), of which the same holds. What exists is no glob.

    Returns:
        In the order of `asked`; within a folder or glob sorted.

    Raises:
        UserError: one of them names no file.
    """
    found: dict[str, Path] = {}
    for one in asked:
        for path in _meant_by(one):
            found.setdefault(os.path.abspath(path), path)  # noqa: PTH100 - links are to stay
    return list(found.values())


def _meant_by(asked: str) -> list[Path]:
    from runners.data.folders import IMAGE_SUFFIXES

    # os.path answers "no" where a name is longer than the system allows.
    if os.path.isdir(asked):  # noqa: PTH112
        found = list(_below(Path(asked)))
    elif os.path.lexists(asked) or not glob.has_magic(asked):
        if not os.path.lexists(asked):
            raise UserError(f"{shown(asked)}: there is no such file or folder")
        return [Path(asked)]
    else:
        found = _matched(asked)
    if not found:
        what = "holds" if os.path.isdir(asked) else "matches"  # noqa: PTH112
        raise UserError(f"{shown(asked)}: {what} no image ({', '.join(sorted(IMAGE_SUFFIXES))})")
    return found


def _matched(pattern: str) -> list[Path]:
    """What a pattern matches: files that are called like images, and those below its folders."""
    found: list[Path] = []
    for match in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 - may be absolute
        path = Path(match)
        if path.is_dir():
            found += _below(path)
        elif _is_called_image(match):
            found.append(path)
    return found


def _below(folder: Path) -> Iterator[Path]:
    """What is called like an image in a folder, sorted; a folder reached twice is read once."""
    seen: set[tuple[int, int]] = set()
    for at, folders, files in os.walk(folder, followlinks=True, onerror=_refuse):
        status = os.stat(at)  # noqa: PTH116
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (
            Path(at, name)
            for name in sorted(files)
            if not name.startswith(".") and _is_called_image(name)
        )


def _refuse(error: OSError) -> None:
    raise UserError(f"{shown(error.filename)}: cannot be read: {error.strerror}")


def _is_called_image(name: str) -> bool:
    from runners.data.folders import IMAGE_SUFFIXES

    return PurePath(name).suffix.lower() in IMAGE_SUFFIXES
