"""A server of MLflow's on this machine, for as long as somebody looks at it."""

import contextlib
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator

from bench.errors import UserError
from bench.serving import HOST, Place, Server, check_port, claimed_port, interruptible, started
from bench.tracking.address import check_database, without_secrets

__all__ = ["Server", "check_port", "experiment_id", "interruptible", "served"]

_USUAL_PORT = 5000
_SECONDS_FOR_A_QUESTION = 5
# No queue of jobs for language models is needed, and nothing is told to MLflow's makers, unless
# the user has chosen so.
_ENVIRONMENT = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


@contextlib.contextmanager
def served(uri: str, port: int | None) -> Iterator[Server]:
    """Serves a store on localhost, until the context ends and with it all of its processes.

    Args:
        uri: the tracking URI of the store: a database, or a folder.
        port: of the server; the usual 5000 where None, or any free one where that is taken.

    Raises:
        UserError: the server does not start.
    """
    claimed = claimed_port(_USUAL_PORT) if port is None else contextlib.nullcontext(port)
    with claimed as its_port, tempfile.TemporaryDirectory() as folder:
        place = Place(HOST, its_port, "/health")
        command = _command(uri, place, folder)
        with started(command, place, "MLflow's server", _environment()) as server:
            yield server


def _command(uri: str, place: Place, folder: str) -> list[str]:
    command = [sys.executable, "-m", "mlflow", "server"]
    command += ["--host", place.host, "--port", str(place.port)]
    command += ["--workers", "1", "--backend-store-uri", uri]
    # What the store's own experiments do not need; else it would be made where one stands.
    return [*command, "--artifacts-destination", folder]


def _environment() -> dict[str, str]:
    chosen = {"MLFLOW_DISABLE_TELEMETRY"} if "DO_NOT_TRACK" in os.environ else set()
    defaults = {name: value for name, value in _ENVIRONMENT.items() if name not in chosen}
    environment = {**defaults, **os.environ}
    environment.pop("MLFLOW_TRACKING_URI", None)
    return environment


def experiment_id(uri: str, suite: str) -> str:
    """The id of a suite's MLflow experiment.

    Raises:
        UserError: the store cannot be asked, or has no such experiment.
    """
    from bench.tracking.quiet import patience, quieted

    with quieted(), patience(n_retries=0, seconds=_SECONDS_FOR_A_QUESTION):
        from mlflow.exceptions import MlflowException
        from mlflow.tracking import MlflowClient

        try:
            check_database(uri, _SECONDS_FOR_A_QUESTION)
            found = MlflowClient(tracking_uri=uri).get_experiment_by_name(suite)
        except (MlflowException, sqlite3.Error, OSError) as error:
            reason = " ".join(str(error).split())[:200].replace(uri, without_secrets(uri))
            raise UserError(f"MLflow at {without_secrets(uri)} does not answer: {reason}") from None
    if found is None:
        raise UserError(f"MLflow at {without_secrets(uri)} has no experiment {suite!r}")
    return str(found.experiment_id)
