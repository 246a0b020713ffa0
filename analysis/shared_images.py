"""The images that every run has answered, as a grid of images × runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class SharedImages:
    """Where in a table of predictions each run's answer on each image stands.

    `paths` [n_images], sorted; `experiments` [n_runs], the experiment of each run, seeds of one
    experiment side by side; `rows` int64 [n_images, n_runs], positions of rows in the table, so
    that `values[rows]` is a column's grid.
    """

    paths: list[str]
    experiments: NDArray[np.str_]
    rows: NDArray[np.int64]


def shared_images(predictions: pd.DataFrame, experiments: Sequence[str]) -> SharedImages:
    """Joins the runs by path; an image that some run lacks is left out.

    Args:
        predictions: a row an image of a run of one split: `experiment, seed, path`.
        experiments: names in the order wanted. Others in `predictions` are left out, as are names
            without predictions.

    Returns:
        The grid; no image and no run if there are no predictions.
    """
    names = list(dict.fromkeys(experiments))
    experiment = pd.Index(names).get_indexer(pd.Index(predictions["experiment"]))
    rows = np.flatnonzero(experiment >= 0)
    seeds, seed = np.unique(predictions["seed"].to_numpy()[rows], return_inverse=True)
    keys, run = np.unique(experiment[rows] * max(len(seeds), 1) + seed, return_inverse=True)
    image, paths = pd.factorize(predictions["path"].iloc[rows], sort=True)
    grid = np.full((len(paths), len(keys)), -1, dtype=np.int64)
    grid[image, run] = rows
    everywhere = (grid >= 0).all(axis=1)
    return SharedImages(
        paths=[str(paths[i]) for i in np.flatnonzero(everywhere).tolist()],
        experiments=np.array(names, dtype=np.str_)[keys // max(len(seeds), 1)],
        rows=grid[everywhere],
    )
