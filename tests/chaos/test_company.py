"""Several commands at once, several runs at once, and Ctrl-C in the middle of them."""

import json
import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.bench.cli.command import BENCH, bench, environment, rows, wait_for, workers
from tests.bench.cli.warm import Started


def start(home, *arguments):
    asked = ("run", "--all", *arguments)
    return Started("bench.cli", asked, home, environment(), session=True)


def events(home, kind):
    """How often each run said this, by its folder."""
    logs = sorted(home.glob("results/tiny/*/*/events.jsonl"))
    said = [[json.loads(line)["event"] for line in log.read_text().splitlines()] for log in logs]
    return [one.count(kind) for one in said]


@pytest.mark.slow
def test_three_commands_share_twelve_runs_and_do_each_once(home):
    seeds = ("--seeds", "0-5", "--set", "defaults.epochs=10")
    together = [start(home, *seeds) for _ in range(3)]
    outputs = [process.communicate(timeout=500)[0] for process in together]
    assert all(process.returncode in (0, 1) for process in together), outputs
    assert any(process.returncode == 0 for process in together), outputs
    assert [one["state"] for one in rows(home, *seeds)] == ["complete"] * 12
    assert events(home, "start") == [1] * 12
    assert events(home, "finish") == [1] * 12
    began = [output.count(": started") for output in outputs]
    assert sum(began) == 12
    assert sum(n > 0 for n in began) == 3, "each of them found something to do"


@pytest.mark.slow
def test_ctrl_c_stops_four_workers_at_once_and_all_can_be_resumed(home):
    seeds = ("--seeds", "0-1", "--jobs", "4", "--set", "defaults.epochs=30")
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [*BENCH, "run", "--all", *seeds],
        cwd=home,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        env=environment(),
    )
    os.close(terminal)
    wait_for(lambda: len(list(home.glob("results/tiny/*/*/checkpoint.pt"))) == 4)
    busy = wait_for(lambda: len(found := workers(home)) == 4 and found)
    os.killpg(process.pid, signal.SIGINT)
    began = time.monotonic()
    shown = b""
    while chunk := read(controller):
        shown += chunk
    process.wait(timeout=30)
    assert time.monotonic() - began < 5
    assert process.returncode == 130
    assert shown.rfind(b"\x1b[?25h") > shown.rfind(b"\x1b[?25l") > 0, "the cursor is back"
    assert b"interrupted; the same command goes on from here" in shown
    assert b"Traceback" not in shown
    assert not any(is_there(pid) for pid in busy)
    again = bench(home, "run", "--all", *seeds)
    assert again.returncode == 0, again.stdout + again.stderr
    assert again.stdout.count("resumed at epoch") == 4


def read(controller):
    try:
        return os.read(controller, 65536)
    except OSError:  # nobody has the other end open any more
        return b""


def is_there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def is_stopped(pid):
    """Whether each of its threads is; one that still writes to the disk would take a signal."""
    threads = Path(f"/proc/{pid}/task").glob("*/stat")
    try:
        return all(thread.read_text().rpartition(")")[2].split()[0] == "T" for thread in threads)
    except (FileNotFoundError, ProcessLookupError):  # a thread ended meanwhile
        return False


def is_asked_to_end(pid):
    """Whether a SIGTERM waits for it, which a process that was stopped cannot take."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    (waiting,) = (line.split()[1] for line in status if line.startswith("ShdPnd:"))
    return bool(int(waiting, 16) & 1 << (signal.SIGTERM - 1))


@pytest.mark.slow
def test_ctrl_c_twice_kills_what_does_not_stop(home):
    """A worker that was stopped cannot end when it is asked to."""
    process = start(home, "--set", "defaults.epochs=2000")
    wait_for(lambda: list(home.glob("results/tiny/*/*/checkpoint.pt")))
    (worker,) = wait_for(lambda: workers(home))
    os.kill(worker, signal.SIGSTOP)
    wait_for(lambda: is_stopped(worker))
    os.kill(process.pid, signal.SIGINT)
    wait_for(lambda: is_asked_to_end(worker))
    time.sleep(0.5)
    assert is_there(worker)  # it is given three seconds
    os.kill(process.pid, signal.SIGINT)
    wait_for(lambda: not is_there(worker), seconds=1.5)
    process.communicate(timeout=30)
    assert process.returncode == 130
