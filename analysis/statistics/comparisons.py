"""Which experiment is better, by how much, and whether that could be chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.statistics.basis import basis_of
from analysis.statistics.mcnemar import mcnemar_over_seeds
from analysis.statistics.outcomes import Outcomes
from analysis.statistics.overall import MEASURES, Resampled, image_weights, resample_measure
from analysis.statistics.ranking import RANKING_COLUMNS, ranking_of
from analysis.statistics.resampling import N_DRAWS
from analysis.statistics.significance import ALPHA, holm, interval, two_sided_p

BETTER, UNDECIDED = "better", "can't be told"
# Pairs whose draws are held in memory at once.
_CHUNK = 128
ACCURACY_COLUMNS = (
    "experiment",
    "measure",
    "n_seeds",
    "n",
    "value",
    "sd",
    "low",
    "high",
    "basis",
)
COMPARISON_COLUMNS = (
    "measure",
    "a",
    "b",
    "difference",
    "low",
    "high",
    "p",
    "p_holm",
    "n_seeds_a",
    "n_seeds_b",
    "mcnemar_p",
    "basis",
    "verdict",
)


@dataclass(frozen=True, eq=False)
class Comparison:
    """What `compare` found; the columns are described there."""

    accuracies: pd.DataFrame
    comparisons: pd.DataFrame
    ranking: pd.DataFrame


def compare(
    outcomes: Outcomes,
    seed: int = 0,
    n_draws: int = N_DRAWS,
    measures: Sequence[str] = MEASURES,
) -> Comparison:
    """Compares all experiments, by accuracy and by macro accuracy.

    Intervals and p-values are over other test images and other seeds (`basis`; see
    `analysis.statistics.basis`). Where an experiment has only one seed they speak of that trained
    network, and not of that way of training.

    Args:
        outcomes: of the runs on the test images.
        seed: of the resampling; the same gives the same tables.
        n_draws: how often it resamples.
        measures: those of `analysis.statistics.overall.MEASURES` that are wanted.

    Returns:
        `accuracies`: a row an experiment and measure: `experiment, measure, n_seeds, n` (test
        images), `value` (mean over seeds), `sd` (over seeds, ddof = 1), `low, high` (95 %),
        `basis`.

        `comparisons`: a row a measure and pair, the better one as `a`: `measure, a, b, difference`
        (a - b), `low, high` (95 %, for this pair alone), `p` (two-sided), `p_holm` (Holm's
        correction over all pairs of the measure), `n_seeds_a, n_seeds_b, mcnemar_p` (for accuracy:
        `analysis.statistics.mcnemar`), `basis, verdict` ("better" where p_holm < 0.05, else "can't
        be told").

        `ranking`: see `analysis.statistics.ranking.ranking_of`.

        All empty where there is no run. Fractions.
    """
    if not outcomes.right:
        empty = (ACCURACY_COLUMNS, COMPARISON_COLUMNS, RANKING_COLUMNS)
        return Comparison(*(pd.DataFrame(columns=list(columns)) for columns in empty))
    drawn = [resample_measure(outcomes, measure, seed, n_draws) for measure in measures]
    tables = [_comparisons(outcomes, each, seed) for each in drawn]
    return Comparison(
        accuracies=pd.concat([_accuracies(outcomes, each) for each in drawn], ignore_index=True),
        comparisons=pd.concat(tables, ignore_index=True),
        ranking=pd.concat(
            [
                ranking_of(outcomes.experiments, each, table)
                for each, table in zip(drawn, tables, strict=True)
            ],
            ignore_index=True,
        ),
    )


def _accuracies(outcomes: Outcomes, drawn: Resampled) -> pd.DataFrame:
    weights = image_weights(outcomes, drawn.measure)
    by_seed = [right @ weights for right in outcomes.right.values()]
    n_seeds = np.array([len(values) for values in by_seed])
    sd = np.array([v.std(ddof=1) if len(v) > 1 else np.nan for v in by_seed])
    low, high = interval(drawn.estimate_draws, 0, 1)
    return pd.DataFrame(
        {
            "experiment": list(outcomes.experiments),
            "measure": drawn.measure,
            "n_seeds": n_seeds,
            "n": len(outcomes.labels),
            "value": drawn.estimates,
            "sd": sd,
            # Near 0 and 1 a skewed interval may leave out what was measured.
            "low": np.minimum(low, drawn.estimates),
            "high": np.maximum(high, drawn.estimates),
            "basis": basis_of(n_seeds[:, None]),
        },
        columns=list(ACCURACY_COLUMNS),
    )


def _comparisons(outcomes: Outcomes, drawn: Resampled, seed: int) -> pd.DataFrame:
    """All pairs, so many at a time that their draws fit into memory."""
    pairs = list(combinations(range(len(outcomes.right)), 2))
    chunks = [
        _pairs(outcomes, drawn, np.array(pairs[start : start + _CHUNK], dtype=np.int64), seed)
        for start in range(0, len(pairs), _CHUNK)
    ]
    if not chunks:
        return pd.DataFrame(columns=list(COMPARISON_COLUMNS))
    table = pd.concat(chunks, ignore_index=True)
    table["p_holm"] = holm(table["p"].to_numpy())
    table["verdict"] = np.where(table["p_holm"] < ALPHA, BETTER, UNDECIDED)
    return table[list(COMPARISON_COLUMNS)]


def _pairs(
    outcomes: Outcomes, drawn: Resampled, pairs: NDArray[np.int64], seed: int
) -> pd.DataFrame:
    # The better one first, so that every difference reads "a is better by".
    swap = drawn.estimates[pairs[:, 0]] < drawn.estimates[pairs[:, 1]]
    pairs = np.where(swap[:, None], pairs[:, ::-1], pairs)
    found = drawn.differences(pairs, seed)
    low, high = interval(found.draws, -1, 1)
    names = np.array(outcomes.experiments, dtype=object)
    a, b = names[pairs[:, 0]], names[pairs[:, 1]]
    n_seeds = np.array([len(right) for right in outcomes.right.values()])
    with_mcnemar = drawn.measure == "accuracy"
    return pd.DataFrame(
        {
            "measure": drawn.measure,
            "a": a,
            "b": b,
            "difference": found.estimates,
            "low": low,
            "high": high,
            "p": two_sided_p(found.image_draws, found.seed_parts),
            "n_seeds_a": n_seeds[pairs[:, 0]],
            "n_seeds_b": n_seeds[pairs[:, 1]],
            "mcnemar_p": [
                mcnemar_over_seeds(outcomes, *pair) if with_mcnemar else np.nan
                for pair in zip(a, b, strict=True)
            ],
            "basis": basis_of(n_seeds[pairs]),
        }
    )
