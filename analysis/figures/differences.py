"""Which experiment beats which, and whether that may be luck."""

from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures.canvas import (
    MARKER_POINTS,
    SMALL_POINTS,
    dress,
    name_axes,
    nothing,
    sheet,
    short,
)
from analysis.figures.theme import GRID, INK, PAPER
from analysis.statistics.significance import ALPHA

_MOST_ROWS = 20
_ROW_INCHES = 0.36
# What parts the two names of a row from its middle, in rows.
_APART = 0.03


def differences_figure(
    comparisons: pd.DataFrame, measure: str = "accuracy", notice: str = ""
) -> Figure:
    """A row a pair of experiments: the difference, its interval, and the line of no difference.

    Where Holm's p is below 0.05 the marker is a full dot, elsewhere a hollow diamond. Of more
    than 20 pairs only those with the best experiment are shown, as the best minus the other, and
    the title says so.

    Args:
        comparisons: the pairs that `analysis.statistics.comparisons.compare` returned:
            `measure, a, b, difference` (a − b), `low, high, p_holm` and others.
        measure: the measure to show.
        notice: a sentence that goes wherever the figure goes.

    Returns:
        The figure, the greatest difference on top.
    """
    words = measure.replace("_", " ")
    title = f"Differences in {words}"
    rows = comparisons.loc[(comparisons["measure"] == measure) & comparisons["difference"].notna()]
    if rows.empty:
        return nothing(title, notice)
    if len(rows) > _MOST_ROWS:
        best = _best(rows)
        title += f"\n{short(best)} (the best) minus each other"
        rows = _from(rows, best)
    rows = rows.sort_values("difference", ascending=False, kind="stable").reset_index(drop=True)
    entries = [(f"p < {ALPHA} (Holm)", _dot()), ("can't be told apart", _diamond())]
    figure = sheet(0.6 + _ROW_INCHES * len(rows), title, notice, entries)
    axes = figure.add_subplot()
    _frame(axes, len(rows))
    axes.hlines(rows.index, rows["low"], rows["high"], color=INK, linewidth=1.2)
    clear = rows["p_holm"] < ALPHA
    for kind, chosen in ((_dot(), clear), (_diamond(), ~clear)):
        kind.set_data(rows.loc[chosen, "difference"], rows.index[chosen])
        axes.add_line(kind)
    _reach(axes, rows)
    _name_rows(axes, rows)
    name_axes(axes, x="difference (95 % interval)")
    return figure


def _dot() -> Line2D:
    return Line2D([], [], color=INK, linestyle="none", marker="o", markersize=MARKER_POINTS + 1)


def _diamond() -> Line2D:
    return Line2D(
        [],
        [],
        color=INK,
        linestyle="none",
        marker="D",
        markersize=MARKER_POINTS,
        markerfacecolor=PAPER,
    )


def _best(rows: pd.DataFrame) -> str:
    """The experiment that is furthest above the others, on the mean over its pairs."""
    above = pd.concat(
        [
            pd.Series(rows["difference"].to_numpy(), index=rows["a"]),
            pd.Series(-rows["difference"].to_numpy(), index=rows["b"]),
        ]
    )
    return str(above.groupby(level=0, sort=False).mean().idxmax())


def _from(rows: pd.DataFrame, best: str) -> pd.DataFrame:
    """The pairs of one experiment, all turned so that it comes first."""
    straight = rows.loc[rows["a"] == best]
    turned = rows.loc[rows["b"] == best].rename(columns={"a": "b", "b": "a"})
    for column in ("difference", "low", "high"):
        turned[column] = -turned[column]
    return pd.concat([straight, turned.rename(columns={"low": "high", "high": "low"})])


def _frame(axes: Axes, n_rows: int) -> None:
    dress(axes, grid="x")
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    axes.set_ylim(n_rows - 0.5, -0.5)
    axes.axvline(0, color=INK, linewidth=1, label="no difference")
    if n_rows > 1:
        axes.hlines(
            np.arange(n_rows - 1) + 0.5,
            0,
            1,
            transform=axes.get_yaxis_transform(),
            color=GRID,
            linewidth=0.6,
        )


def _reach(axes: Axes, rows: pd.DataFrame) -> None:
    """Limits that hold all intervals and the line of no difference."""
    values = rows[["difference", "low", "high"]].to_numpy(dtype=np.float64)
    low, high = min(0.0, float(np.nanmin(values))), max(0.0, float(np.nanmax(values)))
    air = 0.05 * (high - low) or 0.05
    axes.set_xlim(low - air, high + air)


def _name_rows(axes: Axes, rows: pd.DataFrame) -> None:
    # Two texts of a line each: a text of two lines would not end at the axes in another font.
    for i, (a, b) in enumerate(zip(rows["a"], rows["b"], strict=True)):
        _name(axes, i - _APART, short(a), "bottom")
        _name(axes, i + _APART, f"− {short(b)}", "top")


def _name(axes: Axes, y: float, name: str, va: Literal["bottom", "top"]) -> None:
    axes.text(
        -0.02,
        y,
        name,
        ha="right",
        va=va,
        fontsize=SMALL_POINTS,
        color=INK,
        transform=axes.get_yaxis_transform(),
        parse_math=False,
    )
