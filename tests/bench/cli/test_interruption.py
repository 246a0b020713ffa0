"""What becomes of a suite when its command, or a run's process, is ended or has company."""

import json
import os
import signal
import time

import pytest

from tests.bench.cli.command import bench, rows, wait_for, workers


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_suite_stops_at_once_and_goes_on_later(home_with_mirror, start, number):
    home = home_with_mirror
    process = start(home, "run", "one", "--set", "defaults.epochs=30")
    checkpoint = wait_for(lambda: list(home.glob("results/tiny/one/*/checkpoint.pt")))
    os.killpg(process.pid, number)
    began = time.monotonic()
    _, errors = process.communicate(timeout=30)
    assert time.monotonic() - began < 5
    assert process.returncode == 130
    assert errors.strip() == "bench: interrupted; the same command goes on from here"
    again = bench(home, "run", "one", "--set", "defaults.epochs=30")
    assert again.returncode == 0, again.stderr
    assert "resumed at epoch" in again.stdout
    assert (checkpoint[0].parent / "COMPLETE").exists()


def test_a_killed_worker_is_recorded_and_the_suite_goes_on(home_with_mirror, start):
    home = home_with_mirror
    process = start(home, "run", "--all", "--set", "experiment.one.epochs=1000")
    wait_for(lambda: list(home.glob("results/tiny/one/*/checkpoint.pt")))
    (worker,) = wait_for(lambda: workers(home))
    os.kill(worker, signal.SIGKILL)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    failure = json.loads(next(home.glob("results/tiny/one/*/failure.json")).read_text())
    assert failure["kind"] == "killed"
    assert failure["signal"] == "SIGKILL"
    assert len(list(home.glob("results/tiny/two/*/COMPLETE"))) == 1
    assert "ended by SIGKILL" in output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_worker_does_not_outlive_the_command(home_with_mirror, start, number):
    home = home_with_mirror
    process = start(home, "run", "one", "--set", "defaults.epochs=2000")
    wait_for(lambda: list(home.glob("results/tiny/one/*/checkpoint.pt")))
    os.kill(process.pid, number)
    process.wait(timeout=10)
    wait_for(lambda: not workers(home), seconds=10)
    (left,) = rows(home, "one", "--set", "defaults.epochs=2000")
    assert left["state"] == "planned"


def test_a_run_whose_worker_outlives_its_command_for_a_moment_is_gone_on_with(
    home_with_mirror, start
):
    home, long = home_with_mirror, ("--set", "experiment.one.epochs=60")
    first = start(home, "run", "one", *long)
    (checkpoint,) = wait_for(lambda: list(home.glob("results/tiny/one/*/checkpoint.pt")))
    (worker,) = wait_for(lambda: workers(home))
    os.kill(worker, signal.SIGSTOP)  # so that it cannot end with its command
    os.kill(first.pid, signal.SIGKILL)
    first.communicate(timeout=30)
    second = start(home, "run", "--all", *long)
    wait_for(lambda: list(home.glob("results/tiny/two/*/COMPLETE")))
    os.kill(worker, signal.SIGCONT)
    output, errors = second.communicate(timeout=240)
    assert second.returncode == 0, output + errors
    assert "one seed 0: note: resumed at epoch" in output
    assert (checkpoint.parent / "COMPLETE").exists()


def test_two_at_once_run_nothing_twice(home_with_mirror, start):
    home = home_with_mirror
    both = [start(home, "run", "--all") for _ in range(2)]
    outputs = [process.communicate(timeout=240)[0] for process in both]
    assert len(list(home.glob("results/tiny/*/*/COMPLETE"))) == 2
    for log in home.glob("results/tiny/*/*/events.jsonl"):
        starts = [line for line in log.read_text().splitlines() if '"event": "start"' in line]
        assert len(starts) == 1, outputs
