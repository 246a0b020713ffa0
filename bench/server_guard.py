"""What a server is started by: a process that ends it as soon as nobody holds its input open.

`bench.serving` runs this file by its path, with the server's command as its arguments. Its input is
a pipe that the starter holds, and of which the system closes that end whatever the starter dies
of, SIGKILL included. It uses nothing but the standard library, so that it starts at once.
"""

import os
import signal
import subprocess
import sys
import threading
from types import FrameType

_INPUT = 0
_SECONDS_TO_END = 4


def main(command: list[str]) -> int:
    """Runs a command until it ends, or the input does.

    Returns:
        The command's exit code; 128 and the signal's number where a signal ended it.
    """
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _outlive)
    # The server reads no input: it would take what tells this process of its end.
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_input, args=(process,), daemon=True).start()
    code = process.wait()
    return code if code >= 0 else 128 - code


def _outlive(_number: int, _frame: FrameType | None) -> None:
    """Goes on: what is told to the whole group is for the server, whose end is awaited here."""


def _end_with_input(process: "subprocess.Popen[bytes]") -> None:
    while os.read(_INPUT, 1):
        pass
    _signal(process, signal.SIGTERM)
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))


def _signal(process: "subprocess.Popen[bytes]", number: int) -> None:
    """To all of the group, this process included; where there are no groups, to the server."""
    if hasattr(os, "killpg"):
        os.killpg(0, number)
    else:
        process.terminate()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
