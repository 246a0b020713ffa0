"""Which classes are taken for which, counted in both directions."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.intervals import wilson
from analysis.labels import positions
from bench.errors import UserError, nearest

POOLED = "all"
COLUMNS = (
    "experiment",
    "a",
    "b",
    "a_as_b",
    "b_as_a",
    "n_a",
    "n_b",
    "a_as_b_rate",
    "b_as_a_rate",
    "errors",
    "share",
    "rank",
    "n_images_a",
    "n_images_b",
    "a_as_b_low",
    "a_as_b_high",
    "b_as_a_low",
    "b_as_a_high",
)
_TWINS = (
    ("a", "b"),
    ("a_as_b", "b_as_a"),
    ("n_a", "n_b"),
    ("a_as_b_rate", "b_as_a_rate"),
    ("n_images_a", "n_images_b"),
    ("a_as_b_low", "b_as_a_low"),
    ("a_as_b_high", "b_as_a_high"),
)
_SWAPPED = dict(_TWINS) | {second: first for first, second in _TWINS}


def confusion_matrix(predictions: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """How many images of each class were called what.

    Args:
        predictions: a row an image of a run: `true, predicted`. Runs are added up.
        classes: class names in order.

    Returns:
        Counts (int64), square; rows are true classes, columns predicted ones.

    Raises:
        UserError: if `predictions` name a class that is not in `classes`.
    """
    k = len(classes)
    cells = positions(predictions["true"], classes) * k + positions(
        predictions["predicted"], classes
    )
    return pd.DataFrame(
        np.bincount(cells, minlength=k * k).reshape(k, k),
        index=pd.Index(classes, name="true"),
        columns=pd.Index(classes, name="predicted"),
    )


def confused_pairs(
    predictions: pd.DataFrame, classes: Sequence[str], experiments: Sequence[str]
) -> pd.DataFrame:
    """Every pair of classes that was confused, worst first, for each experiment and pooled.

    The intervals are Wilson's at 95 %, at the rates and over the distinct test images of the
    class: neither seeds nor experiments make more photos of it (see `analysis.per_class`).

    Args:
        predictions: a row an image of a run of one split: `experiment, path, true, predicted`.
        classes: class names in order.
        experiments: names in the order wanted. Others in `predictions` are left out.

    Returns:
        A row an experiment and unordered pair with an error, the pooled ones (`experiment` is
        "all": the predictions of all experiments put together) last: `a, b` in class order;
        `a_as_b` (images of a called b) and `b_as_a`; `n_a, n_b` (predictions of images of a and
        b: images × seeds, and × experiments where pooled); `a_as_b_rate` = a_as_b / n_a and
        `b_as_a_rate`, NaN without images; `errors` = a_as_b + b_as_a; `share` of all errors of
        the experiment; `rank`, 1 for the most errors, ties broken by the higher mean of the two
        rates and then by class order; `n_images_a, n_images_b` (distinct images of each class),
        `a_as_b_low, a_as_b_high, b_as_a_low, b_as_a_high` (bounds of the rates, NaN without
        images).

    Raises:
        UserError: if `predictions` name an unknown class, or an experiment is called "all".
    """
    tables = [
        _pairs(experiment, matrix, n_images)
        for experiment, matrix, n_images in _matrices(predictions, classes, experiments)
    ]
    if not tables:
        return pd.DataFrame(columns=list(COLUMNS))
    rows = pd.concat([table.loc[table["errors"] > 0].sort_values("rank") for table in tables])
    return rows.astype({"rank": "int64"}).reset_index(drop=True)


def pair(
    predictions: pd.DataFrame, a: str, b: str, classes: Sequence[str], experiments: Sequence[str]
) -> pd.DataFrame:
    """How often a is called b, and back, in each experiment and pooled.

    Args:
        predictions: as for `confused_pairs`.
        a: a class.
        b: another class.
        classes: class names in order.
        experiments: names in the order wanted.

    Returns:
        The columns of `confused_pairs`, a row an experiment that has predictions and one for
        "all", also where there is no error: `rank` is missing (NA) there, and `share` is NaN
        where the experiment made no error at all. `a` and `b` stand as asked for.

    Raises:
        UserError: if a or b is not a class, or they are the same.
    """
    for name in (a, b):
        if name not in classes:
            raise UserError(f"no class is called {name!r}{nearest(name, classes)}")
    if a == b:
        raise UserError(f"a pair needs two different classes; got {a!r} twice")
    first, second = sorted((a, b), key=list(classes).index)
    found = [
        table.loc[(table["a"] == first) & (table["b"] == second)]
        for table in (_pairs(*each) for each in _matrices(predictions, classes, experiments))
    ]
    rows = pd.concat(found) if found else pd.DataFrame(columns=list(COLUMNS))
    asked = rows.rename(columns=_SWAPPED) if (a, b) != (first, second) else rows
    return asked[list(COLUMNS)].reset_index(drop=True)


def _matrices(
    predictions: pd.DataFrame, classes: Sequence[str], experiments: Sequence[str]
) -> Iterator[tuple[str, pd.DataFrame, NDArray[np.int64]]]:
    """Name, matrix and images of each class of the experiments with predictions, then pooled."""
    if POOLED in experiments:
        raise UserError(f"an experiment is called {POOLED!r}, which stands for all; rename it")
    total = np.zeros((len(classes), len(classes)), dtype=np.int64)
    images = []
    for name in experiments:
        runs = predictions.loc[predictions["experiment"] == name, ["path", "true", "predicted"]]
        if len(runs):
            matrix = confusion_matrix(runs, classes)
            images.append(runs[["path", "true"]].drop_duplicates())
            total += matrix.to_numpy()
            yield name, matrix, _n_images(images[-1], classes)
    if images:
        matrix = pd.DataFrame(total, index=list(classes), columns=list(classes))
        yield POOLED, matrix, _n_images(pd.concat(images).drop_duplicates(), classes)


def _n_images(distinct: pd.DataFrame, classes: Sequence[str]) -> NDArray[np.int64]:
    return np.bincount(positions(distinct["true"], classes), minlength=len(classes))


def _pairs(experiment: str, matrix: pd.DataFrame, n_images: NDArray[np.int64]) -> pd.DataFrame:
    """All unordered pairs of one matrix in class order, with errors or without."""
    counts = matrix.to_numpy()
    i, j = np.triu_indices(len(counts), k=1)
    n = counts.sum(axis=1)
    table = pd.DataFrame(
        {
            "experiment": experiment,
            "a": matrix.index.to_numpy()[i],
            "b": matrix.index.to_numpy()[j],
            "a_as_b": counts[i, j],
            "b_as_a": counts[j, i],
            "n_a": n[i],
            "n_b": n[j],
        }
    )
    table["a_as_b_rate"] = table["a_as_b"] / table["n_a"]
    table["b_as_a_rate"] = table["b_as_a"] / table["n_b"]
    table["errors"] = table["a_as_b"] + table["b_as_a"]
    table["share"] = table["errors"] / table["errors"].sum()
    table["rank"] = _ranks(table)
    table["n_images_a"], table["n_images_b"] = n_images[i], n_images[j]
    table["a_as_b_low"], table["a_as_b_high"] = wilson(table["a_as_b_rate"], n_images[i])
    table["b_as_a_low"], table["b_as_a_high"] = wilson(table["b_as_a_rate"], n_images[j])
    return table


def _ranks(table: pd.DataFrame) -> "pd.Series[int]":
    """1 for the pair with the most errors; missing for pairs without any."""
    # A class without images has no rate, and the mean is then the other direction's alone.
    rate = table[["a_as_b_rate", "b_as_a_rate"]].mean(axis=1)
    order = np.lexsort((np.arange(len(table)), -rate, -table["errors"]))
    ranks = pd.Series(np.argsort(order) + 1, index=table.index, dtype="Int64")
    return ranks.where(table["errors"] > 0)
