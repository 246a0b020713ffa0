"""Splits a class into train, validation and test."""

import hashlib
from collections.abc import Sequence

MIN_IMAGES = 3
_VAL_PERCENT = 10
_TEST_PERCENT = 20


def split_class(
    paths: Sequence[str], split_seed: int
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Splits the images of one class 70/10/20, at least one image to each part.

    The order is that of a hash of seed and path. So the split depends on nothing but the names,
    and a new image moves at most one other across each of the two borders.

    Args:
        paths: relative paths, `class/name.jpg`, at least `MIN_IMAGES` and no two the same.
        split_seed: another seed gives another split.

    Returns:
        The paths of train, validation and test.
    """
    ordered = sorted(paths, key=lambda path: (_rank(path, split_seed), path))
    n_test = max(1, _rounded_share(len(paths), _TEST_PERCENT))
    n_val = max(1, _rounded_share(len(paths), _VAL_PERCENT))
    return (
        tuple(ordered[n_test + n_val :]),
        tuple(ordered[n_test : n_test + n_val]),
        tuple(ordered[:n_test]),
    )


def _rank(path: str, split_seed: int) -> bytes:
    return hashlib.sha256(f"{split_seed}\0{path}".encode()).digest()


def _rounded_share(n: int, percent: int) -> int:
    """`percent` of `n`, half rounded up; in integers, so that no platform rounds otherwise."""
    return (n * percent + 50) // 100
