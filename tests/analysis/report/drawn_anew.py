"""The hierarchical bootstrap of the hand-worked study once more, written from its description.

Rubin's bootstrap weights the images by a flat Dirichlet distribution. Half an image more that is
right and half a one that is wrong make that Dirichlet(1, …, 1, ½, ½) over images and pseudo-images,
from which numpy draws; the program divides exponentials by their sum.

Each string of golden.py was right on these images (1: with both seeds, ½: with one):

    image  cat           dog           fox
    beta   1  1  1  ½    1  1  1  1    1  1  1  1
    alpha  1  1  ½  0    1  1  1  ½    1  1  ½  0

Effect of the seed, by moments: the variance of the shares of right images over seeds, less what
single images explain (sum over images of the variance over seeds × weight²), divided by 1 - sum of
weight². With 12 images of weight 1/12, where an image that flips has the variance ½:

    beta   (12/12, 11/12): (1/12)² / 2 - 1 × ½/144 = 1/288 - 1/288 = 0
    alpha  (10/12,  7/12): (3/12)² / 2 - 3 × ½/144 = 9/288 - 3/288 = 1/48; / (11/12) = 1/44

Alpha's mean of two seeds thus has the variance 1/88, with one degree of freedom. Macro accuracy
weights the images the same. Within a class (weights 1/4) the shares of every experiment differ by
no image or by one, (1/4)² / 2 = 1/32, which its one image explains, ½/16 = 1/32: no effect.
"""

import numpy as np

N_DRAWS = 200_000
N_DRAWS_OF_PROGRAM = 10_000
BETA = np.array([1, 1, 1, 0.5, 1, 1, 1, 1, 1, 1, 1, 1])
ALPHA = np.array([1, 1, 0.5, 0, 1, 1, 1, 0.5, 1, 1, 0.5, 0])
CLASSES = {"cat": slice(0, 4), "dog": slice(4, 8), "fox": slice(8, 12)}
ALPHAS_VARIANCE = 1 / 88


def _rng():
    return np.random.Generator(np.random.MT19937(20260101))


def _spread(images, ends, pseudo, rng):
    """Deviations of weighted means of [N, E] from what the weights give on average, [B, E].

    `ends` are the pseudo-images' values. Wider by (n + 1) / (n - 1) in variance, since random
    weights give too little of it.
    """
    n = len(images)
    weights = rng.dirichlet([1] * n + [pseudo] * 2, N_DRAWS)
    expected = (images.sum(axis=0) + pseudo * sum(ends)) / (n + 2 * pseudo)
    with_pseudo = np.vstack([images, *(np.full(images.shape[1], end) for end in ends)])
    return (weights @ with_pseudo - expected) * np.sqrt((n + 1) / (n - 1))


def _over(measure, images, ends, rng):
    """The same for accuracy, or for the mean of three classes whose pseudo-images are thirds."""
    if measure == "accuracy":
        return _spread(images, ends, 1 / 2, rng)
    return sum(_spread(images[rows], ends, 1 / 6, rng) for rows in CLASSES.values()) / 3


def _seeds_of_alpha(rng):
    return rng.standard_t(1, N_DRAWS) * np.sqrt(ALPHAS_VARIANCE)


def drawn_values(measure):
    """What the measure of beta and alpha could have been, [B, 2]."""
    rng = _rng()
    both = np.stack([BETA, ALPHA], axis=1)
    drawn = _over(measure, both, (1, 0), rng)
    # Jeffreys' centre where there is one stratum.
    drawn += (both.sum(axis=0) + 0.5) / 13 if measure == "accuracy" else both.mean(axis=0)
    drawn[:, 1] += _seeds_of_alpha(rng)
    return drawn


def drawn_difference(measure):
    """What beta - alpha could have been, [B]."""
    rng = _rng()
    by_image = (BETA - ALPHA)[:, None]
    drawn = _over(measure, by_image, (1, -1), rng)[:, 0]
    return 6 / 24 + drawn + _seeds_of_alpha(rng)


def drawn_difference_in_class(name):
    """What beta - alpha could have been on the images of a class, [B]."""
    by_image = (BETA - ALPHA)[CLASSES[name], None]
    return by_image.mean() + _spread(by_image, (1, -1), 1 / 2, _rng())[:, 0]


def assert_interval(low, high, drawn, lowest, highest):
    """The bounds are the 2.5 % and 97.5 % quantiles of what was drawn, cut at what is possible.

    A quantile of the program's 10,000 draws is at the share 0.025 ± 0.0016 of the distribution;
    four of these deviations, and ours, are allowed.
    """
    allowed = 0.025 + np.array([-1, 1]) * error_of(0.025)
    for bound, beyond, edge in (
        (low, (drawn <= low).mean(), lowest),
        (high, (drawn >= high).mean(), highest),
    ):
        assert beyond >= allowed[0], (bound, beyond)
        assert beyond <= allowed[1] or bound == edge, (bound, beyond)


def assert_p(p, drawn):
    """Twice the share of what was drawn beyond 0, with four deviations as of `assert_interval`."""
    beyond = min((drawn <= 0).mean(), (drawn >= 0).mean())
    assert abs(p - 2 * beyond) <= 2 * error_of(beyond) + 2 / N_DRAWS_OF_PROGRAM


def assert_share(found, expected):
    """A share of the program's draws, within four deviations."""
    assert abs(found - expected) <= error_of(expected)


def error_of(share):
    """Four standard deviations of a share of the program's draws, and of ours."""
    return 4 * np.sqrt(share * (1 - share) * (1 / N_DRAWS_OF_PROGRAM + 1 / N_DRAWS))
