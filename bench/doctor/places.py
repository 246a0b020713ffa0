"""The folders that are written to, and the store that results are mirrored to."""

import shutil
import sqlite3
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit
from urllib.request import url2pathname

from bench.doctor.check import Check, in_bytes
from bench.tracking import default_tracking_uri
from bench.tracking.address import check_database, sqlite_file, without_secrets

_LITTLE_SPACE = 2_000_000_000


def disk(results: Path, cache: Path) -> Check:
    """Is there space for results and for decoded images?"""
    free = {
        name: shutil.disk_usage(_existing(folder)).free
        for name, folder in (("results", results), ("cache", cache))
    }
    found = ", ".join(f"{in_bytes(n)} free for {name}" for name, n in free.items())
    if len(set(free.values())) == 1:
        found = f"{in_bytes(free['results'])} free"
    if min(free.values()) >= _LITTLE_SPACE:
        return Check("disk", "ok", found)
    advice = "make space, or name other folders: --results DIR, TRACKBENCH_CACHE"
    return Check("disk", "note", found, advice)


def results_folder(results: Path) -> Check:
    """Can results be written?"""
    return _folder("results", results, "name another one: --results DIR")


def cache_folder(cache: Path) -> Check:
    """Can decoded images be kept?"""
    return _folder("cache", cache, "name another one: TRACKBENCH_CACHE=DIR")


def _folder(name: str, folder: Path, advice: str) -> Check:
    reason = _why_not_writable(folder)
    if reason:
        return Check(
            name, "missing", f"{folder.absolute()}: cannot be written to: {reason}", advice
        )
    when = "" if folder.is_dir() else ", made when it is first needed"
    return Check(name, "ok", f"{folder.absolute()}{when}")


def tracking_store(results: Path) -> Check:
    """Where are results mirrored to, and can they be?"""
    uri = default_tracking_uri(results)
    shown = without_secrets(uri)
    file = sqlite_file(uri) or _local_folder(uri)
    if file is None:
        return Check("MLflow", "note", f"{shown}: not asked; a run asks it when it has ended")
    reason = _why_no_database(uri) if file.is_file() else _why_not_writable(file.parent)
    if reason:
        found = f"{shown}: cannot be used: {reason}"
        return Check("MLflow", "note", found, "runs go on without it; `bench sync` catches up")
    return Check("MLflow", "ok", shown if file.exists() else f"{shown}, made by the first run")


def _why_no_database(uri: str) -> str:
    """Why the SQLite file, which exists, cannot be used; '' where it can."""
    try:
        check_database(uri, seconds=1)
    except (sqlite3.Error, OSError) as error:
        return str(error)
    return ""


def _local_folder(uri: str) -> Path | None:
    """The folder of a store of plain files; None for a server or a database."""
    parts = urlsplit(uri)
    if parts.scheme not in ("", "file") or uri == "databricks":
        return None
    return Path(url2pathname(parts.path))


def _why_not_writable(folder: Path) -> str:
    """Why nothing can be written into a folder, or where it would be made; '' where it can."""
    try:
        with TemporaryFile(dir=_existing(folder)):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def _existing(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    whole = folder.absolute()
    return next(one for one in (whole, *whole.parents) if one.exists())
