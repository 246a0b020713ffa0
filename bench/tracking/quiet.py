"""Keeps MLflow and what it builds on quiet and quick, and leaves no trace of that."""

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator, Mapping

_LOGGERS = ("mlflow", "alembic", "sqlalchemy", "urllib3")
_SILENT = {
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}


@contextlib.contextmanager
def quieted() -> Iterator[None]:
    """Imports MLflow and keeps its notes, prints and warnings off the terminal while it lasts.

    Errors still show. MLflow 3 reports its usage to its makers; that is off here, by the
    `MLFLOW_DISABLE_TELEMETRY` that it documents, unless the user has set this variable or
    `DO_NOT_TRACK`.
    """
    chosen = "DO_NOT_TRACK" in os.environ
    telemetry = {} if chosen else {"MLFLOW_DISABLE_TELEMETRY": "true"}
    with _environment(_SILENT | telemetry), warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"(mlflow|alembic|sqlalchemy|urllib3)(\.|$)")
        import mlflow  # noqa: F401 - sets the level of its own logger, so before ours

        with _at_most_errors():
            yield


@contextlib.contextmanager
def patience(n_retries: int, seconds: int) -> Iterator[None]:
    """How long MLflow waits for a server, where the user has not said so.

    Its defaults, 7 retries and 120 s each, would hold up the terminal for many minutes.

    Args:
        n_retries: after a request that failed, with growing pauses between them.
        seconds: for each answer.
    """
    with _environment(
        {
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": str(n_retries),
            "MLFLOW_HTTP_REQUEST_TIMEOUT": str(seconds),
        }
    ):
        yield


@contextlib.contextmanager
def _environment(defaults: Mapping[str, str]) -> Iterator[None]:
    """Sets the variables that are not set, and takes them away again."""
    added = {name: value for name, value in defaults.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


@contextlib.contextmanager
def _at_most_errors() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
