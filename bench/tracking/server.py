"""A server of MLflow's on this machine, for as long as somebody looks at it."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType

from bench.errors import UserError
from bench.tracking.address import check_database, without_secrets

HOST = "127.0.0.1"
_USUAL_PORT = 5000
_SECONDS_TO_ANSWER = 120
_SECONDS_TO_END = 5
_POLL_SECONDS = 0.1
# No queue of jobs for language models is needed, and nothing is told to MLflow's makers, unless
# the user has chosen so.
_ENVIRONMENT = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


class Server:
    """A server that answers. `address` is such as `http://127.0.0.1:5000`."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self._process = process
        self._port = port
        self._log = log

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://{HOST}:{self._port}"

    def wait(self) -> None:
        """Waits until the server ends, which it does not do by itself.

        Raises:
            UserError: what it said last.
        """
        self._process.wait()
        raise UserError(f"MLflow's server ended: {self._last_line()}")

    def wait_for_answer(self) -> None:
        """Waits until it answers.

        Raises:
            UserError: it does not; with what it said last.
        """
        end = time.monotonic() + _SECONDS_TO_ANSWER
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise UserError(f"MLflow's server did not start: {self._last_line()}")
            if self._answers():
                return
            time.sleep(_POLL_SECONDS)
        raise UserError(f"MLflow's server did not answer within {_SECONDS_TO_ANSWER} s")

    def _answers(self) -> bool:
        with closing(HTTPConnection(HOST, self._port, timeout=1)) as connection:
            try:
                connection.request("GET", "/health")
                return connection.getresponse().status == 200
            except (OSError, HTTPException):
                return False

    def _last_line(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return said[-1] if said else f"exit code {self._process.returncode}"


@contextlib.contextmanager
def served(uri: str, port: int | None) -> Iterator[Server]:
    """Serves a store on localhost, until the context ends and with it all of its processes.

    Args:
        uri: the tracking URI of the store: a database, or a folder.
        port: of the server; the usual 5000 where None, or any free one where that is taken.

    Raises:
        UserError: the server does not start.
    """
    chosen = _free_port() if port is None else port
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        process = _start(uri, chosen, Path(folder), log)
        try:
            server = Server(process, chosen, log)
            server.wait_for_answer()
            yield server
        finally:
            _end(process)


def _start(uri: str, port: int, folder: Path, log: Path) -> "subprocess.Popen[bytes]":
    """The server in a session of its own, so that all of it can be ended at once."""
    command = [sys.executable, "-m", "mlflow", "server", "--host", HOST, "--port", str(port)]
    command += ["--workers", "1", "--backend-store-uri", uri]
    # What the store's own experiments do not need; else it would be made where one stands.
    command += ["--artifacts-destination", str(folder)]
    chosen = {"MLFLOW_DISABLE_TELEMETRY"} if "DO_NOT_TRACK" in os.environ else set()
    defaults = {name: value for name, value in _ENVIRONMENT.items() if name not in chosen}
    environment = {**defaults, **os.environ}
    environment.pop("MLFLOW_TRACKING_URI", None)
    with log.open("wb") as file:
        return subprocess.Popen(
            command, stdout=file, stderr=file, env=environment, start_new_session=True
        )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ends the server and all that it has started; at once where Ctrl-C is pressed again."""
    try:
        _signal(process, signal.SIGTERM)
        process.wait(_SECONDS_TO_END)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        pass
    finally:
        if hasattr(signal, "SIGKILL"):
            _signal(process, signal.SIGKILL)
        process.wait()


def _signal(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        else:
            process.terminate()


def _free_port() -> int:
    return _USUAL_PORT if _is_free(_USUAL_PORT) else _any_port()


def _any_port() -> int:
    with closing(socket.create_server((HOST, 0))) as listener:
        return int(listener.getsockname()[1])


def check_port(port: int) -> None:
    """Refuses a port that something else has.

    Raises:
        UserError: it is taken.
    """
    if not _is_free(port):
        raise UserError(f"--port {port}: is taken on {HOST}; leave --port out for a free one")


def _is_free(port: int) -> bool:
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True


def experiment_id(uri: str, suite: str) -> str:
    """The id of a suite's MLflow experiment.

    Raises:
        UserError: the store cannot be asked, or has no such experiment.
    """
    from bench.tracking.quiet import patience, quieted

    with quieted(), patience(n_retries=0, seconds=_SECONDS_TO_END):
        from mlflow.exceptions import MlflowException
        from mlflow.tracking import MlflowClient

        try:
            check_database(uri, _SECONDS_TO_END)
            found = MlflowClient(tracking_uri=uri).get_experiment_by_name(suite)
        except (MlflowException, sqlite3.Error, OSError) as error:
            reason = " ".join(str(error).split())[:200].replace(uri, without_secrets(uri))
            raise UserError(f"MLflow at {without_secrets(uri)} does not answer: {reason}") from None
    if found is None:
        raise UserError(f"MLflow at {without_secrets(uri)} has no experiment {suite!r}")
    return str(found.experiment_id)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Ends quietly on Ctrl-C, on SIGTERM, and when the terminal is closed."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
