"""Confusion matrices as tables whose cells say more when they are touched."""

from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd

from analysis.class_order import class_order
from analysis.confusion import POOLED
from analysis.findings import Findings

# With more classes a cell is too small to be touched, and the page too heavy: then it is a figure.
MOST_CLASSES = 60
MOST_MATRICES = 24


@dataclass(frozen=True)
class Cell:
    """Images of one class that were called another: `share` of the class, as whole percents.

    `level` is 0 to 10, for the colour; None where the class has no image.
    """

    count: int
    n: int
    share: str
    level: int | None


@dataclass(frozen=True)
class Matrix:
    """A confusion matrix: `rows` pairs a true class with its cells, in the order of `classes`."""

    experiment: str
    title: str
    classes: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def matrices(found: Findings) -> tuple[Matrix, ...]:
    """The pooled matrix and that of each experiment, confusable classes side by side in all.

    Returns:
        None where there are too many classes to be touched.
    """
    if not found.matrices:
        return ()
    pooled = reduce(lambda one, other: one + other, found.matrices.values())
    if len(pooled) > MOST_CLASSES:
        return ()
    order = class_order(pooled)
    named = {POOLED: pooled} if len(found.matrices) > 1 else {}
    shown = {**named, **dict(list(found.matrices.items())[:MOST_MATRICES])}
    return tuple(_matrix(name, matrix.loc[order, order]) for name, matrix in shown.items())


def _matrix(name: str, matrix: pd.DataFrame) -> Matrix:
    counts = matrix.to_numpy()
    n = counts.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = counts / n[:, None]
    classes = tuple(str(label) for label in matrix.index)
    rows = tuple(
        (label, tuple(_cell(counts[i, j], n[i], shares[i, j]) for j in range(len(classes))))
        for i, label in enumerate(classes)
    )
    title = "all experiments together" if name == POOLED else name
    return Matrix(name, title, classes, rows)


def _cell(n_called: int, n: int, share: float) -> Cell:
    if not n:
        return Cell(0, 0, "", None)
    # Any mistake is to be seen, and only all of them is full.
    level = int(np.clip(np.ceil(share * 10), 0, 10))
    return Cell(int(n_called), int(n), f"{100 * share:.0f}", level)
