"""What the analysis starts from: the results of a suite as data frames."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from bench.experiments.spec import Published
from bench.results.records import PARTS_OF_TIME

_PREDICTIONS = ["experiment", "seed", "split", "path", "true", "predicted"]
_CORRUPTED = ["experiment", "seed", "n_test", "corruption", "strength", "path", "true", "predicted"]
_METRICS = ["experiment", "seed", "accuracy", "macro_accuracy"]
_HISTORY = ["experiment", "seed", "epoch", "learning_rate", "train_loss", "train_accuracy"]
_HISTORY += ["val_loss", "val_accuracy", "val_macro_accuracy", "trainable_parameters"]
_TIMINGS = ["experiment", "seed", "batch_size", "total_seconds"]
_TIMINGS += [f"{part}_seconds" for part in PARTS_OF_TIME]


@dataclass(frozen=True, eq=False)
class Study:
    """The complete runs of a suite.

    Attributes:
        suite: its name.
        classes: class names in order.
        experiments: names in the suite's order, which all tables keep.
        metrics: a row a run: `experiment, seed`, the measures on the test images (fractions; NLL in
            nats), `n` (test images), `seconds` (wall time of the run).
        test: a row a test image of a run: `experiment, seed, split, path, true, predicted`, and the
            probabilities `p:<class>`.
        validation: the same of the validation images; may be empty.
        histories: a row an epoch of a run: `experiment, seed` and the columns of history.csv; may
            be empty.
        timings: a row a run: `experiment, seed, batch_size, total_seconds` and `<part>_seconds` of
            each part of its time, NaN where not measured; may be empty.
        published: figures by experiment; may be empty.
        missing: a line for each run that failed or is not finished, and for what else is lacking.
        notice: a sentence that every rendering says first; none where empty.
        searched: as `metrics`, the runs on seeds by which an experiment's settings were chosen.
            They flatter it, and nothing else has them.
        robustness: a row an image and variant of a run that was asked about corrupted test images:
            `experiment, seed, n_test, corruption, strength, path, true, predicted`; may be empty.
    """

    suite: str
    classes: tuple[str, ...]
    experiments: tuple[str, ...]
    metrics: pd.DataFrame
    test: pd.DataFrame
    validation: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_PREDICTIONS))
    histories: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_HISTORY))
    timings: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_TIMINGS))
    published: Mapping[str, Published] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    notice: str = ""
    searched: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_METRICS))
    robustness: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_CORRUPTED))

    def __post_init__(self) -> None:
        """Refuses predictions of other splits than they are meant to be of."""
        for name in ("test", "validation"):
            frame: pd.DataFrame = getattr(self, name)
            found = sorted(frame["split"].unique()) if len(frame) else []
            if len(found) > 1:
                splits = ", ".join(found)
                raise ValueError(f"a report is about one split; got {splits}")
