"""Finds images that show the same photo: re-encoded, resized, turned, mirrored, a little cropped.

Sieves, each finer and dearer than the one before: the perceptual hashes of all pairs, in eight
turns; the correlation of their details at 16 × 16 pixels, then laid over one another; the details
at 32 × 32, laid over one another, and that they agree everywhere. The bounds are measured: see
docs/decisions.md and `tests/speed/copies.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runners.data.check.reading import SIDE, Progress
from runners.data.check.registration import (
    LEAST_LIKENESS,
    details,
    plain_likeness,
    registered_likeness,
    rough_likeness,
)
from runners.data.check.turns import N_TURNS, hashes, turned

MOST_BITS = 18  # of 64, in which the hashes of a pair may differ
LEAST_COARSE = 0.6  # correlation of the coarse details
LEAST_ROUGH = 0.95  # the same where they overlap
_COARSE_SIDE = SIDE // 2
# Hashes compared, and pairs looked at, at a time: some 50 MB each.
_HASHES_AT_ONCE = 2_000_000
_PAIRS_AT_ONCE = 8192


@dataclass(frozen=True)
class Pair:
    """Two images that show the same, by their rows; `turn` of the first gives the second."""

    first: int
    second: int
    turn: int
    likeness: float


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Pairs and the turn in which each may be alike; three arrays of the same length."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    turn: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.first)

    def only(self, chosen: NDArray[np.generic]) -> "_Candidates":
        return _Candidates(self.first[chosen], self.second[chosen], self.turn[chosen])


def find_pairs(
    thumbnails: NDArray[np.uint8], on_progress: Progress | None = None
) -> tuple[Pair, ...]:
    """Connects the images that show the same photo.

    Once two are connected, be it over others, no further pair of them is looked at: a thousand
    copies of one photo are 999 pairs, not half a million.

    Args:
        thumbnails: uint8 [N, SIDE, SIDE], none of them blank.
        on_progress: called with the images compared with all others, and all.

    Returns:
        At most N - 1 pairs.
    """
    n_images = len(thumbnails)
    codes = np.array([hashes(one) for one in thumbnails], np.uint64).reshape(n_images, N_TURNS)
    coarse = _coarse(thumbnails)
    group = np.arange(n_images)
    pairs: list[Pair] = []
    for n_done, candidates in _close_hashes(codes):
        for start in range(0, len(candidates), _PAIRS_AT_ONCE):
            some = candidates.only(np.arange(start, min(start + _PAIRS_AT_ONCE, len(candidates))))
            some = some.only(group[some.first] != group[some.second])
            some = some.only(_coarse_likeness(coarse, some) >= LEAST_COARSE)
            for pair in _alike(thumbnails, some):
                if group[pair.first] != group[pair.second]:
                    group[group == group[pair.second]] = group[pair.first]
                    pairs.append(pair)
        if on_progress:
            on_progress(n_done, n_images)
    return tuple(pairs)


def _close_hashes(codes: NDArray[np.uint64]) -> Iterator[tuple[int, _Candidates]]:
    """The pairs whose hashes are close in some turn, a few rows at a time; [N, 8] -> pairs."""
    n_images = len(codes)
    n_rows = max(1, _HASHES_AT_ONCE // max(n_images, 1))
    for start in range(0, n_images, n_rows):
        stop = min(start + n_rows, n_images)
        found = []
        for turn in range(N_TURNS):
            bits = np.bitwise_count(codes[start:stop, turn, None] ^ codes[None, start:, 0])
            first, second = np.nonzero(bits <= MOST_BITS)
            later = second > first
            first, second = first[later] + start, second[later] + start
            found.append((first, second, np.full(len(first), turn)))
        yield stop, _Candidates(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _coarse(thumbnails: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The details of each picture at half the size, of length 1; float32 [N, 16, 16]."""
    made = np.zeros((len(thumbnails), _COARSE_SIDE, _COARSE_SIDE), np.float32)
    for start in range(0, len(thumbnails), 1024):  # so that what lies between stays small
        fine = details(thumbnails[start : start + 1024])
        made[start : start + 1024] = fine.reshape(-1, _COARSE_SIDE, 2, _COARSE_SIDE, 2).mean((2, 4))
    made -= made.mean((1, 2), keepdims=True)
    norms = np.sqrt((made**2).sum((1, 2), keepdims=True))
    return np.asarray(made / np.maximum(norms, 1e-6), dtype=np.float32)


def _coarse_likeness(coarse: NDArray[np.float32], pairs: _Candidates) -> NDArray[np.float32]:
    # A turn of the picture is a reordering of its pixels.
    places = np.arange(_COARSE_SIDE**2).reshape(_COARSE_SIDE, _COARSE_SIDE)
    orders = np.array([turned(places, turn).ravel() for turn in range(N_TURNS)])
    flat = coarse.reshape(len(coarse), -1)
    first = flat[pairs.first[:, None], orders[pairs.turn]]
    return np.asarray(np.einsum("ij,ij->i", first, flat[pairs.second]), dtype=np.float32)


def _alike(thumbnails: NDArray[np.uint8], pairs: _Candidates) -> list[Pair]:
    """Those of the pairs that show the same, the most alike first."""
    if not len(pairs):
        return []
    first = np.stack(
        [turned(thumbnails[row], turn) for row, turn in zip(pairs.first, pairs.turn, strict=True)]
    ).astype(np.uint8)
    second = thumbnails[pairs.second]
    likeness = plain_likeness(first, second)
    unsure = np.flatnonzero(likeness < LEAST_LIKENESS)
    unsure = unsure[rough_likeness(first[unsure], second[unsure]) >= LEAST_ROUGH]
    laid_over = registered_likeness(first[unsure], second[unsure])
    likeness[unsure] = np.maximum(likeness[unsure], laid_over)
    order = np.argsort(-likeness, kind="stable")
    return [
        Pair(int(pairs.first[k]), int(pairs.second[k]), int(pairs.turn[k]), float(likeness[k]))
        for k in order[likeness[order] >= LEAST_LIKENESS]
    ]
