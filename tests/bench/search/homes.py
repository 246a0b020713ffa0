"""A folder as a user has it, with a search that takes seconds."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.bench.cli.command import bench, environment
from tests.bench.cli.warm import Started

SUITE = """\
# The study.
[suite]
name = "tiny"
data = "colours"
seeds = [0, 1] # both

[data.colours]
root = "photos"
image_size = 32

[defaults]
epochs = 3
batch_size = 8
precision = "fp32"
threads = 1

# The network.
[experiment.net]
model     = "embedded:resnet18_slim"
optimizer = { name = "sgd", lr = 1e-4 } # set by hand

[search.net]
experiment = "net"
trials     = 6
pruner     = "none"
[search.net.space]
"optimizer.lr" = { low = 1e-5, high = 1e-1, log = true }
"optimizer.momentum" = { low = 0.0, high = 0.9 }

[profile.long.defaults]
epochs = 12
"""


def with_mirror(home: Path, empty: Path) -> Path:
    """The folder with MLflow's database in its results: to make one takes longer than a search."""
    (home / "results").mkdir()
    shutil.copy(empty, home / "results" / "mlflow.db")
    return home


def search(home: Path, *arguments: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
    """`bench search` in a process of its own."""
    return bench(home, "search", *arguments, timeout=timeout)


def start(home: Path, *arguments: str) -> Started:
    """The same, to be watched or killed: in a session of its own."""
    asked = ("search", *arguments)
    return Started("bench.cli", asked, home, environment(), session=True, merged=True)


def told(home: Path, *arguments: str) -> dict[str, object]:
    """`bench search --json`."""
    answer = search(home, *arguments, "--json")
    assert answer.returncode == 0, answer.stderr
    return dict(json.loads(answer.stdout))


def starts(home: Path) -> dict[str, list[str]]:
    """What each run of a trial said, event by event, by its folder's name."""
    logs = sorted(home.glob("results/tiny/search.*/*/events.jsonl"))
    return {log.parent.name: [one["event"] for one in events_in(log)] for log in logs}


def epochs_of(home: Path) -> dict[str, list[int]]:
    """The epochs that each run of a trial has said it ended, by its folder's name."""
    found: dict[str, list[int]] = {}
    for log in sorted(home.glob("results/tiny/search.*/*/events.jsonl")):
        found[log.parent.name] = [one["epoch"] for one in events_in(log) if one["event"] == "epoch"]
    return found


def events_in(log: Path) -> Iterator[dict[str, Any]]:
    """What a run said; half a line is being written, or was when its process was killed."""
    for line in log.read_text().splitlines():
        with suppress(ValueError):
            yield json.loads(line)
