"""The server of `multiprocessing` that a warm command forks its runs from, warm as well.

`multiprocessing` would start it in a new Python, for whose imports each command that runs anything
would wait. In its place stands a process that the command forks before it does anything else, and
which waits until it is wanted; with the command it ends.
"""

import json
import os
import signal
import socket
from multiprocessing import util
from pathlib import Path

MOST_FILES = 64
MOST_BYTES = 1 << 20


def keep_ready():
    """Forks it, and has `multiprocessing` take it for its first server.

    Returns:
        In the process that waits, once it is wanted: the code that it is to run. Else None.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        ours.close()
        return _wait(theirs)
    theirs.close()
    start_anew, ready = util.spawnv_passfds, [pid]

    def start(path, arguments, files):
        code = arguments[-1]
        if not ready or "multiprocessing.forkserver" not in code:
            return start_anew(path, arguments, files)
        wanted = {
            "code": code,
            "cwd": str(Path.cwd()),
            "env": dict(os.environ),
            "files": list(files),
        }
        with ours:
            socket.send_fds(ours, [json.dumps(wanted).encode()], files)
        return ready.pop()

    util.spawnv_passfds = start
    return None


def _wait(theirs):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command
    message, files, _, _ = socket.recv_fds(theirs, MOST_BYTES, MOST_FILES)
    if not message:
        os._exit(0)
    theirs.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    wanted = json.loads(message)
    _number(files, wanted["files"])
    os.chdir(wanted["cwd"])
    os.environ.clear()
    os.environ.update(wanted["env"])
    return wanted["code"]


def _number(files, numbers):
    """Gives each file the number that it has in the command, and closes all others."""
    above = max(*files, *numbers) + 1
    moved = [os.dup2(file, above + place) for place, file in enumerate(files)]
    os.closerange(3, above)
    for file, number in zip(moved, numbers, strict=True):
        os.dup2(file, number)
    os.closerange(above, above + len(moved))
