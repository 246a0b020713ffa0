"""A module run as by `python -m`, without the seconds that its imports take.

One process a test session imports what is heavy, once, and is forked for each command: a process
of its own with its own folder, environment, streams and exit code, which can be killed as any
other. Where the start itself is what a test is about, Python is started anew (see `command`).
"""

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from pathlib import Path

from bench.tracking.quiet import quieted
from tests.bench.cli import spare

PROJECT = Path(__file__).parents[3]
N_BYTES = 16  # of a number that is sent
# None of them starts a thread that a fork would lose.
HEAVY = (
    "matplotlib.backends.backend_agg",
    "pyarrow.parquet",
    "scipy.stats",
    "sklearn.metrics",
    "timm",
    "torchvision.models",
    "bench.launch",
    "bench.reporting",
    "bench.tracking.sync",
    "runners.run",
)
HEAVY_AND_LOUD = ("mlflow.artifacts", "mlflow.store.tracking.sqlalchemy_store")


class Started:
    """A command at work, to be asked as `subprocess.Popen` is; all that it says goes to files."""

    def __init__(self, module, arguments, cwd, env, session=False, merged=False):
        """Starts it.

        Args:
            module: as `python -m` has it.
            arguments: of the command.
            cwd: its folder.
            env: its environment.
            session: whether it gets a session of its own, to be killed with all that it starts.
            merged: whether its errors go where its output goes.
        """
        self.args = [module, *arguments]
        self.returncode = None
        self._files = contextlib.ExitStack()
        self._said = out, err = self._file(), self._file()
        self._texts = ()
        asked = {"module": module, "arguments": arguments, "cwd": str(cwd), "env": dict(env)}
        self._socket, theirs = socket.socketpair()
        with tempfile.TemporaryFile() as request, theirs:
            request.write(json.dumps({**asked, "session": session}).encode())
            request.seek(0)
            files = (theirs, request, out, out if merged else err)
            socket.send_fds(_server(), [b"!"], [file.fileno() for file in files])
        self.pid = int(self._socket.recv(N_BYTES))

    def _file(self):
        return self._files.enter_context(tempfile.TemporaryFile())

    def wait(self, timeout=None):
        """Its exit code; raises `TimeoutExpired` where it has none by then."""
        if self.returncode is None:
            if not select.select([self._socket], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout)
            self.returncode = int(self._socket.recv(N_BYTES))
            with self._socket, self._files:
                self._texts = tuple(map(_content_of, self._said))
        return self.returncode

    def poll(self):
        """The same without waiting: None while it works."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def communicate(self, timeout=None):
        """What it has said when it has ended, as (output, errors)."""
        self.wait(timeout)
        return self._texts


def _content_of(file):
    file.seek(0)
    return file.read().decode()


def run(module, arguments, cwd, env, timeout):
    """The command's answer, as `subprocess.run` gives it."""
    process = Started(module, arguments, cwd, env)
    try:
        texts = process.communicate(timeout)
    except BaseException:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, *texts)


@functools.cache
def _server():
    """Starts the process that is forked; it ends when its socket closes."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())],
            cwd=PROJECT,
            pass_fds=[theirs.fileno()],
            env={**os.environ, "PYTHONPATH": str(PROJECT), "OPENBLAS_NUM_THREADS": "1"},
        )
    atexit.register(lambda: (ours.close(), process.wait()))
    assert ours.recv(1), "it did not start"
    return ours


def _import_what_is_heavy():
    for name in HEAVY:
        importlib.import_module(name)
    with quieted():
        for name in HEAVY_AND_LOUD:
            importlib.import_module(name)
    gc.freeze()  # pages that a fork does not write to need not be copied


def _serve(channel):
    """Forks for each request; in the process that is to be the command, returns it."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks what became of the waiting ones
    channel.send(b"!")
    while True:
        message, files, _, _ = socket.recv_fds(channel, 1, 4)
        if not message:
            return None
        if os.fork() == 0:
            channel.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return _forked(*files)
        for file in files:
            os.close(file)


def _forked(asker, request, out, err):
    """Forks the command and waits for it, which its parent has to."""
    with socket.socket(fileno=asker) as answer, os.fdopen(request) as file:
        asked = json.load(file)
        if asked["session"]:
            os.setsid()  # Ctrl-C is for the command
        has_session, gets_session = os.pipe()
        pid = os.fork()
        if pid:
            os.close(gets_session)
            os.read(has_session, 1)  # until it can be killed with all that it starts
            answer.send(_number(pid))
            _, status = os.waitpid(pid, 0)
            with contextlib.suppress(OSError):  # where nobody wants to know any more
                answer.send(_number(os.waitstatus_to_exitcode(status)))
            os._exit(0)
    if asked["session"]:
        os.setsid()
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.closerange(3, max(out, err, gets_session) + 1)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    return asked


def _number(value):
    return str(value).rjust(N_BYTES).encode()


def _run(asked):
    """To the end, but for the interpreter's own, which would take a second to clear its modules."""
    # As with `-m`, the current folder comes first.
    sys.path[0] = asked["cwd"]
    sys.argv[1:] = asked["arguments"]
    code = 0
    try:
        server = spare.keep_ready()
        if server is not None:
            exec(server, {"__name__": "__main__"})  # noqa: S102 - as `python -c` does
            os._exit(0)
        runpy.run_module(asked["module"], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code or 0
    except BaseException:  # noqa: BLE001 - as the interpreter itself does
        traceback.print_exc()
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(ValueError):  # where it is closed
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    _import_what_is_heavy()
    asked = _serve(socket.socket(fileno=int(sys.argv[1])))
    if asked is not None:
        _run(asked)
