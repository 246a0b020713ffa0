"""What can be removed without loss: what killed processes left, and caches long unused."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.results.atomic import PART
from bench.results.checks import FOLDER as CHECKS
from bench.results.lock import is_locked, locks_in
from bench.results.store import CHECKPOINT, COMPLETE, PREVIOUS_CHECKPOINT
from runners.data.places import cache_home

_CACHES = {"images": "decoded images", "drawn": "drawn footprints", "shipped": "data sent here"}
_CACHES |= {"remote": "runs of a cluster"}
# A half-written folder that nothing has been added to for so long is nobody's.
_ABANDONED_SECONDS = 3600.0
_DAY = 86_400.0
_NO_RUNS = ("report", "robustness", "export", "familiarity")  # folders beside the experiments
# Of the mirror, checks, exports, robustness, and of what is familiar to a run.
_HALF_WRITTEN = (
    *(f".*{PART}", f"{CHECKS}/.*{PART}", f"*/export/.*{PART}", "*/export/.*.old"),
    *(f"*/robustness/*/.*{PART}", f"*/familiarity/.*{PART}"),
)


@dataclass(frozen=True)
class Leftover:
    """A file or folder that can go, what it is, and the run's folder that it lies in, if any."""

    path: Path
    what: str
    run_folder: Path | None = None

    @property
    def n_bytes(self) -> int:
        """What it takes on the disk."""
        return sum(_status(file).st_size for file in _files(self.path))

    def remove(self) -> None:
        """Removes it, unless a process has taken the run folder that it lies in since.

        Raises:
            OSError: where that may not be done.
        """
        if self.run_folder is not None and is_locked(self.run_folder):
            return
        if self.path.is_dir() and not self.path.is_symlink():
            shutil.rmtree(self.path)
        else:
            self.path.unlink(missing_ok=True)


def find_leftovers(results: Path, unused_days: float) -> list[Leftover]:
    """All that can go, of the results first.

    Args:
        results: the folder of all results.
        unused_days: caches that were not used for so long can go; they are made anew when needed.
    """
    return [*_of_results(results), *_of_caches(cache_home(), unused_days)]


def _of_results(results: Path) -> Iterator[Leftover]:
    for folder in sorted(results.glob("*/*/*")):
        if folder.is_dir() and folder.parent.name not in _NO_RUNS and not is_locked(folder):
            yield from _of_run(folder)
    for pattern in _HALF_WRITTEN:
        for path in sorted(results.glob(pattern)):
            if _seconds_since(path) > _ABANDONED_SECONDS:
                yield Leftover(path, f"half-written {'folder' if path.is_dir() else 'file'}")


def _of_run(folder: Path) -> Iterator[Leftover]:
    for lock in locks_in(folder):
        yield Leftover(lock.path, "lock of a dead process", folder)
    if (folder / ".lock").exists():
        yield Leftover(folder / ".lock", "lock of an earlier version", folder)
    for pattern in (f".*{PART}", ".now.*"):
        for path in sorted(folder.glob(pattern)):
            yield Leftover(path, "half-written file", folder)
    if (folder / COMPLETE).exists():
        for name in (CHECKPOINT, PREVIOUS_CHECKPOINT):
            if (folder / name).exists():
                yield Leftover(folder / name, "checkpoint of a complete run", folder)


def _of_caches(home: Path, unused_days: float) -> Iterator[Leftover]:
    for name, what in _CACHES.items():
        for path in sorted((home / name).glob("*")):
            if path.name.startswith("."):
                if _seconds_since(path) > _ABANDONED_SECONDS:
                    yield Leftover(path, "half-written folder")
            elif path.suffix != ".lock" and _seconds_since(path) > unused_days * _DAY:
                yield Leftover(path, f"{what}, unused for {_seconds_since(path) / _DAY:.0f} days")
    for memo in sorted((home / "fingerprints").glob("*.json")):
        if _seconds_since(memo) > unused_days * _DAY:
            yield Leftover(memo, "checksums of a data set that was not looked at since")


def _seconds_since(path: Path) -> float:
    """Since anything was last changed there; a cache's folder is touched when it is used."""
    newest = max((_status(entry).st_mtime for entry in [path, *_files(path)]), default=0.0)
    return time.time() - newest


def _status(path: Path) -> os.stat_result:
    try:
        return path.lstat()
    except FileNotFoundError:  # gone since it was listed
        return os.stat_result((0,) * 10)


def _files(path: Path) -> list[Path]:
    if path.is_dir() and not path.is_symlink():
        return [file for file in path.rglob("*") if file.is_file() and not file.is_symlink()]
    return [path] if path.exists() else []
