"""A process beside the tests', which holds a run folder."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.results.store import RunFolder

HOLD = """
import sys, pathlib
from bench.results.store import RunFolder
with RunFolder(pathlib.Path(sys.argv[1])).locked():
    print("held", flush=True)
    sys.stdin.read()
"""
Holder = Callable[[RunFolder], subprocess.Popen[str]]


@pytest.fixture
def hold_elsewhere() -> Iterator[Holder]:
    """Starts a process that holds a folder until its input is closed or it is killed."""
    started: list[subprocess.Popen[str]] = []

    def hold(folder: RunFolder) -> subprocess.Popen[str]:
        folder.path.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(folder.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        return process

    yield hold
    for process in started:
        process.kill()
        process.communicate()
