"""Where studies are kept, and how one of several commands is alone with one for a moment."""

import contextlib
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import UserError
from bench.tracking.address import sqlite_file, without_secrets

if TYPE_CHECKING:
    from optuna.storages import RDBStorage

_SECONDS_FOR_A_LOCK = 120.0
_TABLE = "trackbench_studies"
_LONGEST_REASON = 200
_ATTEMPTS = 3


def default_storage(results: Path) -> str:
    """A SQLite file in the results' folder."""
    return f"sqlite:///{(results.resolve() / 'studies.db').as_posix()}"


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without Optuna's own lines on each trial, and its notes on what is experimental."""
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)


def connect(url: str) -> "RDBStorage":
    """The storage at a URL, whose tables are made where there are none.

    Raises:
        UserError: it cannot be reached, or is none.
    """
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return _connected(url)
    except (SQLAlchemyError, ImportError, OSError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error.__cause__ or error).split()).replace(url, without_secrets(url))
        raise UserError(
            f"--storage {without_secrets(url)}: cannot be used: {reason[:_LONGEST_REASON]}; should "
            "be such as sqlite:///studies.db or postgresql://user@host/database"
        ) from None


def _connected(url: str) -> "RDBStorage":
    from optuna.storages import RDBStorage
    from sqlalchemy.exc import IntegrityError, ProgrammingError

    file = sqlite_file(url)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _alone_with_file(file):
            options = {"connect_args": {"timeout": _SECONDS_FOR_A_LOCK}}
            return RDBStorage(url, engine_kwargs=options)
    for _ in range(_ATTEMPTS):
        # Of two that make the tables at the same moment, one fails and finds them made.
        with contextlib.suppress(IntegrityError, ProgrammingError):
            return RDBStorage(url)
        time.sleep(1.0)
    return RDBStorage(url)


@contextlib.contextmanager
def storage_trouble(url: str) -> Iterator[None]:
    """Says in a line where the storage is lost in the middle; the trials at hand can be resumed.

    Raises:
        UserError: in place of what the storage raised.
    """
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (StorageInternalError, SQLAlchemyError, TimeoutError) as error:
        reason = " ".join(str(error.__cause__ or error).split()).replace(url, without_secrets(url))
        raise UserError(
            f"--storage {without_secrets(url)}: was lost: {reason[:_LONGEST_REASON]}; the same "
            "command goes on from here"
        ) from error


@contextlib.contextmanager
def alone(storage: "RDBStorage", study: str) -> Iterator[None]:
    """No other command counts, begins or takes over trials of the study meanwhile.

    A lock of the system beside a SQLite file, a locked row in any other database: both are free
    again when the process, or its connection, is gone.

    Args:
        storage: where the study is.
        study: its name.

    Raises:
        TimeoutError: another one was for long.
    """
    file = sqlite_file(storage.url)
    with _alone_with_file(file) if file is not None else _alone_with_row(storage, study):
        yield


@contextlib.contextmanager
def _alone_with_file(file: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(file.with_name(f"{file.name}.lock"), timeout=_SECONDS_FOR_A_LOCK)
    try:
        lock.acquire()
    except Timeout:
        raise TimeoutError(f"{file}: another process held it for too long") from None
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _alone_with_row(storage: "RDBStorage", study: str) -> Iterator[None]:
    import sqlalchemy as sql

    table = sql.Table(
        _TABLE, sql.MetaData(), sql.Column("study", sql.String(190), primary_key=True)
    )
    with contextlib.suppress(sql.exc.IntegrityError, sql.exc.ProgrammingError):
        table.create(storage.engine, checkfirst=True)
    with contextlib.suppress(sql.exc.IntegrityError), storage.engine.begin() as connection:
        connection.execute(table.insert().values(study=study))
    with storage.engine.begin() as connection:
        if storage.engine.dialect.name == "postgresql":
            # A machine that vanished in the middle must not hold the others up for hours.
            connection.execute(sql.text("SET LOCAL idle_in_transaction_session_timeout = '120s'"))
        connection.execute(
            sql.select(table.c.study).where(table.c.study == study).with_for_update()
        )
        yield
