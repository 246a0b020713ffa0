"""Accuracy and macro accuracy of each experiment, and their differences, under resampling."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.outcomes import Outcomes
from analysis.statistics.resampling import (
    N_DRAWS,
    Array,
    SeedPart,
    Stratum,
    deviation_within,
    resample,
    seed_part,
    seed_variance,
    share_expected,
    spread_of_differences,
    spread_of_shares,
)

MEASURES = ("accuracy", "macro_accuracy")


@dataclass(frozen=True, eq=False)
class Resampled:
    """A measure of all experiments with other images and other seeds, B times.

    `estimates` [E] is what was measured, `estimate_draws` [B, E] what it could have been.
    """

    measure: str
    outcomes: Outcomes
    estimates: Array
    estimate_draws: Array
    strata: tuple[Stratum, ...]

    def differences(self, pairs: NDArray[np.int64], seed: int = 0) -> "Differences":
        """The same of differences between experiments, on the same images.

        Args:
            pairs: [P, 2], positions of experiments. Memory goes with P.
            seed: of what is drawn beside the images' weights.
        """
        weights = image_weights(self.outcomes, self.measure)
        means = self.outcomes.means()
        by_image = means[:, pairs[:, 0]] - means[:, pairs[:, 1]]
        rng = np.random.default_rng([seed, 1])
        alone = deviation_within(by_image, self.outcomes.labels) if len(self.strata) > 1 else None
        pseudo = _pseudo(self.strata)
        spread = _mean(
            spread_of_differences(each, pairs, rng, pseudo, alone) for each in self.strata
        )
        estimates = weights @ by_image
        parts = _seed_parts(self.outcomes, weights, pairs)
        drawn = np.stack([part.draw(rng, len(spread)) for part in parts], axis=1)
        by_images = estimates + spread
        return Differences(estimates, by_images, by_images + drawn, parts)


@dataclass(frozen=True, eq=False)
class Differences:
    """Differences of P pairs: measured [P], with other images alone, with other seeds too [B, P].

    `seed_parts` are what the seeds add to each.
    """

    estimates: Array
    image_draws: Array
    draws: Array
    seed_parts: tuple[SeedPart, ...]


def image_weights(outcomes: Outcomes, measure: str) -> Array:
    """How much each image counts, [N], summing to 1.

    Raises:
        ValueError: for another measure than `accuracy` and `macro_accuracy`.
    """
    if measure not in MEASURES:
        raise ValueError(f"measure is {measure!r}; it must be one of {', '.join(MEASURES)}")
    if measure == "accuracy":
        return np.full(len(outcomes.labels), 1 / len(outcomes.labels))
    counts = np.bincount(outcomes.labels, minlength=len(outcomes.classes))
    return np.asarray(1 / (np.count_nonzero(counts) * counts[outcomes.labels]))


def resample_measure(
    outcomes: Outcomes, measure: str, seed: int = 0, n_draws: int = N_DRAWS
) -> Resampled:
    """Resamples images and seeds (see `analysis.statistics.resampling`).

    Macro accuracy resamples the images within each class: another test set would have been
    gathered by class too. What a class with a single image could have been is supposed from how
    much images of the other classes deviate.

    Args:
        outcomes: of at least one run.
        measure: `accuracy` (over images) or `macro_accuracy` (mean over the classes with images).
        seed: of the resampling; the same gives the same numbers.
        n_draws: how often.

    Raises:
        ValueError: for another measure.
    """
    weights = image_weights(outcomes, measure)
    rng = np.random.default_rng(seed)
    strata = tuple(stratum for _, stratum in resample(outcomes, rng, n_draws))
    if measure == "accuracy":
        strata = (reduce(Stratum.join, strata),)
    pseudo = _pseudo(strata)
    estimates = outcomes.means().T @ weights
    alone = deviation_within(outcomes.means(), outcomes.labels) if len(strata) > 1 else None
    # Jeffreys' centre, which only matters near 0 and 1, is a single stratum's; many add their bias.
    centre = share_expected(strata[0], pseudo) if len(strata) == 1 else estimates
    draws = centre + _mean(spread_of_shares(each, rng, pseudo, alone) for each in strata)
    each_alone = np.arange(len(estimates))[:, None]
    parts = _seed_parts(outcomes, weights, each_alone)
    draws += np.stack([part.draw(rng, n_draws) for part in parts], axis=1)
    return Resampled(measure, outcomes, estimates, draws, strata)


def _pseudo(strata: Sequence[Stratum]) -> float:
    """The weight of each stratum's pseudo-images: together half an image of each kind."""
    return 0.5 / len(strata)


def _mean(spreads: Iterable[Array]) -> Array:
    """One after the other, since all at once may not fit into memory."""
    total, n = np.zeros(()), 0
    for spread in spreads:
        total, n = total + spread, n + 1
    return np.asarray(total / n)


def _seed_parts(
    outcomes: Outcomes, weights: Array, groups: NDArray[np.int64]
) -> tuple[SeedPart, ...]:
    """What the seeds add to each group of one or two experiments."""
    variances = [seed_variance(right, weights) for right in outcomes.right.values()]
    n_seeds = [len(right) for right in outcomes.right.values()]
    return tuple(
        seed_part([variances[e] for e in group], [n_seeds[e] for e in group]) for group in groups
    )
