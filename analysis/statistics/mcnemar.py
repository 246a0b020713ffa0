"""McNemar's test of two runs on the same images, and several of them together."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.statistics.outcomes import Outcomes


def mcnemar_p(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """The exact two-sided p-value of "both runs would name as many images of this kind rightly".

    Only the images count that one of the two named rightly and the other did not. Source: Q.
    McNemar, Psychometrika 12 (1947), pages 153 to 157; in its binomial form.

    Args:
        first: [N], 1 where the first run was right, else 0.
        second: [N], the same of the second run.
    """
    only_first = int(((first == 1) & (second == 0)).sum())
    only_second = int(((first == 0) & (second == 1)).sum())
    n = only_first + only_second
    return min(1.0, 2 * float(stats.binom.cdf(min(only_first, only_second), n, 0.5)))


def mcnemar_over_seeds(outcomes: Outcomes, a: str, b: str) -> float:
    """McNemar's p-values of the runs with the same seed, combined.

    The runs share their images, so that their p-values hang together and neither Fisher's method
    nor Stouffer's holds. Twice their mean is a p-value however they hang together: V. Vovk and
    R. Wang, "Combining p-values via averaging", Biometrika 107 (2020), pages 791 to 808.

    Returns:
        It speaks of these trained networks on other images, not of other seeds. NaN where the two
        experiments have no seed in common.
    """
    common = [seed for seed in outcomes.seeds[a] if seed in outcomes.seeds[b]]
    values = [
        mcnemar_p(
            outcomes.right[a][outcomes.seeds[a].index(seed)],
            outcomes.right[b][outcomes.seeds[b].index(seed)],
        )
        for seed in common
    ]
    if not values:
        return float("nan")
    return values[0] if len(values) == 1 else min(1.0, 2 * float(np.mean(values)))
