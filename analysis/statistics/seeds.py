"""What the seeds alone say: means with Student's intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

SEED_MEASURES = ("accuracy", "macro_accuracy", "macro_f1", "nll", "ece")
COLUMNS = ("experiment", "measure", "n_seeds", "mean", "sd", "low", "high")


def seed_intervals(
    metrics: pd.DataFrame, experiments: Sequence[str], confidence: float = 0.95
) -> pd.DataFrame:
    """The mean of each measure over seeds, with its t-interval.

    It says where the mean over ever more seeds would lie on these test images; other images are
    not in it. It supposes that a measure varies over seeds about normally.

    Args:
        metrics: a row a run: `experiment, seed` and the measures of `SEED_MEASURES`.
        experiments: names in the order wanted. Others in `metrics` are left out.
        confidence: nominal coverage, strictly between 0 and 1.

    Returns:
        A row an experiment that has a run and measure: `experiment, measure, n_seeds, mean, sd`
        (ddof = 1), `low, high`; the last three NaN with one seed.
    """
    rows = [
        {"experiment": name, "measure": measure, **_of(runs[measure], confidence)}
        for name in experiments
        if len(runs := metrics.loc[metrics["experiment"] == name])
        for measure in SEED_MEASURES
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of(values: "pd.Series[float]", confidence: float) -> dict[str, float]:
    n, mean = len(values), values.mean()
    # A loss may be infinite, and has no deviation then.
    sd = values.std(ddof=1) if np.isfinite(values).all() else np.nan
    quantile = stats.t.ppf((1 + confidence) / 2, n - 1) if n > 1 else np.nan
    half = quantile * sd / np.sqrt(n)
    return {"n_seeds": n, "mean": mean, "sd": sd, "low": mean - half, "high": mean + half}
