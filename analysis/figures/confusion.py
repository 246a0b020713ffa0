"""A confusion matrix as a picture."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from analysis.figures.canvas import nothing, sheet, short
from analysis.figures.theme import GRID, INK, ON_FILL

_POINTS_PER_INCH = 72
_CELL_INCHES = 0.42
_AXES_INCHES = (2.6, 12.0)
_LABEL_POINTS = 9.0
_COUNT_POINTS = 9.0
_SMALLEST_POINTS = 4.5
_NO_IMAGES = (0.5, 0.5, 0.5, 0.3)
# From clear to full, so that the ground, light or dark, is what a share of 0 looks like. This
# blue stands out from both.
_SHADES = LinearSegmentedColormap.from_list("share", ["#0072b200", "#0072b2ff"]).with_extremes(
    bad=_NO_IMAGES
)


def confusion_figure(
    matrix: pd.DataFrame, title: str, notice: str = "", order: Sequence[str] | None = None
) -> Figure:
    """A confusion matrix: colours say the share of the true class, numbers the counts.

    One hue from clear to full, so that it reads the same without colour vision and in grey. A
    class without images is grey. Counts are written where they fit into a cell at a readable size.

    Args:
        matrix: counts, rows true classes and columns predicted ones, as
            `analysis.confusion.confusion_matrix` returns them.
        title: stands above.
        notice: a sentence that goes wherever the figure goes; stands below in small type.
        order: all classes, in the order in which rows and columns shall stand (such as
            `analysis.class_order.class_order` gives); the matrix's own by default.

    Returns:
        The figure, ready for `savefig`.

    Raises:
        ValueError: for an order that does not hold each class once, since its rows would no
            longer add up.
    """
    if order is not None:
        matrix = _reordered(matrix, order)
    counts = matrix.to_numpy()
    k = len(counts)
    if k == 0:
        return nothing(title, notice)
    side = float(np.clip(_CELL_INCHES * k, *_AXES_INCHES))
    names = [short(str(name)) for name in matrix.index]
    margin = min(3.0, 0.7 + 0.08 * max(len(name) for name in names))
    figure = sheet(side + margin + 0.1, title, notice, width=side + margin + 1.1)
    axes = figure.add_subplot()
    shares = _row_shares(counts)
    # Without interpolation an SVG gets the cells themselves, which stay sharp at any size.
    image = axes.imshow(shares, cmap=_SHADES, vmin=0, vmax=1, interpolation="none")
    _label(axes, names, points=_points_that_fit(_LABEL_POINTS, side, k, n_characters=1))
    bar = figure.colorbar(image, ax=axes, shrink=0.8, pad=0.02)
    bar.set_label("share of the true class", color=INK)
    for each in (axes, bar.ax):
        each.tick_params(color=GRID, labelcolor=INK)
        each.spines[:].set_color(GRID)
    digits = len(str(counts.max(initial=0)))
    points = _points_that_fit(_COUNT_POINTS, side, k, digits)
    if points >= _SMALLEST_POINTS:
        _write_counts(axes, counts, shares, points)
    return figure


def _reordered(matrix: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    if sorted(order) != sorted(matrix.index):
        raise ValueError(f"the order must hold each of the {len(matrix)} classes once; got {order}")
    return matrix.loc[list(order), list(order)]


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
    # Anchored at their ends, so that they touch the axes in any font.
    axes.set_xticks(
        ticks,
        shown,
        fontsize=size,
        rotation=90,
        rotation_mode="anchor",
        ha="right",
        va="center",
        parse_math=False,
    )
    axes.set_yticks(ticks, shown, fontsize=size, parse_math=False)
    axes.set_xlabel("predicted", color=INK)
    axes.set_ylabel("true", color=INK)


def _write_counts(
    axes: Axes, counts: NDArray[np.int64], shares: NDArray[np.float64], points: float
) -> None:
    # Zeros stay empty: the eye then finds the mistakes.
    for i, j in zip(*np.nonzero(counts), strict=True):
        axes.text(
            j,
            i,
            str(counts[i, j]),
            ha="center",
            va="center",
            fontsize=points,
            # From here on light letters stand out better from the blue than dark ones.
            color=ON_FILL if shares[i, j] > 0.8 else INK,
            parse_math=False,
        )
