"""Whether an image is like those that a run was trained on, or something else altogether.

Two questions, since each misses what the other sees: whether the network has met such features
(the distance to the nearest of its training images; Sun et al., "Out-of-Distribution Detection with
Deep Nearest Neighbors", ICML 2022), and whether the picture is of the kind at all (its brightness,
colours and edges). What was measured is in docs/decisions.md.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.appearance import appearance

N_NEIGHBOURS = 5
# Each question may turn away half of the hundredth that both together may.
_HELD_OUT_KEPT = 0.995


@dataclass(frozen=True, eq=False)
class Seen:
    """Images as a run's network sees them: `images` uint8 [N, S, S, 3], `features` [N, D]."""

    images: NDArray[np.uint8]
    features: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Familiarity:
    """What is familiar to a run.

    `reference` float32 [R, D] are features of training images, of length 1, and
    `features_limit` how far from them an image may be. `mean` and `scale` float64 [16] and
    `precision` float64 [16, 16] describe how the training images look, and `appearance_limit`
    how far from that an image may be. `n_held_out` is how many validation images set the limits.
    """

    reference: NDArray[np.float32]
    features_limit: NDArray[np.float64]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    precision: NDArray[np.float64]
    appearance_limit: NDArray[np.float64]
    n_held_out: NDArray[np.int64]

    def recognises(self, seen: Seen) -> NDArray[np.bool_]:
        """Whether each of N images is of the kind that the run knows, bool [N]."""
        near = _distances(self.reference, seen.features) <= self.features_limit
        return np.asarray(near & (self._oddness(appearance(seen.images)) <= self.appearance_limit))

    def _oddness(self, measures: NDArray[np.float64]) -> NDArray[np.float64]:
        scaled = (measures - self.mean) / self.scale
        return np.asarray(np.einsum("ni,ij,nj->n", scaled, self.precision, scaled))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that it is, by name; `Familiarity(**arrays)` is the same again."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def learn(training: Seen, held_out: Seen) -> Familiarity:
    """Learns what is familiar.

    The limits are such that a new image of the same kind is turned away about once in a hundred
    times: each is the 99.5th percentile of its distance, of held-out images where the network has
    learnt the training images by heart, else of both. With fewer than 200 images that is the
    largest of them.

    Args:
        training: images that the network was trained on.
        held_out: others of the same kind, at least one.
    """
    from sklearn.covariance import LedoitWolf

    looks = appearance(training.images)
    mean, scale = looks.mean(axis=0), looks.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    precision = np.asarray(LedoitWolf().fit((looks - mean) / scale).precision_, dtype=np.float64)
    reference = _of_length_one(training.features)
    begun = Familiarity(
        reference=reference,
        features_limit=_limit(_distances(reference, held_out.features)),
        mean=mean,
        scale=scale,
        precision=precision,
        appearance_limit=np.array(np.inf),
        n_held_out=np.array(len(held_out.images)),
    )
    both = np.concatenate([looks, appearance(held_out.images)])
    return Familiarity(**{**begun.arrays(), "appearance_limit": _limit(begun._oddness(both))})


def balanced(labels: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Rows of at most `most` images, of each class about as many, ascending.

    Args:
        labels: the class of each image, int64 [N].
        most: how many rows; classes take turns, each giving its images in order.
    """
    turn = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        mine = labels == label
        turn[mine] = np.arange(int(mine.sum()))
    return np.sort(np.lexsort((labels, turn))[:most])


def _of_length_one(features: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / np.maximum(lengths, 1e-12), dtype=np.float32)


def _distances(
    reference: NDArray[np.float32], features: NDArray[np.float32]
) -> NDArray[np.float64]:
    """The mean cosine distance to the nearest reference images, float64 [N]."""
    distances = 1.0 - _of_length_one(features).astype(np.float64) @ reference.T
    nearest = np.sort(distances, axis=1)[:, :N_NEIGHBOURS]
    return np.asarray(nearest.mean(axis=1), dtype=np.float64)


def _limit(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """The distance that a new one of the same kind exceeds with a chance of 0.5 %, float64 []."""
    ascending = np.sort(distances)
    rank = int(np.ceil((len(ascending) + 1) * _HELD_OUT_KEPT))
    return np.array(ascending[min(rank, len(ascending)) - 1], dtype=np.float64)
