"""Which confusions one experiment has overcome where another has not."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.labels import positions
from analysis.paired import paired_interval, sign_flip_p
from analysis.shared_images import shared_images
from analysis.statistics.significance import holm
from bench.errors import UserError

COLUMNS = (
    "a",
    "b",
    "errors_better",
    "errors_other",
    "difference",
    "n_images",
    "low",
    "high",
    "p",
    "p_holm",
)


def resolved_pairs(
    predictions: pd.DataFrame, better: str, other: str, classes: Sequence[str]
) -> pd.DataFrame:
    """How many images of each pair of classes one experiment no longer confuses.

    It speaks of the test images, for these trained runs: whether other photos of the two classes
    would show the same, not whether another training would. The images are the sample. Each has d
    = the share of the seeds of `other` that confuse it, minus that of `better`.

    Args:
        predictions: a row an image of a run of one split: `experiment, seed, path, true,
            predicted`. Images that some run of the two lacks are left out.
        better: an experiment, as a rule the better one.
        other: another one.
        classes: class names in order.

    Returns:
        A row an unordered pair of classes that either experiment confuses, the most resolved
        first, then by p and class order: `a, b` in class order; `errors_better, errors_other`
        (mean number of images a run that it confuses, both directions together), `difference`
        (errors_other - errors_better, the sum of d; below 0 where the better one confuses more),
        `n_images` (distinct images of a and b), `low, high` (95 % for the difference, by
        `analysis.paired.paired_interval`), `p` (two-sided, by `analysis.paired.sign_flip_p`),
        `p_holm` (Holm's correction over the rows). No row if either experiment has no
        predictions.

    Raises:
        UserError: if `predictions` name an unknown class, or better and other are the same.
    """
    if better == other:
        raise UserError(f"a comparison needs two different experiments; got {better!r} twice")
    grid = shared_images(predictions, [better, other])
    is_better = grid.experiments == better
    if not grid.rows.size or is_better.all() or not is_better.any():
        return pd.DataFrame(columns=list(COLUMNS))
    true = positions(predictions["true"].iloc[grid.rows[:, 0]], classes)
    called = positions(predictions["predicted"].iloc[grid.rows.ravel()], classes)
    called = called.reshape(grid.rows.shape)
    table = _table(
        true,
        _n_calling(called[:, is_better], len(classes)),
        _n_calling(called[:, ~is_better], len(classes)),
        (int(is_better.sum()), int((~is_better).sum())),
    )
    table["p_holm"] = holm(table["p"].to_numpy())
    ranked = table.sort_values(["difference", "p"], ascending=[False, True], kind="stable")
    for column in ("a", "b"):
        ranked[column] = np.array(classes, dtype=object)[ranked[column].to_numpy()]
    return ranked.reindex(columns=list(COLUMNS)).reset_index(drop=True)


def _n_calling(called: NDArray[np.int64], n_classes: int) -> NDArray[np.int64]:
    """How many of the runs (the columns) call each image what: [n_images, n_classes]."""
    counts = np.zeros((len(called), n_classes), dtype=np.int64)
    np.add.at(counts, (np.arange(len(called))[:, None], called), 1)
    return counts


def _table(
    true: NDArray[np.int64],
    by_better: NDArray[np.int64],
    by_other: NDArray[np.int64],
    n_seeds: tuple[int, int],
) -> pd.DataFrame:
    """The columns but `p_holm`, a row a pair with an error, `a` and `b` as positions."""
    n_better, n_other = n_seeds
    # d in units of 1 / (n_better × n_other), so that it is whole.
    gain = by_other * n_better - by_better * n_other
    k = by_better.shape[1]
    i, j = np.triu_indices(k, k=1)
    of_better, of_other, sums, squares = (
        _both_ways(true, each, k)[i, j] for each in (by_better, by_other, gain, gain**2)
    )
    confused = of_better + of_other > 0
    i, j = i[confused], j[confused]
    n = np.bincount(true, minlength=k)
    difference = sums[confused] / (n_better * n_other)
    low, high = paired_interval(
        difference, squares[confused] / (n_better * n_other) ** 2, n[i] + n[j]
    )
    images = [np.flatnonzero(true == label) for label in range(k)]
    values = [
        np.concatenate([gain[images[a], b], gain[images[b], a]])
        for a, b in zip(i.tolist(), j.tolist(), strict=True)
    ]
    return pd.DataFrame(
        {
            "a": i,
            "b": j,
            "errors_better": of_better[confused] / n_better,
            "errors_other": of_other[confused] / n_other,
            "difference": difference,
            "n_images": n[i] + n[j],
            "low": low,
            "high": high,
            "p": np.array([sign_flip_p(each) for each in values], dtype=np.float64),
        }
    )


def _both_ways(
    true: NDArray[np.int64], by_image: NDArray[np.int64], n_classes: int
) -> NDArray[np.int64]:
    """Sums over the images of a, of what stands at b, and back: symmetric, [k, k]."""
    sums = np.zeros((n_classes, n_classes), dtype=np.int64)
    np.add.at(sums, true, by_image)
    return sums + sums.T
