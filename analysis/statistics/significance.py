"""p-values from what was drawn, and their correction for many tests."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.statistics.resampling import Array, SeedPart

# With fewer draws beyond 0 their share is too rough.
_FEW = 10
# So many draws of the images give the mean chance to two digits, since each gives a chance.
_ENOUGH = 2_000
CONFIDENCE = 0.95
ALPHA = 0.05


def two_sided_p(image_draws: Array, seed_parts: Sequence[SeedPart]) -> Array:
    """How seldom a difference would reach the other side of 0, times two.

    The seeds' part is not drawn but counted whole: the mean over the draws of the images of the
    chance that Student's t carries the difference across. Where the seeds add nothing and hardly
    a draw lies beyond 0, the tail is the normal one of the draws' mean and deviation. So the
    p-value has no floor, which a correction for hundreds of pairs would meet.

    Args:
        image_draws: [B, P], of P differences with other images.
        seed_parts: of each difference.

    Returns:
        [P], above 0 and at most 1.
    """
    below = np.array(
        [_chance_below(draws, part) for draws, part in zip(image_draws.T, seed_parts, strict=True)]
    )
    return np.asarray(np.minimum(1.0, 2 * np.minimum(below, 1 - below)))


def _chance_below(draws: Array, part: SeedPart) -> float:
    """The chance that the difference is 0 or less; half of what is exactly 0 counts."""
    if part.scale:
        some = draws[:_ENOUGH]
        return float(stats.t.cdf(-some / part.scale, part.freedom).mean())
    share = float((draws < 0).mean() + (draws == 0).mean() / 2)
    if _FEW / len(draws) <= share <= 1 - _FEW / len(draws):
        return share
    deviation = float(draws.std())
    return float(stats.norm.cdf(-draws.mean() / deviation)) if deviation else share


def interval(
    draws: NDArray[np.float64], lowest: float, highest: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The central 95 % of the draws [B, …], cut at what is possible at all."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return np.clip(low, lowest, highest), np.clip(high, lowest, highest)


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """The p-values corrected by Holm's method over all of them.

    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6 (1979), pages 65 to 70. (statsmodels has it too, but collects garbage at each
    call, which made most of the time of a report.)

    Returns:
        Of the shape of `p`, at most 1. NaN stays NaN and is not counted.
    """
    corrected = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    ascending = known[np.argsort(p[known], kind="stable")]
    times = np.arange(len(known), 0, -1)
    corrected[ascending] = np.minimum(np.maximum.accumulate(p[ascending] * times), 1)
    return corrected
