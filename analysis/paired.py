"""Two experiments on the same images, image by image: is there a difference, and how large?"""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

_CONFIDENCE = 0.95


def sign_flip_p(values: NDArray[np.int64]) -> float:
    """The exact two-sided p of paired differences, by flipping their signs.

    If neither side were better, each difference could as well have had the other sign. p is the
    share of all 2^n choices of signs whose sum is at least as far from 0 as the observed one. The
    differences being whole numbers, their sums are few, and the whole distribution is built up one
    difference at a time instead of by going through the choices. With differences of ±1 this is
    the exact McNemar test. Source: R. A. Fisher, "The design of experiments" (1935), section 21.

    Args:
        values: differences in any unit in which they are whole; zeros change nothing.

    Returns:
        p, in (0, 1]; 1 where all differences are 0.
    """
    sizes = np.abs(values[values != 0])
    if not len(sizes):
        return 1.0
    unit = np.gcd.reduce(sizes)
    sizes = sizes // unit
    total = int(sizes.sum())
    # The probability of each sum of those differences that got a plus; the sum of all is then
    # twice that, less the total.
    chance = np.zeros(total + 1)
    chance[0] = 1
    for size in sizes:
        chance[size:] = (chance[size:] + chance[:-size]) / 2
        chance[:size] /= 2
    sums = 2 * np.arange(total + 1) - total
    observed = abs(int(values.sum()) // int(unit))
    return min(1.0, float(chance[np.abs(sums) >= observed].sum()))


def paired_interval(
    total: NDArray[np.float64], squares: NDArray[np.float64], n: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A 95 % interval for the sum of n paired differences that lie in [-1, 1].

    Most d are 0, and often all but one or two; mean ± t × standard error is then far too narrow,
    and has no width at all where nothing differs. So two images are added, of which half a one
    speaks for either side, and a normal interval is taken for the n + 2. Source: A. Agresti and Y.
    Min, "Simple improved confidence intervals for comparing matched proportions", Statistics in
    Medicine 24 (2005); here for shares of seeds in place of yes and no.

    Args:
        total: sums of d, of any shape.
        squares: sums of d², of the same shape.
        n: numbers of images, 1 or more.

    Returns:
        Lower and upper bounds, in [-n, n].
    """
    mean = total / (n + 2)
    variance = (squares + 1) / (n + 2) - mean**2
    half = NormalDist().inv_cdf((1 + _CONFIDENCE) / 2) * np.sqrt(variance / (n + 2))
    return np.maximum(n * (mean - half), -n), np.minimum(n * (mean + half), n)
