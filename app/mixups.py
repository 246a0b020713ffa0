"""What a run confused a class with, on its own test images."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.confusion import confusion_matrix


@dataclass(frozen=True)
class Mixup:
    """A class and another that it is confused with.

    Of `n_others` test images of `other`, `other_as_this` were called this; of `n_these` test
    images of this class, `this_as_other` were called `other`.
    """

    this: str
    other: str
    other_as_this: int
    n_others: int
    this_as_other: int
    n_these: int

    @property
    def n_errors(self) -> int:
        """In both directions."""
        return self.other_as_this + self.this_as_other


@dataclass(frozen=True)
class Reliability:
    """How far the name of a class can be trusted: `n_right` of the `n_called` images called so."""

    n_right: int
    n_called: int


def mixups(matrix: pd.DataFrame, this: str, most: int = 3) -> list[Mixup]:
    """The classes that one is most often confused with, most often first.

    Args:
        matrix: as `matrix_of_test` gives it.
        this: the class that was named.
        most: how many, at most; only those with an error.
    """
    counts, names = matrix.to_numpy(), list(map(str, matrix.index))
    at, n = names.index(this), counts.sum(axis=1)
    found = [
        Mixup(this, other, *map(int, (counts[row, at], n[row], counts[at, row], n[at])))
        for row, other in enumerate(names)
        if other != this
    ]
    mistaken = [one for one in found if one.n_errors]
    # An image that was called this is the mistake that the reader may be looking at.
    return sorted(mistaken, key=lambda one: (-one.n_errors, -one.other_as_this))[:most]


def reliability(matrix: pd.DataFrame, this: str) -> Reliability:
    """How many of the test images that were called `this` were it."""
    called = matrix[this]
    return Reliability(int(called[this]), int(called.sum()))


def matrix_of_test(predictions: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """How many test images of each class (row) the run called what (column).

    Args:
        predictions: of the run, as `RunRecord.predictions` gives them.
        classes: in order.
    """
    return confusion_matrix(predictions[predictions["split"] == "test"], classes)
