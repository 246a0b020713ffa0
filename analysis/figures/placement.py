"""Where labels go so that none lies on another."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression

from analysis.figures.canvas import SMALL_POINTS, short
from analysis.figures.rendering import any_letter
from analysis.figures.theme import INK

_POINTS_PER_INCH = 72


def laid_out(figure: Figure) -> RendererBase:
    """Settles for good where everything stands, so that texts can be measured.

    Args:
        figure: a figure with a layout engine, which it loses by this.

    Returns:
        What to measure with: `text.get_window_extent(renderer)`, in pixels.
    """
    canvas = FigureCanvasAgg(figure)
    engine = figure.get_layout_engine()
    if engine is not None:
        with any_letter():
            engine.execute(figure)
        figure.set_layout_engine(None)  # with "none" it would be drawn once more for nothing
    renderer: RendererBase = canvas.get_renderer()  # type: ignore[no-untyped-call]  # matplotlib's
    return renderer


def spread(wanted: ArrayLike, gap: float, low: float, high: float) -> NDArray[np.float64]:
    """Moves positions apart by as little as possible, in the least-squares sense.

    With x sorted, x[i + 1] - x[i] >= gap is the same as x[i] - gap i rising, so that isotonic
    regression (scipy.optimize.isotonic_regression) solves it; clipping keeps the solution of the
    bounded problem optimal.

    Args:
        wanted: positions, any order.
        gap: the least distance between two.
        low: the least position.
        high: the greatest one. Where they do not all fit, they reach above it.

    Returns:
        Positions in the order of `wanted`, at least `gap` apart; equal ones keep their order.
    """
    places = np.asarray(wanted, dtype=np.float64)
    if places.size == 0:
        return places
    order = np.argsort(places, kind="stable")
    steps = gap * np.arange(len(places))
    rising = isotonic_regression(places[order] - steps).x
    found = np.empty_like(places)
    found[order] = np.clip(rising, low, max(low, high - steps[-1])) + steps
    return found


def label_ends(axes: Axes, ends: Sequence[tuple[float, str, str]]) -> list[Annotation]:
    """Names lines at their right ends, outside the axes, each tied to its line.

    Args:
        axes: the axes of the lines.
        ends: for each line its last y, its name and its colour.

    Returns:
        The labels, in the order of `ends`; they take part in the layout, and once it is done
        `settle_ends` moves them apart.
    """
    return [
        axes.annotate(
            short(name),
            (1.0, y),
            xycoords=axes.get_yaxis_transform(),
            xytext=(12, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL_POINTS,
            color=INK,
            parse_math=False,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.8,
                "shrinkA": 1,
                "shrinkB": 1,
                "relpos": (0, 0.5),
            },
        )
        for y, name, colour in ends
    ]


def settle_ends(axes: Axes, labels: Sequence[Annotation]) -> None:
    """Moves the labels of `label_ends` apart, once the figure is laid out."""
    box = axes.get_window_extent()
    scale = pixels_per_point(axes)
    ys = np.array([axes.transData.transform((0, label.xy[1]))[1] for label in labels])
    places = spread(ys, 1.25 * SMALL_POINTS * scale, box.y0, box.y1)
    for label, dy in zip(labels, (places - ys) / scale, strict=True):
        label.set_position((12, float(dy)))


def drop_overlapping(texts: Sequence[Text], renderer: RendererBase, air: float = 2.0) -> None:
    """Hides each text that would touch one before it.

    Args:
        texts: in the order of importance.
        renderer: what `laid_out` returned.
        air: pixels to leave between two.
    """
    kept: list[Bbox] = []
    for text in texts:
        box = measure(text, renderer).padded(air)
        if any(box.overlaps(other) for other in kept):
            text.set_visible(False)
        else:
            kept.append(box)


def figure_of(axes: Axes) -> Figure:
    """The figure that the axes belong to."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure


def pixels_per_point(axes: Axes) -> float:
    """The scale between what `laid_out` measures and sizes of type."""
    return figure_of(axes).dpi / _POINTS_PER_INCH


def measure(text: Text, renderer: RendererBase) -> Bbox:
    """What a text covers, in pixels, once the figure is laid out."""
    with any_letter():
        if isinstance(text, Annotation):
            text.update_positions(renderer)
        # Of an annotation only the text counts, not the line that ties it.
        return Text.get_window_extent(text, renderer)
