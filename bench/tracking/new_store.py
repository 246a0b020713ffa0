"""A new store of MLflow's in a SQLite file, there whole or not at all."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from bench.results.atomic import write_atomic
from bench.tracking.address import sqlite_file

_SECONDS_FOR_ANOTHER_MAKER = 60


def make_store(uri: str) -> None:
    """Makes a SQLite store's tables where the file is missing or empty; any other store is left.

    MLflow makes them in dozens of steps that are no transaction: killed in the middle, it leaves
    a file that it refuses for ever. So they are made elsewhere and put in place by a rename.

    Args:
        uri: the tracking URI.

    Raises:
        OSError: the file cannot be written, or another process is at it for too long.
    """
    path = sqlite_file(uri)
    if path is None or _is_there(path):
        return
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_name(f".{path.name}.lock")  # results of several folders may share a store
    with FileLock(lock, timeout=_SECONDS_FOR_ANOTHER_MAKER):
        if not _is_there(path):
            write_atomic(path, _new_store())


def _is_there(path: Path) -> bool:
    return path.exists() and (not path.is_file() or path.stat().st_size > 0)


def _new_store() -> bytes:
    """The content of a store without a run."""
    from mlflow.tracking import MlflowClient

    with tempfile.TemporaryDirectory() as folder:
        made, copy = Path(folder) / "made.db", Path(folder) / "copy.db"
        MlflowClient(tracking_uri=f"sqlite:///{made}").search_experiments(max_results=1)
        # MLflow keeps its connection; a copy holds what is committed, wherever that lies.
        with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        return copy.read_bytes()
