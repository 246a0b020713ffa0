"""`bench app` as a terminal starts it, on a small suite of drawn footprints."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from tests.bench.cli.command import BENCH, bench, environment

SUITE = """
[suite]
name = "drawn"
data = "drawn"
seeds = [0]
[data.drawn]
synthetic = { images = 126, size = 64 }
image_size = 64
[defaults]
epochs = 1
batch_size = 16
precision = "fp32"
threads = 1
optimizer = { lr = 1e-3 }
[experiment.net]
model = "embedded:resnet18_slim"
weights = "embedded:resnet18_slim"
[experiment.vit]
model = "embedded:vit_slim_patch8"
weights = "embedded:vit_slim_patch8"
"""
CACHE = "cache"
N_SECONDS_TO_END = 15


def train(home):
    """Draws the footprints, and completes the runs of the suite."""
    (home / "experiments.toml").write_text(SUITE)
    answer = bench(home, "run", "--all", "--jobs", "2")
    assert answer.returncode == 0, answer.stderr
    return home


class Served:
    """The page at `address`; `log` is all that it has said on standard error."""

    def __init__(self, process, address, log):
        self.process = process
        self.address = address
        self._log = log

    @property
    def log(self):
        return self._log.read_text("utf-8")

    def end(self, number=signal.SIGINT):
        """Ends it as Ctrl-C does, and gives the exit code."""
        self.process.send_signal(number)
        return self.process.wait(N_SECONDS_TO_END)


@contextlib.contextmanager
def opened(home, *arguments):
    """The page, until the context ends."""
    log = home / "app.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*BENCH, "app", "--no-browser", *arguments],
            cwd=home,
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
            env=environment()
            | {"OMP_NUM_THREADS": "1", "HOME": str(home), "TRACKBENCH_CACHE": str(home / CACHE)},
        )
    try:
        line = process.stdout.readline()
        assert line.startswith("The page of "), (line, log.read_text("utf-8"))
        yield Served(process, line.split(" is at ")[1].split()[0], log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=N_SECONDS_TO_END)


def gone(pids):
    """Whether none of these processes is left, soon."""
    end = time.monotonic() + N_SECONDS_TO_END
    while time.monotonic() < end:
        if not any(_is_there(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def _is_there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def photos_in(cache):
    """The drawn test photos of a cache."""
    return Path(cache).glob("drawn/*/test/*/*.jpg")
