"""Figures of what a model sees: filters with their activation maps, and saliency over images."""

import math
from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from analysis.explain.examples import FilterView, SaliencyExample, Seen
from analysis.explain.sheet import sheet, short
from analysis.report.numbers import percent

_COLOURS = "viridis"  # from dark to light, so that it reads without colour vision and in grey
_MARKS = {True: "✓ ", False: "✗ ", None: ""}
_TEXT_POINTS, _SMALL_POINTS = 9.0, 8.0
_TILE_INCHES, _PHOTO_INCHES, _LINE_INCHES = 1.05, 2.0, 0.2
_N_COLUMNS = 4
_GAP = 0.04
_BRIGHTEST = 0.02
_LONGEST_NAME = 24


def filters_figure(view: FilterView, title: str, notice: str = "") -> Figure:
    """Draws the first filters of a convolution: kernels on top, what they answer below.

    The images stand side by side, each above its maps, which are numbered as the kernels are. A
    filter's maps share one colour scale, so that they can be compared between images. Kernels
    are scaled one by one, mid-grey being zero.

    Args:
        view: the filters and images.
        title: whose they are.
        notice: a sentence that goes wherever the figure goes.

    Returns:
        The figure, ready for `savefig`.
    """
    n_filters, n_seen = len(view.kernels), len(view.seen)
    n_columns = _N_COLUMNS * (1 if n_filters <= 16 else 2)
    n_kernel_rows, n_map_rows = (
        math.ceil(n_filters / columns) for columns in (n_columns * n_seen, n_columns)
    )
    width = n_columns * n_seen * _TILE_INCHES
    row = _TILE_INCHES + _LINE_INCHES
    heights = [n_kernel_rows * row, _PHOTO_INCHES + 3 * _LINE_INCHES, n_map_rows * row]
    figure = sheet(
        (width, sum(heights)),
        f"{title}: what {view.layer} looks for, and finds",
        f"{_filters_caption(view)} {notice}",
    )
    top, middle, bottom = figure.subfigures(3, 1, squeeze=False, height_ratios=heights).flat
    _draw_kernels(_tiles(top, n_kernel_rows, n_columns * n_seen), view.kernels)
    for part, seen in zip(_beside(middle, n_seen), view.seen, strict=True):
        _draw_photo(part.add_subplot(), seen)
    for part, maps in zip(_beside(bottom, n_seen), view.maps, strict=True):
        _draw_maps(_tiles(part, n_map_rows, n_columns), maps, _ranges(view.maps))
    return figure


def _filters_caption(view: FilterView) -> str:
    height, width = view.kernels.shape[1:3]
    rows, columns = view.maps.shape[2:]
    of_inputs = "" if view.kernels.ndim == 4 else f", the mean over {view.n_inputs} input channels"
    shared = ", on one scale for both images" if len(view.seen) > 1 else ""
    return (
        f"Above, the kernels of the first {len(view.kernels)} of {view.n_filters} filters, "
        f"{height} × {width}{of_inputs}: mid-grey is zero. Below, their maps, {rows} × {columns}: "
        f"the brighter, the higher{shared}."
    )


def _tiles(part: SubFigure, n_rows: int, n_columns: int) -> list[Axes]:
    return list(part.subplots(n_rows, n_columns, squeeze=False).flat)


def _beside(part: SubFigure, n: int) -> list[SubFigure]:
    return list(part.subfigures(1, n, squeeze=False, wspace=_GAP).flat)


def _draw_kernels(tiles: Sequence[Axes], kernels: NDArray[np.float32]) -> None:
    for number, (axes, kernel) in enumerate(zip_longest(tiles, kernels)):
        if kernel is None:
            axes.set_visible(False)
            continue
        largest = float(np.abs(kernel).max()) or 1.0
        axes.imshow(0.5 + kernel / (2 * largest), cmap="gray", vmin=0, vmax=1)
        _number(axes, number)


def _draw_maps(
    tiles: Sequence[Axes], maps: NDArray[np.float32], ranges: Sequence[tuple[float, float]]
) -> None:
    for number, (axes, one) in enumerate(zip_longest(tiles, maps)):
        if one is None:
            axes.set_visible(False)
            continue
        low, high = ranges[number]
        axes.imshow(one, cmap=_COLOURS, vmin=low, vmax=high)
        _number(axes, number)


def _number(axes: Axes, number: int) -> None:
    _frame(axes)
    axes.set_title(f"{number}", fontsize=_SMALL_POINTS, pad=2)


