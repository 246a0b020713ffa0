"""`bench` in a process of its own, and the small suite that it is asked about."""

import io
import json
import os
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path

import pytest

from bench.cli import main
from bench.results.lock import locks_in
from tests.bench.cli import warm

BENCH = [sys.executable, "-m", "bench.cli"]
SUITE = """
[suite]
name = "tiny"
data = "drawn"
seeds = [0]
[data.drawn]
root = "photos"
image_size = 32
[data.drawn.augment]
horizontal_flip = 0.5
[defaults]
epochs = 2
batch_size = 8
precision = "fp32"
threads = 1
[experiment.one]
model = "embedded:resnet18_slim"
[experiment.two]
model = "embedded:vit_slim_patch8"
freezing = { trainable_blocks = 1, every_epochs = 1, add_blocks = 1 }
"""


def environment():
    """This process's environment, in which `bench` is found from any folder."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}


def bench(home, *arguments, timeout=240):
    """What `bench` answers, in a process of its own that has imported what is heavy before."""
    return warm.run("bench.cli", arguments, home, environment(), timeout)


def bench_anew(home, *arguments, timeout=240):
    """The same in a Python that starts with nothing, where how it starts matters."""
    return subprocess.run(
        [*BENCH, *arguments],
        cwd=home,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=environment(),
    )


def bench_here(home, *arguments):
    """The same in this process, which saves seconds of imports, for what starts no others."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(home)
        patch.setattr(sys, "argv", ["bench", *arguments])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def rows(home, *arguments):
    answer = bench(home, "list", "--json", *arguments)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)["runs"]


def refused(answer, *parts):
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    assert "Traceback" not in answer.stderr
    for part in parts:
        assert part in answer.stderr


def wait_for(condition, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def workers(home):
    """The processes that work on a run of the suite `tiny`."""
    return holders_of(home.glob("results/tiny/*/*"))


def holders_of(folders):
    """The processes that hold run folders, by their locks; one that lets go meanwhile does not."""
    found = set()
    for lock in (lock for folder in folders for lock in locks_in(folder)):
        with suppress(FileNotFoundError):
            owner = lock.owner()
            if owner is not None and owner.is_running():
                found.add(owner.pid)
    return found
