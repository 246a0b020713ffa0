"""What runs tell while they last: what they use of their machine, and their epochs so far."""

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from bench.results.store import SYSTEM
from bench.tracking.measurements import Measurement

if TYPE_CHECKING:
    import pandas as pd

PREFIX = "system/"  # what MLflow's UI shows apart, as "System metrics"
_MOST_POINTS = 200


def usage(folder: Path) -> list[Measurement]:
    """The measures of a run's system.jsonl, by time; none where it has no such file.

    Of a long run neighbours are averaged, so that a metric has at most 200 points. The file is
    not sealed: lines that cannot be read are left out.

    Args:
        folder: the run's.
    """
    looks = list(_looks(folder / SYSTEM))
    size = -(-len(looks) // _MOST_POINTS)
    groups = [looks[i : i + size] for i in range(0, len(looks), size)] if looks else []
    found = []
    for step, group in enumerate(groups):
        when = round(group[-1]["time"] * 1000)
        for name in dict.fromkeys(name for look in group for name in look if name != "time"):
            mean = fmean(look[name] for look in group if name in look)
            found.append(Measurement(PREFIX + name, mean, step, when))
    return found


def history_so_far(folder: Path) -> "pd.DataFrame":
    """The epochs that a run has told of in events.jsonl, as history.csv would have them.

    An epoch that was done again counts as it was the last time.

    Args:
        folder: the run's.
    """
    import pandas as pd

    told = [event for event in _lines(folder / "events.jsonl") if event.get("event") == "epoch"]
    epochs = {event["epoch"]: event for event in told}
    history = pd.DataFrame([epochs[epoch] for epoch in sorted(epochs)])
    return history.drop(columns=["time", "event"], errors="ignore")


def _looks(path: Path) -> Iterator[dict[str, float]]:
    for line in _lines(path):
        try:
            look = {str(name): float(value) for name, value in line.items()}
        except (ValueError, TypeError):
            continue
        if "time" in look:
            yield look


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, as far as they can be read."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            content = json.loads(line)
        except ValueError:
            continue
        if isinstance(content, dict):
            yield content
