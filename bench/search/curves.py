"""What a run says of a search's metric: by epoch while it trains, and in the end."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from bench.experiments.search_spec import Metric
from bench.results.records import RunRecord
from bench.results.store import RunFolder

_IN_METRICS = {"val_macro_accuracy": "macro_accuracy", "val_accuracy": "accuracy"}
_IN_METRICS |= {"val_loss": "nll"}
Curve = dict[int, float]


@dataclass
class EpochReader:
    """Reads the `epoch` events of a run, those of earlier attempts too, each epoch once."""

    folder: RunFolder
    _offset: int = 0
    _last: int = -1

    def new(self) -> Iterator[dict[str, Any]]:
        """The epochs that have ended since the last time."""
        try:
            with (self.folder.path / "events.jsonl").open("rb") as file:
                file.seek(self._offset)
                content = file.read()
        except OSError:
            return
        whole = content[: content.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            try:
                event = json.loads(line)
            except ValueError:  # cut short by a kill
                continue
            # An epoch that a kill has cost comes again, with the same figures.
            if event.get("event") == "epoch" and event["epoch"] > self._last:
                self._last = event["epoch"]
                yield event


def curve_of(record: RunRecord, metric: Metric) -> Curve:
    """The metric after each epoch of a complete run."""
    history = record.history()
    return {
        int(epoch): float(value)
        for epoch, value in zip(history["epoch"], history[metric], strict=True)
    }


def value_of(record: RunRecord, metric: Metric) -> float:
    """The metric of the selected network of a complete run, as it was scored on validation."""
    return float(record.metrics["val"][_IN_METRICS[metric]])


def step_of(seed_index: int, epoch: int, most_epochs: int) -> int:
    """The step of Optuna's at which an epoch is reported.

    The seeds of a trial are run one after the other, and their epochs count on: the second seed's
    first epoch comes after the last that any trial's first seed may have. So trials meet at the
    same steps, with as many seeds behind them.
    """
    return seed_index * most_epochs + epoch


def mean_at(curves: list[Curve], epoch: int) -> float:
    """The mean over the seeds so far, all at this epoch; one that stopped earlier, at its last."""
    return fmean(curve.get(epoch, curve[max(curve)]) for curve in curves)
