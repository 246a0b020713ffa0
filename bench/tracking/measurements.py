"""A run's metrics: curves by epoch, final values, and what its seeds have in common."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_NAMES = {"seconds": "epoch_seconds"}  # a run also has total_seconds and training_seconds
_PREFIXES = {"test": "test_", "val": "selected_val_"}


@dataclass(frozen=True)
class Measurement:
    """One value of a metric. `step` is the epoch for curves, 0 for final values."""

    name: str
    value: float
    step: int
    milliseconds: int


def started(spec: Mapping[str, Any]) -> int:
    """When the run started, in milliseconds since 1970."""
    moment = datetime.fromisoformat(spec["started"])
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def times(spec: Mapping[str, Any], metrics: Mapping[str, Any]) -> tuple[int, int]:
    """When the run started and ended, in milliseconds since 1970.

    The end is the start and the seconds that it computed, so that of a run that was interrupted
    it is too early by the pauses.
    """
    start = started(spec)
    return start, start + round(metrics["timings"]["total_seconds"] * 1000)


def final_values(metrics: Mapping[str, Any]) -> dict[str, float]:
    """One value a run: `test_accuracy`, `selected_val_accuracy`, `total_seconds` and so on.

    Those of validation are called `selected_…` after the epoch that was selected, since the
    curves have the plain names.

    Args:
        metrics: the content of metrics.json.
    """
    values = {
        f"{prefix}{name}": float(value)
        for split, prefix in _PREFIXES.items()
        for name, value in metrics[split].items()
        if name != "n"
    }
    values["selected_epoch"] = float(metrics["selected_epoch"])
    values["n_epochs"] = float(metrics["epochs"])
    return values | {name: float(value) for name, value in metrics["timings"].items()}


def curves(history: "pd.DataFrame", start: int, end: int) -> list[Measurement]:
    """Every column of history.csv by epoch; missing values are left out.

    An epoch's time is its share of the run: the seconds of its training steps are recorded, and
    what the run did besides is spread over the epochs alike.

    Args:
        history: a row an epoch.
        start: of the run, in milliseconds.
        end: of the run.
    """
    seconds = history["seconds"].fillna(0).clip(lower=0)
    total = float(seconds.sum())
    shares = seconds.cumsum() / total if total > 0 else (history.index + 1) / len(history)
    found = []
    for (_, row), share in zip(history.iterrows(), shares, strict=True):
        epoch, when = int(row["epoch"]), start + round(float(share) * (end - start))
        found += [
            Measurement(_NAMES.get(str(name), str(name)), float(value), epoch, when)
            for name, value in row.drop("epoch").items()
            if not math.isnan(value)
        ]
    return found


def over_seeds(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Mean and standard deviation (ddof = 1; none with one seed) of each measure of outcome.

    Args:
        runs: the final values of each seed of a configuration.

    Returns:
        `n_seeds`, and for each measure of test and of the selected epoch's validation, and for
        `total_seconds`: the mean as `<name>`, so that a table has it in the seeds' own column, and
        as `<name>_mean`, and the deviation as `<name>_std`.
    """
    summary = {"n_seeds": float(len(runs))}
    names = sorted({name for run in runs for name in run if _is_outcome(name)})
    for name in sorted(names, key=lambda name: not name.startswith(_PREFIXES["test"])):
        values = [run[name] for run in runs if name in run]
        summary[name] = summary[f"{name}_mean"] = fmean(values)
        if len(values) > 1:
            summary[f"{name}_std"] = stdev(values)
    return summary


def _is_outcome(name: str) -> bool:
    return name.startswith(tuple(_PREFIXES.values())) or name == "total_seconds"
