"""Reads run folders back: light records for lists, data frames for analysis."""

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.results.store import RunFolder

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RunRecord:
    """A complete run: who it is, and its files, each checked against its seal when read."""

    experiment: str
    seed: int
    folder: RunFolder

    @cached_property
    def spec(self) -> dict[str, Any]:
        """run.json: the resolved settings, identity, fingerprint, versions, device."""
        return dict(json.loads(self.folder.read("run.json")))

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """metrics.json: `val` and `test` with their measures, and `timings` in seconds."""
        return dict(json.loads(self.folder.read("metrics.json")))

    def verify(self) -> None:
        """Checks the files that analysis reads.

        Raises:
            DamagedError: where one is missing or is not what was sealed.
        """
        for name in ("run.json", "metrics.json", "history.csv", "predictions.parquet"):
            self.folder.read(name)

    def history(self) -> "pd.DataFrame":
        """history.csv: a row an epoch."""
        import pandas as pd

        return pd.read_csv(io.BytesIO(self.folder.read("history.csv")))

    def predictions(self) -> "pd.DataFrame":
        """predictions.parquet: a row an image of validation and test."""
        import pandas as pd

        return pd.read_parquet(io.BytesIO(self.folder.read("predictions.parquet")))


def complete_runs(suite_folder: Path) -> Iterator[RunRecord]:
    """The complete runs under `results/<suite>/`, ordered by experiment, seed and identity."""
    found = []
    for mark in suite_folder.glob("*/*/COMPLETE"):
        seed, dash, _ = mark.parent.name.partition("-")
        if dash and seed.isdecimal():
            found.append((mark.parent.parent.name, int(seed), mark.parent))
    for experiment, number, path in sorted(found):
        yield RunRecord(experiment, number, RunFolder(path))


def metrics_frame(runs: Iterable[RunRecord], split: str = "test") -> "pd.DataFrame":
    """A row a run: experiment, seed, the split's measures (fractions), seconds of the whole run."""
    import pandas as pd

    columns = ["experiment", "seed", "accuracy", "macro_accuracy", "macro_f1", "nll", "ece", "n"]
    rows = [
        {
            "experiment": run.experiment,
            "seed": run.seed,
            **run.metrics[split],
            "seconds": run.metrics["timings"]["total_seconds"],
        }
        for run in runs
    ]
    return pd.DataFrame(rows, columns=[*columns, "seconds"])


def predictions_frame(runs: Iterable[RunRecord], split: str = "test") -> "pd.DataFrame":
    """A row an image of a run: experiment, seed, and the columns of predictions.parquet."""
    import pandas as pd

    frames = []
    for run in runs:
        frame = run.predictions()
        frame = frame[frame["split"] == split]
        frames.append(frame.assign(experiment=run.experiment, seed=run.seed))
    if not frames:
        return pd.DataFrame(columns=["experiment", "seed", "split", "path", "true", "predicted"])
    whole = pd.concat(frames, ignore_index=True)
    return whole[
        ["experiment", "seed", *(c for c in whole.columns if c not in ("experiment", "seed"))]
    ]
