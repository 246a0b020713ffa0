"""Reads run folders back: light records for lists, data frames for analysis."""

import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bench.experiments.search_spec import is_trial_name
from bench.results.checks import leak_notice
from bench.results.store import COMPLETE, FAILURE, DamagedError, RunFolder

if TYPE_CHECKING:
    import pandas as pd

DRAWN_NOTICE = (
    "These are drawn footprints, made by a program; the numbers say nothing about real tracks."
)
# The wall time of a run and what of it went where, in metrics.json. Earlier versions did not
# measure the parts.
PARTS_OF_TIME = ("setup", "data", "compute", "evaluation", "checkpoint", "tracking")
TIMINGS = ("total_seconds", *(f"{part}_seconds" for part in PARTS_OF_TIME))


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

    @property
    def mark(self) -> Path:
        """The file that was written last, and says that the run is over."""
        return self.folder.path / COMPLETE

    @property
    def is_drawn(self) -> bool:
        """Whether its images are footprints drawn by program; where run.json is silent, no."""
        return bool(self.spec.get("drawn", False))

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


@dataclass(frozen=True)
class FailedRun:
    """A run that ended without a result. Its files are not sealed: they are as it left them."""

    experiment: str
    seed: int
    folder: RunFolder

    @cached_property
    def spec(self) -> dict[str, Any]:
        """run.json, as a complete run has it.

        Raises:
            OSError, ValueError: where the run ended before it was written.
        """
        return dict(json.loads((self.folder.path / "run.json").read_bytes()))

    @property
    def mark(self) -> Path:
        """The file that was written last, and says that the run is over."""
        return self.folder.path / FAILURE

    @property
    def is_drawn(self) -> bool:
        """Whether its images are footprints drawn by program; where run.json is silent, no."""
        return bool(self.spec.get("drawn", False))


_Ended = TypeVar("_Ended", bound=RunRecord | FailedRun)


def complete_runs(suite_folder: Path) -> Iterator[RunRecord]:
    """The complete runs under `results/<suite>/`, ordered by experiment, seed and identity."""
    for experiment, seed, path in _marked(suite_folder, COMPLETE):
        yield RunRecord(experiment, seed, RunFolder(path))


def failed_runs(suite_folder: Path) -> Iterator[FailedRun]:
    """The failed runs under `results/<suite>/` that had begun, in the same order.

    One that ended before it had written run.json is not among them: nothing is known of it.
    """
    for experiment, seed, path in _marked(suite_folder, FAILURE):
        if (path / "run.json").exists() and not (path / COMPLETE).exists():
            yield FailedRun(experiment, seed, RunFolder(path))


def _marked(suite_folder: Path, mark: str) -> list[tuple[str, int, Path]]:
    found = []
    for file in suite_folder.glob(f"*/*/{mark}"):
        seed, dash, _ = file.parent.name.partition("-")
        if dash and seed.isdecimal():
            found.append((file.parent.parent.name, int(seed), file.parent))
    return sorted(found)


def of_experiments(runs: Iterable[_Ended]) -> list[_Ended]:
    """Those that are not trials of a search."""
    return [run for run in runs if not is_trial_name(run.experiment)]


def sound(
    records: Iterable[RunRecord], seeds: Sequence[int] | None
) -> tuple[list[RunRecord], list[str]]:
    """The records whose files are as they were sealed, and a line for each of the others.

    A damaged run is named whether or not it has one of the seeds.
    """
    kept, lines = [], []
    for record in records:
        try:
            record.verify()
        except DamagedError as error:
            told = error.with_remedy()
            lines.append(f"{record.experiment}, seed {record.seed}: damaged: {told}")
        else:
            if seeds is None or record.seed in seeds:
                kept.append(record)
    return kept, lines


def best_by_validation(runs: Iterable[RunRecord]) -> RunRecord:
    """The run that did best on the validation images, as an epoch is selected within a run.

    By accuracy; of equals the one of the lower NLL, then the first.

    Raises:
        ValueError: where there is no run.
        DamagedError: where the metrics of one are not what was sealed.
    """
    return max(runs, key=lambda run: (run.metrics["val"]["accuracy"], -run.metrics["val"]["nll"]))


def notice_for(runs: Iterable[RunRecord | FailedRun]) -> str:
    """What belongs beside any number of these runs; '' where there is nothing.

    That their data are drawn, or leak; that seeds of one configuration differ in precision, as
    `auto` comes to another one on another machine. That they leak is known where a check of
    their data lies in the folder of all results.
    """
    ended = list(runs)
    drawn = DRAWN_NOTICE if any(run.is_drawn for run in ended) else ""
    leaks = dict.fromkeys(map(_leak_notice, ended))
    return " ".join(filter(None, (drawn, *leaks, *_precision_notices(ended))))


def _precision_notices(runs: Iterable[RunRecord | FailedRun]) -> Iterator[str]:
    found: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for run in runs:
        configuration, precision = run.spec.get("configuration"), run.spec.get("precision")
        if isinstance(run, RunRecord) and configuration and precision:
            found[configuration].add(precision)
            names[configuration] = run.experiment
    for configuration, precisions in found.items():
        if len(precisions) > 1:
            each = ", some in ".join(sorted(precisions))
            yield f"{names[configuration]}: some seeds were trained in {each}."


def _leak_notice(run: RunRecord | FailedRun) -> str:
    above = run.folder.path.absolute().parents  # experiment, suite, results
    fingerprint = str(run.spec.get("fingerprint", ""))
    return leak_notice(above[2], fingerprint) if len(above) > 2 and fingerprint else ""


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


def timings_frame(runs: Iterable[RunRecord]) -> "pd.DataFrame":
    """A row a run: experiment, seed, images in a full batch, its seconds and those of its parts.

    The parts are called as in metrics.json; what a run of an earlier version lacks is NaN.
    """
    import pandas as pd

    rows = [
        {
            "experiment": run.experiment,
            "seed": run.seed,
            "batch_size": min(run.spec["experiment"]["batch_size"], run.spec["n_images"]["train"]),
            **{name: run.metrics["timings"].get(name) for name in TIMINGS},
        }
        for run in runs
    ]
    columns = ["experiment", "seed", "batch_size", *TIMINGS]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(TIMINGS, float))


def histories_frame(runs: Iterable[RunRecord]) -> "pd.DataFrame":
    """A row an epoch of a run: experiment, seed, and the columns of history.csv."""
    import pandas as pd

    frames = []
    for run in runs:
        frame = run.history()
        frame.insert(0, "experiment", run.experiment)
        frame.insert(1, "seed", run.seed)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


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