def _ranges(maps: NDArray[np.float32]) -> list[tuple[float, float]]:
    """The colour scale of each filter, over all images, of maps [images, n, h, w]."""
    # Without the outermost hundredth: single pixels at the border would take half the colours.
    low, high = np.quantile(maps, [0.01, 0.99], axis=(0, 2, 3))
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _draw_photo(axes: Axes, seen: Seen) -> None:
    _frame(axes)
    axes.imshow(seen.image)
    axes.set_title(_caption(seen), fontsize=_TEXT_POINTS, parse_math=False)


def _caption(seen: Seen) -> str:
    """What it is (or the file's name), and what was said of it, on two lines."""
    head = seen.path if seen.true is None else f"true: {short(seen.true, _LONGEST_NAME)}"
    said = short(seen.predicted, _LONGEST_NAME)
    return f"{short(head)}\n{_MARKS[seen.is_correct]}said: {said}, {percent(seen.confidence)}"


def _frame(axes: Axes) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color("0.8")


def saliency_figure(examples: Sequence[SaliencyExample], title: str, notice: str = "") -> Figure:
    """Draws where a classifier looked: each image, and below it the same under its map.

    Wrong answers have rows of their own, after the others; ✓ and ✗ say which is which.

    Args:
        examples: images with their maps, at least one.
        title: whose they are.
        notice: a sentence that goes wherever the figure goes.

    Returns:
        The figure, ready for `savefig`.
    """
    rows = _rows(examples)
    n_columns = max(map(len, rows))
    row = 2 * _PHOTO_INCHES + 3 * _LINE_INCHES
    width = max(n_columns * (_PHOTO_INCHES + 0.1) + 0.6, 2 * _PHOTO_INCHES)
    figure = sheet(
        (width, len(rows) * row),
        f"{title}: where it looks",
        f"{_saliency_caption(examples[0].method)} {notice}",
    )
    axes = figure.subplots(2 * len(rows), n_columns, squeeze=False)
    for number, examples_of_row in enumerate(rows):
        pairs = zip(axes[2 * number], axes[2 * number + 1], strict=True)
        for (above, below), example in zip_longest(pairs, examples_of_row):
            _draw_example(above, below, example)
    bar = figure.colorbar(
        ScalarMappable(cmap=_COLOURS), ax=axes, shrink=0.5, aspect=30, ticks=[0, 1], pad=0.01
    )
    bar.ax.set_yticklabels(["least", "most"], fontsize=_SMALL_POINTS)
    bar.outline.set_edgecolor("0.8")
    return figure


def _saliency_caption(method: str) -> str:
    return (
        f"{method[0].upper()}{method[1:]}, enlarged to the image. Colours are scaled image by "
        f"image; the {percent(_BRIGHTEST)} that matter most are one colour."
    )


def _rows(examples: Sequence[SaliencyExample]) -> list[list[SaliencyExample]]:
    """The examples in rows of at most four, wrong ones apart from the others."""
    wrong = [one for one in examples if one.is_correct is False]
    other = [one for one in examples if one.is_correct is not False]
    return [
        kind[start : start + _N_COLUMNS]
        for kind in (other, wrong)
        for start in range(0, len(kind), _N_COLUMNS)
    ]


def _draw_example(above: Axes, below: Axes, example: SaliencyExample | None) -> None:
    if example is None:
        above.set_visible(False)
        below.set_visible(False)
        return
    _draw_photo(above, example)
    _frame(below)
    below.imshow(overlay(example))
    if not example.map.any():
        side = len(example.image)
        below.text(
            side / 2,
            side / 2,
            "no place speaks for it",
            ha="center",
            va="center",
            fontsize=_TEXT_POINTS,
            color="white",
        )


def overlay(example: SaliencyExample) -> NDArray[np.float64]:
    """The image in grey under the colours of its map.

    The 2 % of the image that matter most are one colour. Else a transformer's maps would be dark
    but for a few patches of empty ground, in which it keeps what it knows of the whole image
    (Darcet et al., "Vision Transformers Need Registers", ICLR 2024, arXiv 2309.16588).

    Returns:
        RGB in [0, 1], [S, S, 3].
    """
    grey = example.image.mean(axis=2, keepdims=True) / 255
    top = float(np.quantile(example.map, 1 - _BRIGHTEST)) or 1.0
    colours = colormaps[_COLOURS](np.clip(example.map / top, 0, 1))[..., :3]
    return np.asarray(0.45 * grey + 0.55 * colours, dtype=np.float64)
