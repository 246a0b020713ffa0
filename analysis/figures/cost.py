"""What an experiment costs and what it reaches."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from analysis.figures.canvas import (
    MARKER_POINTS,
    dress,
    name_axes,
    nothing,
    sheet,
    styles_for,
)
from analysis.figures.points import Point, label_points
from analysis.figures.theme import Series

_TITLE = "Accuracy against the time of a run"
_LOG_FROM = 5.0
_UNITS = (("hours", 3600.0), ("minutes", 60.0), ("seconds", 1.0))
_FEW = 4


def cost_figure(
    summary: pd.DataFrame, notice: str = "", styles: Mapping[str, Series] | None = None
) -> Figure:
    """Accuracy against wall time, a named point an experiment; above and left is better.

    Args:
        summary: what `analysis.summary.summarise` returned; columns `low, high`, where there are
            any, are drawn as intervals of the accuracy.
        notice: a sentence that goes wherever the figure goes.
        styles: the looks of all experiments (`theme.series`); by their order in `summary` if left
            out.

    Returns:
        The figure. Its time axis is logarithmic where the longest run takes more than 5 times the
        shortest one, and in seconds, minutes or hours.
    """
    known = summary.loc[summary["accuracy"].notna() & (summary["seconds"] > 0)]
    if known.empty:
        return nothing(_TITLE, notice)
    looks = styles_for(summary, styles)
    unit, seconds = _unit(float(known["seconds"].max()))
    figure = sheet(2.8 + 0.22 * max(0, len(known) - _FEW), _TITLE, notice)
    axes = figure.add_subplot()
    dress(axes, grid="both")
    points = [_point(row, seconds) for row in known.to_dict("records")]
    for point in points:
        _draw(axes, point, looks[point.name])
    _limit(axes, points, unit)
    label_points(axes, points)
    return figure


def _unit(longest: float) -> tuple[str, float]:
    """The greatest unit of which the longest run takes two, and its length in seconds."""
    return next(((name, s) for name, s in _UNITS if longest >= 2 * s), _UNITS[-1])


def _point(row: Mapping[Any, Any], seconds: float) -> Point:
    return Point(
        name=str(row["experiment"]),
        x=row["seconds"] / seconds,
        y=row["accuracy"],
        low=row.get("low", np.nan),
        high=row.get("high", np.nan),
    )


def _draw(axes: Axes, point: Point, look: Series) -> None:
    if np.isfinite([point.low, point.high]).all():
        axes.vlines([point.x], [point.low], [point.high], color=look.colour, linewidth=1.1)
    axes.plot(
        [point.x],
        [point.y],
        linestyle="none",
        marker=look.marker,
        markersize=MARKER_POINTS + 1,
        color=look.colour,
        label=point.name,
    )


def _limit(axes: Axes, points: list[Point], unit: str) -> None:
    """Chooses the scale and leaves room for names around the points."""
    low, high = min(point.x for point in points), max(point.x for point in points)
    if high / low > _LOG_FROM:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_minor_locator(NullLocator())
        # Plain numbers; the usual ones would be formulas.
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        around = (high / low) ** 0.2
        axes.set_xlim(low / around, high * around)
    else:
        around = 0.2 * (high - low) or 0.5 * high
        axes.set_xlim(max(0, low - around), high + around)
    ys = [y for point in points for y in (point.low, point.y, point.high) if np.isfinite(y)]
    air = 0.15 * (max(ys) - min(ys)) or 0.05
    axes.set_ylim(min(ys) - air, max(ys) + air)
    name_axes(axes, x=f"time of a run ({unit})", y="accuracy")
