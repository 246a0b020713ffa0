"""A server in a process of its own on this machine, for as long as somebody looks at it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType

from bench.errors import UserError

HOST = "127.0.0.1"
_EVERYWHERE = {"0.0.0.0": HOST, "::": "::1"}  # noqa: S104 - what is asked, not what is bound
# Kept for documentation: no machine has them.
_ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
_SECONDS_TO_ANSWER = 120
_SECONDS_TO_END = 5
_POLL_SECONDS = 0.1
_STANDARD_ERROR = 2
_GUARD = Path(__file__).with_name("server_guard.py")


@dataclass(frozen=True)
class Place:
    """Where a server listens, and the path at which it says that it is well."""

    host: str
    port: int
    health: str

    @property
    def address(self) -> str:
        """What a browser on this machine opens, such as `http://127.0.0.1:5000`."""
        host = _EVERYWHERE.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def address_for_others(self) -> str | None:
        """What a browser on another machine opens.

        Returns:
            None where the server does not listen everywhere, or there is no network.
        """
        if self.host not in _EVERYWHERE:
            return None
        host = _own_address(_family(self.host))
        return None if host is None else Place(host, self.port, self.health).address

    def answers(self) -> bool:
        """Whether a server answers there that is well."""
        host = _EVERYWHERE.get(self.host, self.host)
        with closing(HTTPConnection(host, self.port, timeout=1)) as connection:
            try:
                connection.request("GET", self.health)
                return connection.getresponse().status == 200
            except (OSError, HTTPException):
                return False


def _own_address(family: socket.AddressFamily) -> str | None:
    """The address from which this machine speaks to others; nothing is sent to find it."""
    with closing(socket.socket(family, socket.SOCK_DGRAM)) as asked:
        try:
            asked.connect((_ELSEWHERE[family], 9))
        except OSError:
            return None
        return str(asked.getsockname()[0])


class Server:
    """A server that was started. `what` is what errors call it, such as `MLflow's server`."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", place: Place, what: str, log: Path | None
    ) -> None:
        self._process = process
        self._place = place
        self._what = what
        self._log = log

    @property
    def address(self) -> str:
        """Where it is."""
        return self._place.address

    def wait(self) -> None:
        """Waits until the server ends, which it does not do by itself.

        Raises:
            UserError: what it said last.
        """
        self._process.wait()
        raise UserError(f"{self._what} ended: {self._last_line()}")

    def wait_for_answer(self) -> None:
        """Waits until it answers.

        Raises:
            UserError: it does not; with what it said last.
        """
        end = time.monotonic() + _SECONDS_TO_ANSWER
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise UserError(f"{self._what} did not start: {self._last_line()}")
            if self._place.answers():
                return
            time.sleep(_POLL_SECONDS)
        raise UserError(f"{self._what} did not answer within {_SECONDS_TO_ANSWER} s")

    def _last_line(self) -> str:
        lines = [] if self._log is None else _lines(self._log)
        return lines[-1] if lines else f"exit code {self._process.returncode}"


@contextlib.contextmanager
def started(
    command: Sequence[str],
    place: Place,
    what: str,
    environment: Mapping[str, str],
    *,
    is_heard: bool = False,
) -> Iterator[Server]:
    """Starts a server and waits for its answer; all of its processes end with the context.

    They end, too, where this process is killed and can end nothing any more.

    Args:
        command: the program and its arguments, which must agree with `place`.
        place: where it will listen.
        what: what errors call it.
        environment: of the process.
        is_heard: whether what it says goes to standard error; else only its last line is shown,
            and that where it ends.

    Raises:
        UserError: the server does not start.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = None if is_heard else Path(folder) / "server.log"
        process = _start(command, environment, log)
        try:
            server = Server(process, place, what, log)
            server.wait_for_answer()
            yield server
        finally:
            _end(process)


def _start(
    command: Sequence[str], environment: Mapping[str, str], log: Path | None
) -> "subprocess.Popen[bytes]":
    """The server under its guard, in a session of its own, so that all of it ends at once."""
    with contextlib.ExitStack() as opened:
        said = _STANDARD_ERROR if log is None else opened.enter_context(log.open("wb"))
        return subprocess.Popen(
            [sys.executable, "-I", str(_GUARD), *command],
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            env=dict(environment),
            start_new_session=True,
        )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ends the server and all that it has started; at once where Ctrl-C is pressed again."""
    try:
        _let_go(process)
        process.wait(_SECONDS_TO_END)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        pass
    finally:
        _kill(process)
        process.wait()


def _let_go(process: "subprocess.Popen[bytes]") -> None:
    """Closes the guard's input, whereupon it ends the server."""
    if process.stdin is not None:
        process.stdin.close()


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _lines(log: Path) -> list[str]:
    text = log.read_text(encoding="utf-8", errors="replace")
    return [line.strip() for line in text.split("\n") if line.strip()]


@contextlib.contextmanager
def claimed_port(usual: int, host: str = HOST) -> Iterator[int]:
    """The usual port, or any free one where that is taken, or another command is about to take it.

    A server needs seconds until it listens. Who is to have the usual port holds it as a port of
    datagrams, too, which nobody else uses, and lets go whatever becomes of this process.
    """
    with closing(socket.socket(_family(host), socket.SOCK_DGRAM)) as claim:
        try:
            claim.bind((host, usual))
        except OSError:
            yield _any_port(host)
        else:
            yield free_port(usual, host)


def free_port(usual: int, host: str = HOST) -> int:
    """The usual port, or any free one where that is taken."""
    return usual if _is_free(usual, host) else _any_port(host)


def _any_port(host: str) -> int:
    with closing(_listener(host, 0)) as listener:
        return int(listener.getsockname()[1])


def check_port(port: int, host: str = HOST) -> None:
    """Refuses a port that something else has.

    Raises:
        UserError: it is taken.
    """
    if not _is_free(port, host):
        raise UserError(f"--port {port}: is taken on {host}; leave --port out for a free one")


def check_host(host: str) -> None:
    """Refuses an address at which this machine cannot listen.

    Raises:
        UserError: it is not an address of this machine.
    """
    try:
        _listener(host, 0).close()
    except OSError as error:
        raise UserError(
            f"--address {host}: is no address of this machine ({error.strerror or error}); "
            f"should be such as {HOST}, or 0.0.0.0 for all that it has"
        ) from None


def _is_free(port: int, host: str) -> bool:
    try:
        _listener(host, port).close()
    except OSError:
        return False
    return True


def _listener(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), family=_family(host))


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


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
