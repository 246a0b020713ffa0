"""How well each experiment knows each class."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.intervals import wilson
from analysis.labels import positions
from bench.experiments.spec import Published

COLUMNS = (
    "class",
    "experiment",
    "n",
    "accuracy",
    "sd",
    "low",
    "high",
    "precision",
    "f1",
    "n_seeds",
    "published",
)
EXTREMES = ("experiment", "side", "place", "class", "accuracy", "low", "high", "n")


def per_class(
    predictions: pd.DataFrame,
    classes: Sequence[str],
    experiments: Sequence[str],
    published: Mapping[str, Published] = MappingProxyType({}),
) -> pd.DataFrame:
    """Accuracy per class (which is the recall of the class), precision and F1, over seeds.

    The interval is Wilson's at 95 %, over the test images, at the mean accuracy. All seeds see
    the same test images, so they do not multiply n: more seeds say more about the training, not
    more about photos that were never taken. The interval and `sd` thus answer different
    questions (other photos; other seeds) and neither holds the other.

    Args:
        predictions: a row an image of a run of one split: `experiment, seed, path, true,
            predicted`.
        classes: class names in order.
        experiments: names in the order wanted. Others in `predictions` are left out.
        published: figures by experiment.

    Returns:
        A row a class and experiment that has predictions, classes first: `class, experiment, n`
        (distinct images of the class), `accuracy` (mean over seeds), `sd` (over seeds, ddof = 1,
        NaN with one seed), `low, high` (95 %), `precision` (of the images that a run called so,
        the share that were; mean over the seeds that called any so, NaN if none did), `f1` (2 ×
        right / (images + called so), mean over seeds; 0 where none was right), `n_seeds,
        published` (NaN where there is none). Fractions. A class without images has n = 0 and NaN,
        also where others are called by its name.

    Raises:
        UserError: if `predictions` name a class that is not in `classes`.
    """
    tables = [
        _of_experiment(name, runs, classes, published.get(name, Published()))
        for name in experiments
        if len(runs := predictions.loc[predictions["experiment"] == name])
    ]
    if not tables:
        return pd.DataFrame(columns=list(COLUMNS))
    # Stable, so that the experiments keep their order within a class.
    rows = pd.concat(tables).sort_index(kind="stable")
    return rows.reset_index(drop=True)


def extremes(table: pd.DataFrame, n: int = 3) -> pd.DataFrame:
    """The classes that each experiment knows best, and worst.

    Of equal accuracies the one with more images, and so the surer one, is the more extreme; then
    the order of the classes decides.

    Args:
        table: what `per_class` returned.
        n: classes a side, at most; never more than half of those with images, so that none is on
            both sides.

    Returns:
        A row an experiment, side and place, in the order of the table's experiments: `experiment,
        side` ("best", then "worst"), `place` (1 for the most extreme), `class, accuracy, low,
        high, n` as in the table.
    """
    order = ["accuracy", "low", "high"]
    sides: list[pd.DataFrame] = []
    for name in table["experiment"].unique():
        known = table.loc[(table["experiment"] == name) & table["accuracy"].notna()]
        ranked = known.sort_values(order, ascending=False, kind="stable")
        count = min(n, len(ranked) // 2)
        for side, each in (("best", ranked), ("worst", ranked.iloc[::-1])):
            place = np.arange(1, count + 1)
            sides.append(each.head(count).assign(side=side, place=place))
    if not sides:
        return pd.DataFrame(columns=list(EXTREMES))
    return pd.concat(sides, ignore_index=True)[list(EXTREMES)]


def _of_experiment(
    experiment: str, runs: pd.DataFrame, classes: Sequence[str], published: Published
) -> pd.DataFrame:
    true, called = positions(runs["true"], classes), positions(runs["predicted"], classes)
    seeds, seed = np.unique(runs["seed"].to_numpy(), return_inverse=True)
    shape = (len(classes), len(seeds))
    images, named = _counts(true, seed, shape), _counts(called, seed, shape)
    right = _counts(true[true == called], seed[true == called], shape)
    accuracy = pd.DataFrame(_ratio(right, images))
    n = runs["path"].groupby(true).nunique().reindex(range(len(classes)), fill_value=0)
    mean = accuracy.mean(axis=1)
    low, high = wilson(mean, n)
    return pd.DataFrame(
        {
            "class": list(classes),
            "experiment": experiment,
            "n": n,
            "accuracy": mean,
            "sd": accuracy.std(axis=1, ddof=1),
            "low": low,
            "high": high,
            "precision": pd.DataFrame(_ratio(right, np.where(images, named, 0))).mean(axis=1),
            "f1": pd.DataFrame(_ratio(2 * right, np.where(images, images + named, 0))).mean(axis=1),
            "n_seeds": len(seeds),
            "published": [published.per_class.get(name, np.nan) for name in classes],
        },
        columns=list(COLUMNS),
    )


def _counts(
    labels: NDArray[np.int64], seed: NDArray[np.int64], shape: tuple[int, int]
) -> NDArray[np.int64]:
    """How often each class stands in `labels`, seed by seed: [n_classes, n_seeds]."""
    n_classes, n_seeds = shape
    cells = np.bincount(labels * n_seeds + seed, minlength=n_classes * n_seeds)
    return np.asarray(cells.reshape(shape), dtype=np.int64)


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    """The share, NaN where the whole is 0."""
    share = np.full(part.shape, np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return share
