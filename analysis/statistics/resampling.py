"""What a share could be with other test images and other seeds: a hierarchical bootstrap.

The images are resampled by random weights, the same ones for all experiments, so that differences
are paired by image. That is Rubin's bootstrap (D. B. Rubin, "The Bayesian bootstrap", Annals of
Statistics 9, 1981, pages 130 to 134), with half an image that is right and half a one that is wrong
added: with one seed it gives Jeffreys' interval, which also has a width where all images are right.

Two to five seeds are too few to be resampled: their bootstrap is too narrow by (S - 1) / S and has
no tails. Their part is drawn from Student's t instead, scaled by the spread that the seeds show
beyond what the chance of single images explains (see `seed_variance`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.outcomes import Outcomes

N_DRAWS = 10_000
# Images whose weights are held in memory at once.
_CHUNK = 1_000

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Stratum:
    """The images of one class, or of all, under B random sets of weights.

    `sums` [B, E] are the weighted counts of right images of each of E experiments and `totals` [B]
    the sums of the weights; `means` [E] the unweighted shares of the `n` images.
    """

    sums: Array
    totals: Array
    means: Array
    n: int

    def join(self, other: "Stratum") -> "Stratum":
        """Both as one."""
        n = self.n + other.n
        means = (self.n * self.means + other.n * other.means) / n
        return Stratum(self.sums + other.sums, self.totals + other.totals, means, n)


def resample(
    outcomes: Outcomes, rng: np.random.Generator, n_draws: int = N_DRAWS
) -> Iterator[tuple[str, Stratum]]:
    """Weights the images of each class that has any, class by class.

    Yields:
        The class's name and its images under the weights. The same generator gives the same.
    """
    means = outcomes.means()
    for name, rows in outcomes.rows_by_class.items():
        sums = np.zeros((n_draws, means.shape[1]))
        totals = np.zeros(n_draws)
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            weights = rng.standard_exponential((n_draws, len(chunk)))
            sums += weights @ means[chunk]
            totals += weights.sum(axis=1)
        yield name, Stratum(sums, totals, means[rows].mean(axis=0), len(rows))


def spread_of_shares(
    stratum: Stratum, rng: np.random.Generator, pseudo: float = 0.5, alone: Array | None = None
) -> Array:
    """The share of right images of each experiment, around its expectation.

    Args:
        stratum: the images.
        rng: for the weights of the pseudo-images.
        pseudo: weight of the image added that is right, and of the one that is wrong.
        alone: [E], the standard deviation to suppose where the stratum is a single image, of which
            none can be learned; None leaves it to the pseudo-images.

    Returns:
        [B, E]; the mean over B is 0.
    """
    if stratum.n == 1 and alone is not None:
        return rng.standard_normal(stratum.sums.shape) * alone
    right, wrong = _pseudo_images(stratum, rng, pseudo)
    drawn = (stratum.sums + right) / (stratum.totals[:, None] + right + wrong)
    return _about(drawn, share_expected(stratum, pseudo), stratum.n)


def share_expected(stratum: Stratum, pseudo: float = 0.5) -> Array:
    """The shares [E] that the random weights give on average; near 0 and 1 not quite the means."""
    return (stratum.n * stratum.means + pseudo) / (stratum.n + 2 * pseudo)


def spread_of_differences(
    stratum: Stratum,
    pairs: NDArray[np.int64],
    rng: np.random.Generator,
    pseudo: float = 0.5,
    alone: Array | None = None,
) -> Array:
    """The differences between two experiments' shares on the same images, around their expectation.

    Args:
        stratum: the images.
        pairs: [P, 2], positions of experiments.
        rng: for the weights of the pseudo-images.
        pseudo: weight of the image added that only the first names rightly, and of the opposite.
        alone: [P], as for `spread_of_shares`.

    Returns:
        [B, P]; the mean over B is 0.
    """
    if stratum.n == 1 and alone is not None:
        return rng.standard_normal((len(stratum.totals), len(pairs))) * alone
    first, second = _pseudo_images(stratum, rng, pseudo)
    difference = stratum.sums[:, pairs[:, 0]] - stratum.sums[:, pairs[:, 1]]
    drawn = (difference + first - second) / (stratum.totals[:, None] + first + second)
    means = stratum.means[pairs[:, 0]] - stratum.means[pairs[:, 1]]
    return _about(drawn, stratum.n * means / (stratum.n + 2 * pseudo), stratum.n)


def deviation_within(values: Array, labels: NDArray[np.int64]) -> Array:
    """How much images of the same class deviate from one another, pooled over the classes.

    Args:
        values: [N, E], a value an image.
        labels: [N], the class of each.

    Returns:
        Standard deviations [E]; over all images where no class has two of them.
    """
    counts = np.bincount(labels)
    freedom = int((counts[counts > 0] - 1).sum())
    if not freedom:
        labels, counts = np.zeros_like(labels), np.array([len(labels)])
        freedom = max(len(labels) - 1, 1)
    sums = np.zeros((len(counts), values.shape[1]))
    np.add.at(sums, labels, values)
    residuals = values - (sums / np.maximum(counts, 1)[:, None])[labels]
    return np.asarray(np.sqrt((residuals**2).sum(axis=0) / freedom))


def seed_variance(right: Array, weights: Array) -> float:
    """How much the weighted share of right images varies because of the seeds.

    Each seed names some images rightly by chance, which makes its share vary even where all seeds
    are equally good; that part shrinks with the number of images, is in the resampling of the
    images already, and is subtracted here. What stays is the variance of the seeds' effect in the
    two-way layout seeds × images, by the method of moments, never below 0.

    Args:
        right: [n_seeds, N], 0 or 1.
        weights: [N], sum to 1.

    Returns:
        The variance of the effect of one seed; NaN with one seed.
    """
    if len(right) < 2:
        return float("nan")
    total = float((right @ weights).var(ddof=1))
    chance = float((right.var(axis=0, ddof=1) * weights**2).sum())
    independent = 1 - float((weights**2).sum())
    # A single image cannot tell the two apart.
    return max(0.0, (total - chance) / independent) if independent > 1e-9 else total


@dataclass(frozen=True)
class SeedPart:
    """The seeds' part of an uncertainty: Student's t with so many degrees of freedom, scaled."""

    scale: float
    freedom: float

    def draw(self, rng: np.random.Generator, n_draws: int) -> Array:
        """[n_draws], around 0."""
        if not self.scale:
            return np.zeros(n_draws)
        return np.asarray(rng.standard_t(self.freedom, n_draws) * self.scale)


def seed_part(variances: Sequence[float], n_seeds: Sequence[int]) -> SeedPart:
    """The seeds' part of the uncertainty of a mean over seeds, or of a difference of two such.

    With Welch's and Satterthwaite's degrees of freedom. An experiment with one seed adds nothing,
    since nothing is known: who calls has to say so.

    Args:
        variances: of the effect of one seed, of each experiment.
        n_seeds: of each experiment.
    """
    known = [(v / n, n - 1) for v, n in zip(variances, n_seeds, strict=True) if n > 1 and v > 0]
    variance = sum(part for part, _ in known)
    if variance <= 0:
        return SeedPart(0.0, 1.0)
    freedom = variance**2 / sum(part**2 / df for part, df in known)
    return SeedPart(float(np.sqrt(variance)), float(freedom))


def _pseudo_images(
    stratum: Stratum, rng: np.random.Generator, weight: float
) -> tuple[Array, Array]:
    shape = (len(stratum.totals), 1)
    return rng.gamma(weight, size=shape), rng.gamma(weight, size=shape)


def _about(drawn: Array, expected: Array, n: int) -> Array:
    """Deviations, widened to the unbiased variance.

    Random weights of n images give (n - 1) / (n + 1) of it. From a single image nothing can be
    learned, and with half a pseudo-image of each kind 2 makes it a fair coin's.
    """
    factor = np.sqrt((n + 1) / (n - 1)) if n > 1 else 2.0
    return np.asarray((drawn - expected) * factor)
