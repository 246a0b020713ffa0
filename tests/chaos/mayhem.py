"""Runs a suite while killing parts of it, and says in what two results differ."""

import io
import json
import os
import random
import signal
import time

import pandas as pd

from bench.results.store import RunFolder
from tests.bench.cli.command import environment, holders_of
from tests.bench.cli.warm import Started

TIMINGS = ["seconds", "images_per_second"]
MOST_EPOCHS_BETWEEN_KILLS = 6
COMPARED = ("model.safetensors", "predictions.parquet", "metrics.json", "history.csv")


class Suite:
    """A command that runs a suite into a folder of results."""

    def __init__(self, home, arguments, module="bench.cli", results="results"):
        self.home = home
        self.results = home / results
        self._module = module
        self._arguments = ["run", *arguments, "--results", results]

    def start(self):
        """Starts it in a session of its own."""
        asked = (self._module, self._arguments, self.home, environment())
        return Started(*asked, session=True, merged=True)

    def finish(self, timeout=300):
        """Runs it to its end; gives exit code and output."""
        process = self.start()
        output, _ = process.communicate(timeout=timeout)
        return process.returncode, output

    def run_folders(self):
        return sorted(path for path in self.results.glob("*/*/[0-9]*-*") if path.is_dir())

    def workers(self):
        """The processes that hold a run's lock."""
        return sorted(holders_of(self.run_folders()))

    def n_epochs(self):
        """How many epochs the runs have finished, all together."""
        logs = (folder / "events.jsonl" for folder in self.run_folders())
        return sum(log.read_bytes().count(b'"event": "epoch"') for log in logs if log.exists())

    def n_complete(self):
        return sum((folder / "COMPLETE").exists() for folder in self.run_folders())


def linger(seconds, n_epochs, count):
    """So long, but for no more epochs than that: on a fast machine nothing would be left to kill.

    Args:
        seconds: at most.
        n_epochs: at most.
        count: counts the epochs that were finished.
    """
    most, end = count() + n_epochs, time.monotonic() + seconds
    while count() < most and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.005))


def kill_once(suite, rng):
    """Starts the suite and kills it, its whole session, or one worker, at a random moment.

    Mostly after a few epochs, so that the kills fall on all of the runs however fast the machine
    is; else before the first one.

    Returns:
        What was killed, or None where the suite was over before.
    """
    before, began = suite.n_epochs(), time.monotonic()
    process = suite.start()
    n_epochs = rng.randint(1, MOST_EPOCHS_BETWEEN_KILLS) if rng.random() < 0.8 else None
    patience = rng.uniform(0, 5.0)
    while process.poll() is None and suite.n_epochs() - before < (n_epochs or 1):
        if n_epochs is None and time.monotonic() - began > patience:
            break
        time.sleep(0.005)
    linger(rng.uniform(0, 0.1), 1, suite.n_epochs)
    if process.poll() is not None:
        return None
    target = rng.choice(["harness", "worker", "session"])
    workers = suite.workers()
    if target == "worker" and workers:
        os.kill(rng.choice(workers), signal.SIGKILL)
        linger(rng.uniform(0, 0.5), 3, suite.n_epochs)  # what it leaves goes on, for a while
    elif target == "worker":
        target = "harness"
    if target == "session":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    return target


def run_under_fire(suite, n_kills, seed):
    """Kills the suite so many times, then lets it finish; gives what was killed, in order."""
    rng = random.Random(seed)
    killed = []
    while len(killed) < n_kills:
        target = kill_once(suite, rng)
        if target is None:
            break
        killed.append(target)
    code, output = suite.finish()
    assert code == 0, output
    return killed


def outcome(folder):
    """A complete run's files, but for time and memory, each checked by its seal."""
    run = RunFolder(folder)
    found = {name: run.read(name) for name in COMPARED}
    metrics = json.loads(found["metrics.json"])
    del metrics["timings"], metrics["memory"]
    history = pd.read_csv(io.BytesIO(found["history.csv"]), dtype=str).drop(columns=TIMINGS)
    return {**found, "metrics.json": metrics, "history.csv": history.to_csv()}


def differences(first, second):
    """Which files of which runs differ between two results, as (run, file)."""
    names = [str(path.relative_to(first.results)) for path in first.run_folders()]
    assert names == [str(path.relative_to(second.results)) for path in second.run_folders()]
    assert names
    found = []
    for name in names:
        one, other = outcome(first.results / name), outcome(second.results / name)
        found += [(name, file) for file in COMPARED if one[file] != other[file]]
    return found
