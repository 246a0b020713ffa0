"""A search that is killed again and again: each trial ends once, and nothing is trained twice."""

import os
import random
import signal
import time

import pytest

from tests.bench.cli.command import holders_of
from tests.bench.search.homes import SUITE, epochs_of, search, start, starts, told, with_mirror
from tests.chaos.mayhem import linger
from tests.runners.photos import draw

N_TRIALS, N_KILLS = 7, 5
MARKS = ("COMPLETE", "failure.json", "pruned.json")


@pytest.fixture
def home(tmp_path, empty_mirror):
    draw(tmp_path / "photos")
    with_mirror(tmp_path, empty_mirror)
    text = SUITE.replace("trials     = 6", f"trials     = {N_TRIALS}").replace(
        "epochs = 3", "epochs = 12"
    )
    (tmp_path / "experiments.toml").write_text(text.replace('"none"', '"median"'))
    return tmp_path


def workers(home):
    """The processes that hold the folder of a trial's run."""
    return sorted(holders_of(home.glob("results/tiny/search.*/*")))


def n_epochs(home):
    """How many the trials have finished, all together."""
    return sum(map(len, epochs_of(home).values()))


def kill_once(home, rng):
    """Starts the search and kills a part of it at a random moment; what, or None where it ended."""
    process = start(home, "net", "--jobs", "2")
    before = sum(len(one) for one in starts(home).values())
    while process.poll() is None and sum(len(one) for one in starts(home).values()) == before:
        time.sleep(0.01)
    linger(rng.uniform(0, 0.7), 6, lambda: n_epochs(home))
    if process.poll() is not None:
        return None
    target = rng.choice(["command", "session", "worker"])
    at_work = workers(home)
    if target == "worker" and at_work:
        os.kill(rng.choice(at_work), signal.SIGKILL)
        linger(rng.uniform(0, 0.3), 3, lambda: n_epochs(home))
    if target == "session":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    return target


def check(home, *arguments):
    """Exactly the declared number has ended, and no epoch was trained twice but for one a kill."""
    found = told(home, "net", *arguments)["trials"]
    assert [one["number"] for one in found] == list(range(N_TRIALS))
    assert {one["state"] for one in found} <= {"complete", "pruned", "failed"}
    assert sum(one["state"] == "failed" for one in found) == 0
    events = starts(home)
    assert len(events) == N_TRIALS, "a run a trial, since the values differ"
    # A kill between the last word of a run and its seal costs a second scoring, and no epoch.
    for epochs in epochs_of(home).values():
        assert len(set(epochs)) == len(epochs), "an epoch that was said is on the disk"
        assert epochs == sorted(epochs)
    folders = {path.split("/")[-1] for one in found for path in one["folders"]}
    assert folders == set(events)
    return found


def interrupt(home):
    """Starts the search and interrupts it, as Ctrl-C does, while a run works."""
    process = start(home, "net", "--jobs", "2")
    while process.poll() is None and not workers(home):
        time.sleep(0.02)
    time.sleep(0.3)
    began = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert time.monotonic() - began < 8
    assert process.returncode == 130, output
    assert "interrupted; the same command goes on from here" in output
    assert "Traceback" not in output
    assert not workers(home)


@pytest.mark.slow
def test_killed_at_random_moments_every_trial_ends_once(home):
    rng = random.Random(0)
    killed = []
    while len(killed) < N_KILLS:
        what = kill_once(home, rng)
        assert what is not None, "the search was over before: make it longer"
        killed.append(what)
    assert len(set(killed)) > 1
    interrupt(home)
    answer = search(home, "net", "--jobs", "2")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    found = check(home)
    # Again there is nothing to do, and a study without kills has the same trials to begin with.
    again = search(home, "net", "--jobs", "2")
    assert again.returncode == 0
    assert "epoch 1/" not in again.stdout
    assert told(home, "net")["trials"] == found
    # One that was pruned is marked, and is neither failed nor complete.
    for one in found:
        (folder,) = one["folders"]
        marks = {
            name
            for name in ("COMPLETE", "failure.json", "pruned.json")
            if (home / folder / name).exists()
        }
        assert marks == ({"COMPLETE"} if one["state"] == "complete" else {"pruned.json"})


@pytest.mark.slow
def test_two_commands_share_the_trials(home):
    together = [start(home, "net") for _ in range(2)]
    outputs = [process.communicate(timeout=240)[0] for process in together]
    codes = [process.returncode for process in together]
    assert set(codes) <= {0, 1}, outputs
    assert 0 in codes, outputs
    check(home)
    assert all("epoch 1/" in output for output in outputs), "each had something to do"
