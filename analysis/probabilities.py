"""What runs said of their images, and how sure they were, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.labels import positions
from bench.errors import UserError

_PREFIX = "p:"


@dataclass(frozen=True, eq=False)
class Answers:
    """Those of a run on N images of one split.

    `probabilities` float64 [N, n_classes], rows sum to 1; `labels` int64 [N], the true class;
    `right` bool [N], whether the class that the run named is the true one.
    """

    probabilities: NDArray[np.float64]
    labels: NDArray[np.int64]
    right: NDArray[np.bool_]

    @property
    def confidence(self) -> NDArray[np.float64]:
        """The highest probability of each image, float64 [N]."""
        return np.asarray(self.probabilities.max(axis=1), dtype=np.float64)


def answers_by_run(
    predictions: pd.DataFrame, experiments: Sequence[str]
) -> dict[str, dict[int, Answers]]:
    """The answers of each run, by experiment and seed.

    Args:
        predictions: a row an image of a run of one split: `experiment, seed, true, predicted` and
            `p:<class>` for each class.
        experiments: names in the order wanted. Others in `predictions` are left out, as are names
            without predictions.

    Returns:
        Experiments in the order wanted, seeds ascending.

    Raises:
        UserError: if the runs know different classes.
    """
    wanted = predictions.loc[predictions["experiment"].isin(list(experiments))]
    if wanted.empty:
        return {}
    classes, p = probabilities(wanted)
    seed_of = wanted["seed"].to_numpy()
    labels = positions(wanted["true"], classes)
    right = labels == positions(wanted["predicted"], classes)
    found: dict[str, dict[int, Answers]] = {name: {} for name in experiments}
    for name, seeds in wanted.groupby("experiment").indices.items():
        for seed in np.unique(seed_of[seeds]):
            rows = seeds[seed_of[seeds] == seed]
            found[str(name)][int(seed)] = Answers(p[rows], labels[rows], right[rows])
    return {name: runs for name, runs in found.items() if runs}


def probabilities(predictions: pd.DataFrame) -> tuple[list[str], NDArray[np.float64]]:
    """The classes, and what each was given.

    Args:
        predictions: a row an image of a run, with a column `p:<class>` for each class.

    Returns:
        The class names in the order of the columns, and float64 [n_rows, n_classes].

    Raises:
        ValueError: if there is no such column.
        UserError: if a probability is missing: the runs know different classes.
    """
    columns = [name for name in predictions.columns if name.startswith(_PREFIX)]
    if not columns:
        raise ValueError(f"predictions have no probabilities: no column starts with {_PREFIX!r}")
    values = predictions[columns].to_numpy(dtype=np.float64)
    if np.isnan(values).any():
        lacking = columns[int(np.isnan(values).any(axis=0).argmax())].removeprefix(_PREFIX)
        raise UserError(
            f"some runs give no probability for the class {lacking!r}; only runs that know the "
            "same classes can be compared"
        )
    return [name.removeprefix(_PREFIX) for name in columns], values
