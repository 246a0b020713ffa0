"""In which classes two experiments differ."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.statistics.basis import basis_of
from analysis.statistics.outcomes import Outcomes
from analysis.statistics.resampling import (
    N_DRAWS,
    Array,
    Stratum,
    resample,
    seed_part,
    seed_variance,
    spread_of_differences,
)
from analysis.statistics.significance import holm, interval, two_sided_p

COLUMNS = (
    "a",
    "b",
    "class",
    "n",
    "accuracy_a",
    "accuracy_b",
    "difference",
    "low",
    "high",
    "p",
    "p_holm",
    "basis",
)


def class_differences(
    outcomes: Outcomes,
    pairs: Sequence[tuple[str, str]],
    seed: int = 0,
    n_draws: int = N_DRAWS,
) -> pd.DataFrame:
    """The difference in accuracy of each class, for chosen pairs of experiments.

    Args:
        outcomes: of the runs on the test images.
        pairs: experiments (a, b).
        seed: of the resampling; the same gives the same table.
        n_draws: how often it resamples.

    Returns:
        A row a pair and class with test images, in the order given: `a, b, class, n` (images),
        `accuracy_a, accuracy_b, difference` (a - b; fractions), `low, high` (95 %, for this class
        alone), `p` (two-sided, over images and seeds), `p_holm` (Holm's correction over all rows),
        `basis` (see `analysis.statistics.basis`).
    """
    rng = np.random.default_rng(seed)
    names = list(outcomes.right)
    at = np.array([[names.index(a), names.index(b)] for a, b in pairs]).reshape(-1, 2)
    rows = outcomes.rows_by_class
    tables = [
        _of_class(outcomes, name, rows[name], stratum, at, rng)
        for name, stratum in (resample(outcomes, rng, n_draws) if len(at) else ())
    ]
    if not tables:
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.concat(tables).sort_index(kind="stable").reset_index(drop=True)
    table["p_holm"] = holm(table["p"].to_numpy())
    return table[list(COLUMNS)]


def _of_class(
    outcomes: Outcomes,
    name: str,
    rows: NDArray[np.int64],
    stratum: Stratum,
    pairs: NDArray[np.int64],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The rows of one class, one a pair."""
    n = len(rows)
    right = [values[:, rows] for values in outcomes.right.values()]
    variances = [seed_variance(values, np.full(n, 1 / n)) for values in right]
    n_seeds = np.array([len(values) for values in right])
    a, b = stratum.means[pairs[:, 0]], stratum.means[pairs[:, 1]]
    by_images: Array = (a - b) + spread_of_differences(stratum, pairs, rng)
    parts = [seed_part([variances[e] for e in pair], n_seeds[pair].tolist()) for pair in pairs]
    drawn = np.stack([part.draw(rng, len(by_images)) for part in parts], axis=1)
    low, high = interval(by_images + drawn, -1, 1)
    names = np.array(outcomes.experiments, dtype=object)
    return pd.DataFrame(
        {
            "a": names[pairs[:, 0]],
            "b": names[pairs[:, 1]],
            "class": name,
            "n": n,
            "accuracy_a": a,
            "accuracy_b": b,
            "difference": a - b,
            "low": low,
            "high": high,
            "p": two_sided_p(by_images, parts),
            "basis": basis_of(n_seeds[pairs]),
        }
    )
