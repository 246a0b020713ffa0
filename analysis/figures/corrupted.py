"""What corruptions do to a picture."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from analysis.figures.canvas import SMALL_POINTS, WIDTH_INCHES, sheet, short
from analysis.figures.theme import INK

_PAIRS_A_ROW = 2
_LABEL_INCHES = 0.17


def corrupted_figure(
    image: NDArray[np.uint8],
    variants: Mapping[str, Sequence[NDArray[np.uint8]]],
    strengths: Sequence[int],
    title: str,
    notice: str = "",
) -> Figure:
    """An image as it is, and beside it at some strengths of each corruption.

    Args:
        image: RGB, uint8 [S, S, 3].
        variants: by the corruption's name, of the same shape, one for each of `strengths`.
        strengths: what they are called.
        title: a few words.
        notice: a sentence that goes wherever the figure goes.

    Returns:
        The figure; two corruptions stand in a row.
    """
    n_columns = _PAIRS_A_ROW * len(strengths)
    cells: list[tuple[str, NDArray[np.uint8]] | None] = [("as it is", image)]
    cells += [None] * (len(strengths) - 1)
    for name, pictures in variants.items():
        labels = [f"{name} {strength}" for strength in strengths]
        cells += list(zip(labels, pictures, strict=True))
    n_rows = -(-len(cells) // n_columns)
    height = n_rows * (WIDTH_INCHES / n_columns + _LABEL_INCHES)
    figure = sheet(height, short(title, 60), notice)
    grid = figure.subplots(n_rows, n_columns, squeeze=False)
    cells += [None] * (grid.size - len(cells))
    for axes, cell in zip(grid.flat, cells, strict=True):
        _show(axes, cell)
    return figure


def _show(axes: Axes, cell: tuple[str, NDArray[np.uint8]] | None) -> None:
    axes.set_axis_off()
    if cell is None:
        return
    label, pixels = cell
    axes.imshow(pixels, interpolation="nearest")
    axes.set_title(label, fontsize=SMALL_POINTS, color=INK, loc="left", pad=2, parse_math=False)
