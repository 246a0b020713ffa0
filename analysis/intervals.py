"""Confidence intervals of a fraction that was counted on a number of images."""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray


def wilson(
    fraction: ArrayLike, n: ArrayLike, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The score interval of a binomial fraction.

    Unlike mean ± 1.96 standard errors it stays inside [0, 1] and keeps close to its nominal
    coverage for the few dozen images that a class has, also where the fraction is 0 or 1.

    The bounds are the solutions p of (fraction - p)² = z² p (1 - p) / n, where z is the normal
    quantile of (1 + confidence) / 2. Source: E. B. Wilson, "Probable inference, the law of
    succession, and statistical inference", Journal of the American Statistical Association 22
    (1927), pages 209 to 212; without continuity correction.

    Args:
        fraction: successes / n, between 0 and 1, any shape. A mean of such fractions over runs
            on the same images will do as well.
        n: number of images, 0 or more, broadcast against `fraction`.
        confidence: nominal coverage, strictly between 0 and 1.

    Returns:
        Lower and upper bounds, float64, of the broadcast shape. NaN where n is 0 or the fraction
        is NaN.

    Raises:
        ValueError: for a confidence, a fraction or an n outside its range.
    """
    p, count = np.broadcast_arrays(
        np.asarray(fraction, dtype=np.float64), np.asarray(n, dtype=np.float64)
    )
    _check(p, count, confidence)
    known = np.where(count > 0, count, np.nan)
    z2 = NormalDist().inv_cdf((1 + confidence) / 2) ** 2
    centre = (p + z2 / (2 * known)) / (1 + z2 / known)
    half = np.sqrt(z2 * (p * (1 - p) / known + z2 / (4 * known**2))) / (1 + z2 / known)
    # At p = 0 and p = 1 one bound is exact; rounding must not push it over the edge.
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def _check(p: NDArray[np.float64], n: NDArray[np.float64], confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; it must lie between 0 and 1")
    if np.any((p < 0) | (p > 1)):
        raise ValueError(f"fractions must lie in [0, 1]; got {np.nanmin(p)} to {np.nanmax(p)}")
    if np.any(n < 0):
        raise ValueError(f"n must be 0 or more; got {np.nanmin(n)}")
