"""How well each experiment knows each class."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.intervals import wilson
from analysis.labels import positions
from bench.experiments.spec import Published

COLUMNS = ("class", "experiment", "n", "accuracy", "sd", "low", "high", "n_seeds", "published")


def per_class(
    predictions: pd.DataFrame,
    classes: Sequence[str],
    experiments: Sequence[str],
    published: Mapping[str, Published] = MappingProxyType({}),
) -> pd.DataFrame:
    """Accuracy per class (the recall of the class), mean and spread over seeds.

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
        NaN with one seed), `low, high` (95 %), `n_seeds, published` (NaN where there is none).
        Fractions. A class without images has n = 0 and NaN.

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


def _of_experiment(
    experiment: str, runs: pd.DataFrame, classes: Sequence[str], published: Published
) -> pd.DataFrame:
    true = positions(runs["true"], classes)
    right = true == positions(runs["predicted"], classes)
    index = range(len(classes))
    by_seed = pd.Series(right.astype(float)).groupby([true, runs["seed"].to_numpy()]).mean()
    accuracy = by_seed.unstack().reindex(index)  # classes × seeds  # noqa: PD010, a Series has no pivot
    n = runs["path"].groupby(true).nunique().reindex(index, fill_value=0)
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
            "n_seeds": runs["seed"].nunique(),
            "published": [published.per_class.get(name, np.nan) for name in classes],
        },
        columns=list(COLUMNS),
    )
