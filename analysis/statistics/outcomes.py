"""Right or wrong: what each run made of each test image, lined up image by image."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.labels import positions
from bench.errors import UserError


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What was right, by experiment, on test images that all of its runs share with the others'.

    `right` holds float64 [n_seeds, N] for each experiment, in order: 1 where the run with the seed
    of that row in `seeds` named the image rightly, 0 elsewhere. `labels` int64 [N] are the rows of
    `classes` that the images belong to.
    """

    right: dict[str, NDArray[np.float64]]
    seeds: dict[str, tuple[int, ...]]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    @property
    def experiments(self) -> tuple[str, ...]:
        """Those that have a run, in order."""
        return tuple(self.right)

    @property
    def rows_by_class(self) -> dict[str, NDArray[np.int64]]:
        """The images of each class that has any, as rows."""
        found = {name: np.flatnonzero(self.labels == k) for k, name in enumerate(self.classes)}
        return {name: rows for name, rows in found.items() if len(rows)}

    def means(self) -> NDArray[np.float64]:
        """The share of the seeds that were right, [N, n_experiments]."""
        return np.stack([right.mean(axis=0) for right in self.right.values()], axis=1)


def outcomes(
    predictions: pd.DataFrame, classes: Sequence[str], experiments: Sequence[str]
) -> Outcomes:
    """Lines up the predictions of one split.

    Args:
        predictions: a row an image of a run: `experiment, seed, path, true, predicted`.
        classes: class names in order.
        experiments: names in the order wanted. Others in `predictions` are left out.

    Raises:
        UserError: where the runs were not scored on the same images, so that comparing them image
            by image is impossible; or for a class that is not in `classes`.
    """
    chosen = predictions.loc[predictions["experiment"].isin(experiments)]
    right = (chosen["true"] == chosen["predicted"]).astype(float)
    right.index = pd.MultiIndex.from_frame(chosen[["experiment", "seed", "path"]])
    wide = right.unstack("path")  # noqa: PD010, a Series has no pivot
    incomplete = wide.index[wide.isna().any(axis=1)]
    if len(incomplete):
        experiment, seed = incomplete[0]
        raise UserError(
            f"{experiment!r}, seed {seed}: was not scored on the same images as the other runs; "
            "only runs on the same test set can be compared"
        )
    true = chosen.drop_duplicates("path").set_index("path")["true"].loc[wide.columns]
    present = [name for name in experiments if name in wide.index.get_level_values(0)]
    return Outcomes(
        right={name: wide.loc[name].to_numpy(dtype=np.float64) for name in present},
        seeds={name: tuple(int(seed) for seed in wide.loc[name].index) for name in present},
        labels=positions(true, classes),
        classes=tuple(classes),
    )
