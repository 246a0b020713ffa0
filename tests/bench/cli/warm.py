"""A module run as by `python -m`, without the seconds that its imports take.

One process a test session imports what is heavy, once, and is forked for each command: a process
of its own with its own folder, environment, streams and exit code, which ends as any other does.
Where the start itself matters, or signals do, Python is started anew (see `command`).
"""

import atexit
import contextlib
import functools
import gc
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

PROJECT = Path(__file__).parents[3]


def run(module, arguments, cwd, env, timeout):
    """The module's answer, as `subprocess.run` gives it; raises `TimeoutExpired` as that does."""
    server = _server()
    with contextlib.ExitStack() as files:
        request, out, err = (files.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        asked = {"module": module, "arguments": arguments, "cwd": str(cwd), "env": env}
        request.write(json.dumps(asked).encode())
        request.seek(0)
        socket.send_fds(server, [b"!"], [file.fileno() for file in (request, out, err)])
        pid = json.loads(server.recv(64))
        if not select.select([server], [], [], timeout)[0]:
            os.kill(pid, signal.SIGKILL)
            server.recv(64)
            raise subprocess.TimeoutExpired([module, *arguments], timeout)
        code = json.loads(server.recv(64))
        texts = [(file.seek(0), file.read().decode())[1] for file in (out, err)]
    return subprocess.CompletedProcess([module, *arguments], code, *texts)


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
    """None of it starts a thread."""
    import matplotlib.backends.backend_agg
    import pyarrow.parquet
    import scipy.stats
    import sklearn.metrics
    import timm
    import torchvision.models

    import bench.launch
    import bench.reporting
    import bench.tracking.sync
    import runners.run
    from bench.tracking.quiet import quieted

    with quieted():
        import mlflow.artifacts
        import mlflow.store.tracking.sqlalchemy_store  # noqa: F401


def _serve(channel):
    """Forks for each request; in the child, gives what is asked for."""
    _import_what_is_heavy()
    gc.freeze()  # pages that a fork does not write to need not be copied
    channel.send(b"!")
    while True:
        message, files, _, _ = socket.recv_fds(channel, 1, 3)
        if not message:
            return None
        pid = os.fork()
        if pid == 0:
            channel.close()
            return _become(*files)
        for file in files:
            os.close(file)
        channel.send(json.dumps(pid).encode())
        _, status = os.waitpid(pid, 0)
        channel.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())


def _become(request, out, err):
    with open(request) as file:
        asked = json.load(file)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    return asked


def _run(asked):
    """To the end, but for the interpreter's own, which would take a second to clear its modules."""
    # As with `-m`, the current folder comes first.
    sys.path[0] = asked["cwd"]
    sys.argv[1:] = asked["arguments"]
    code = 0
    try:
        runpy.run_module(asked["module"], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(ValueError):  # where it is closed
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    asked = _serve(socket.socket(fileno=int(sys.argv[1])))
    if asked is not None:
        _run(asked)
