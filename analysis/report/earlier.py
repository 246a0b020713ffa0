"""What earlier reports have left in a folder, so that a new one does not stand among old tables."""

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from bench.results.atomic import write_atomic

FILE = ".report.json"


def clear_away(folder: Path, written: Sequence[str], has_notice: bool) -> bool:
    """Removes what an earlier report wrote in the formats of this one and this one did not.

    Args:
        folder: of the report.
        written: what was written now, relative to the folder.
        has_notice: whether it may not be read without a notice.

    Returns:
        Whether any file that is there now belongs to a report with a notice.
    """
    earlier = _remembered(folder)
    formats = {_format(name) for name in written}
    for name in [name for name in earlier if name not in written]:
        if _format(name) in formats:
            (folder / name).unlink(missing_ok=True)
        if not (folder / name).exists():
            del earlier[name]
    files = {**earlier, **dict.fromkeys(written, has_notice)}
    write_atomic(folder / FILE, json.dumps({"files": files}, indent=1) + "\n")
    return any(files.values())


def _format(name: str) -> tuple[str, str]:
    path = PurePosixPath(name)
    return str(path.parent), path.suffix


def _remembered(folder: Path) -> dict[str, bool]:
    """The files of earlier reports that lie in this folder, and whether each has a notice."""
    try:
        files = json.loads((folder / FILE).read_bytes())["files"]
        return {
            str(name): bool(noticed)
            for name, noticed in files.items()
            if ".." not in PurePosixPath(name).parts and not PurePosixPath(name).is_absolute()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
