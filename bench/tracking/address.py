"""Where the mirror is: tracking URIs, and what can be said of one without MLflow."""

import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

_SQLITE = "sqlite:///"
# Tables that exist while MLflow changes others, and after it was killed then.
_HALF_CHANGED = "SELECT name FROM sqlite_master WHERE name GLOB '_alembic_tmp_*'"
_DATABASE_PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}


def default_tracking_uri(results: Path) -> str:
    """`MLFLOW_TRACKING_URI` where it is set, else a SQLite file in the results' folder."""
    return os.environ.get("MLFLOW_TRACKING_URI") or _own_uri(results)


def _own_uri(results: Path) -> str:
    return f"{_SQLITE}{(results.resolve() / 'mlflow.db').as_posix()}"


def artifact_location(results: Path, uri: str) -> str | None:
    """Where a new MLflow experiment's artifacts go; None leaves it to the store.

    Only the store in the results' folder keeps them beside itself: any other has a place of its
    own, and a server's clients may not even see this disk.
    """
    if uri != _own_uri(results):
        return None
    return (results.resolve() / "mlartifacts").as_uri()


def sqlite_file(uri: str) -> Path | None:
    """The file of a SQLite store; None for any other store."""
    if not uri.startswith(_SQLITE):
        return None
    name = uri.removeprefix(_SQLITE).partition("?")[0]
    return Path(name) if name and name != ":memory:" else None


def check_database(uri: str, seconds: int) -> None:
    """Refuses a database that cannot be used; says nothing of a server of MLflow's.

    MLflow itself would try again for more than a minute before it said so.

    Args:
        uri: the tracking URI.
        seconds: how long to wait for a lock, or for a connection.

    Raises:
        sqlite3.Error: where a SQLite file is not a database, cannot be written to, or was left
            half made.
        OSError: where its folder cannot be made, or a database server cannot be reached.
    """
    file = sqlite_file(uri)
    parts = urlsplit(uri)
    port = _DATABASE_PORTS.get(parts.scheme.partition("+")[0])
    if file is not None:
        _check_sqlite(file, seconds)
    elif port and parts.hostname:
        socket.create_connection((parts.hostname, parts.port or port), seconds).close()


def _check_sqlite(path: Path, seconds: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=seconds)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        half_changed = connection.execute(_HALF_CHANGED).fetchall()
        connection.rollback()
    if half_changed:
        raise sqlite3.DatabaseError(
            "its tables are half changed, since MLflow was killed while it made them or changes "
            "them just now; if it stays so, move the file away and `bench sync` makes it anew"
        )


def without_secrets(uri: str) -> str:
    """The URI as it may be shown and stored: without a user's name and password."""
    parts = urlsplit(uri)
    if "@" not in parts.netloc:
        return uri
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
