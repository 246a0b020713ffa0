"""Figures, drawn with matplotlib but without its global state."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

_POINTS_PER_INCH = 72
_CELL_INCHES = 0.42
_AXES_INCHES = (2.6, 12.0)
_LABEL_POINTS = 9.0
_COUNT_POINTS = 9.0
_SMALLEST_POINTS = 4.5


def confusion_figure(matrix: pd.DataFrame, title: str) -> Figure:
    """A confusion matrix: colours say the share of the true class, numbers the counts.

    One hue from light to dark, so that it reads the same without colour vision and in grey. A
    class without images is grey. Counts are written where they fit into a cell at a readable size.

    Args:
        matrix: counts, rows true classes and columns predicted ones, as
            `analysis.confusion.confusion_matrix` returns them.
        title: stands above.

    Returns:
        The figure, ready for `savefig`.
    """
    counts = matrix.to_numpy()
    k = len(counts)
    side = float(np.clip(_CELL_INCHES * k, *_AXES_INCHES))
    names = [str(name) for name in matrix.index]
    margin = min(3.0, 0.7 + 0.08 * max((len(name) for name in names), default=0))
    figure = Figure(figsize=(side + margin + 1.1, side + margin + 0.4), layout="constrained")
    axes = figure.add_subplot()
    colours = colormaps["Blues"].with_extremes(bad="0.85")
    shares = _row_shares(counts)
    image = axes.imshow(shares, cmap=colours, vmin=0, vmax=1)
    _label(axes, names, points=_points_that_fit(_LABEL_POINTS, side, k, n_characters=1))
    axes.set_title(title, parse_math=False)
    bar = figure.colorbar(image, ax=axes, shrink=0.8, pad=0.02)
    bar.set_label("share of the true class")
    digits = len(str(counts.max(initial=0)))
    points = _points_that_fit(_COUNT_POINTS, side, k, digits)
    if points >= _SMALLEST_POINTS:
        _write_counts(axes, counts, shares, points)
    return figure


def _row_shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Rows that sum to 1; NaN in the rows of classes without images."""
    n = counts.sum(axis=1, keepdims=True)
    shares = np.full(counts.shape, np.nan)
    np.divide(counts, n, out=shares, where=n > 0)
    return shares


def _points_that_fit(wanted: float, side: float, k: int, n_characters: int) -> float:
    """The font size in points at which so many digits fit into a cell, at most the wanted one."""
    cell = side / max(k, 1) * _POINTS_PER_INCH
    # A digit is about 0.64 em wide, a line 1.2 em high; a little air is left beside them.
    return min(wanted, 0.9 * cell / max(0.64 * n_characters, 1.2))


def _label(axes: Axes, names: Sequence[str], points: float) -> None:
    # Below this size labels are only ink; then every second, third, … class is named.
    step = max(1, int(np.ceil(_SMALLEST_POINTS / points)))
    ticks = range(0, len(names), step)
    shown = [names[i] for i in ticks]
    size = max(points, _SMALLEST_POINTS)
    axes.set_xticks(ticks, shown, rotation=90, fontsize=size, parse_math=False)
    axes.set_yticks(ticks, shown, fontsize=size, parse_math=False)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")


def _write_counts(
    axes: Axes, counts: NDArray[np.int64], shares: NDArray[np.float64], points: float
) -> None:
    # Zeros stay empty: the eye then finds the mistakes.
    for i, j in zip(*np.nonzero(counts), strict=True):
        dark = shares[i, j] > 0.5
        axes.text(
            j,
            i,
            str(counts[i, j]),
            ha="center",
            va="center",
            fontsize=points,
            color="white" if dark else "black",
        )
