"""Studies whose truth is known: photos and seeds are drawn from a population.

The chance that a network names a photo rightly is Φ(ability + class + photo + seed), and it does so
or not by a toss of its own. Each of the last three terms is normal; a part of the photo's is the
experiment's own, since methods find different photos hard.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from analysis.statistics.outcomes import Outcomes

N_CLASSES = 6


@dataclass(frozen=True)
class Population:
    """How photos, seeds and classes vary.

    `photo` and `seed` are standard deviations; `own` is the share of the photos' variance that is
    the experiment's own. `shares` [K] are how common the classes are, `easiness` [K] their effects.
    """

    photo: float
    own: float
    seed: float
    shares: np.ndarray
    easiness: np.ndarray

    def truth(self, ability, measure, labels):
        """What the measure is on endless photos of the classes in `labels`, with endless seeds."""
        scale = np.sqrt(1 + self.photo**2 + self.seed**2)
        by_class = norm.cdf((ability + self.easiness) / scale)
        if measure == "accuracy":
            return float(by_class @ self.shares)
        return float(by_class[np.unique(labels)].mean())


def a_population(rng, n_classes=N_CLASSES):
    """From tame to wild: photos that differ a little or much, seeds that hardly matter or do."""
    shares = rng.dirichlet(np.full(n_classes, 20.0))
    return Population(
        photo=rng.uniform(0.5, 2.0),
        own=rng.uniform(0.2, 0.8),
        seed=rng.choice([0.0, 0.05, 0.1, 0.2]),
        shares=shares,
        easiness=rng.normal(0, 0.5, n_classes),
    )


def a_study(population, abilities, n_seeds, n_images, rng):
    """Outcomes of one experiment an ability, on photos that are drawn once for all.

    `n_seeds` is one number for all, or one for each.
    """
    n_classes = len(population.shares)
    labels = rng.choice(n_classes, n_images, p=population.shares)
    counts = np.broadcast_to(n_seeds, len(abilities))
    shared = rng.normal(0, population.photo, n_images) * np.sqrt(1 - population.own)
    right = {}
    for number, ability in enumerate(abilities):
        own = rng.normal(0, population.photo, n_images) * np.sqrt(population.own)
        photo = ability + population.easiness[labels] + shared + own
        n = int(counts[number])
        seeds = rng.normal(0, population.seed, (n, 1))
        right[f"e{number}"] = (rng.random((n, n_images)) < norm.cdf(photo + seeds)) * 1.0
    names = tuple(f"class {k}" for k in range(n_classes))
    by_experiment = {name: tuple(range(len(runs))) for name, runs in right.items()}
    return Outcomes(right, by_experiment, labels, names)
