"""How a search went: the values of its trials in order, and by epoch while they trained."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from analysis.figures.canvas import MARKER_POINTS, dress, name_axes, nothing, sheet
from analysis.figures.theme import MUTED, SERIES
from analysis.searching import Searched, best_trials, history

_BEST, _PRUNED = SERIES[0], SERIES[1]
_HISTORY, _CURVES = "The course of the search", "Values by epoch"


def search_history_figure(searched: Searched, notice: str = "") -> Figure:
    """The value of each trial by number, and as a staircase the best one so far.

    Args:
        searched: the search.
        notice: a sentence that goes wherever the figure goes.
    """
    course = history(searched.trials, is_better_high=searched.is_better_high)
    if course.empty:
        return nothing(_HISTORY, notice)
    pruned = searched.trials.loc[
        (searched.trials["state"] == "pruned") & searched.trials["value"].notna()
    ]
    entries = [("complete", _dot(_BEST, "o")), ("best so far", _line(_BEST))]
    entries += [("pruned, at its last epoch", _dot(_PRUNED, "x"))] if len(pruned) else []
    figure = sheet(2.4, _HISTORY, notice, entries)
    axes = figure.add_subplot()
    dress(axes)
    last = int(searched.trials["number"].max())
    steps = np.append(course["number"], last)
    heights = np.append(course["best"], course["best"].iloc[-1])
    axes.plot(steps, heights, drawstyle="steps-post", color=_BEST, linewidth=1.4, label="best")
    for rows, colour, marker, name in (
        (course, _BEST, "o", "complete"),
        (pruned, _PRUNED, "x", "pruned"),
    ):
        axes.plot(
            rows["number"],
            rows["value"],
            linestyle="none",
            marker=marker,
            markersize=MARKER_POINTS,
            color=colour,
            label=name,
        )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlim(-0.5, last + 0.5)
    name_axes(axes, x="trial", y=searched.metric)
    return figure


def search_curves_figure(searched: Searched, notice: str = "") -> Figure:
    """Every trial's value by epoch: the best one, those that were pruned, and the others.

    Args:
        searched: the search. With several seeds their epochs count on.
        notice: a sentence that goes wherever the figure goes.
    """
    if searched.curves.empty:
        return nothing(_CURVES, notice)
    state = dict(zip(searched.trials["number"], searched.trials["state"], strict=True))
    ranked = best_trials(searched.trials, is_better_high=searched.is_better_high)
    complete = ranked.loc[ranked["state"] == "complete", "number"]
    best = None if complete.empty else int(complete.iloc[0])
    entries = [] if best is None else [(f"trial {best}, the best", _line(_BEST))]
    entries += [("complete", _line(MUTED)), ("pruned", _line(_PRUNED, (0, (3, 1.5))))]
    figure = sheet(2.4, _CURVES, notice, entries)
    axes = figure.add_subplot()
    dress(axes)
    for number, rows in searched.curves.groupby("number"):
        is_pruned = state.get(number) == "pruned"
        is_best = number == best
        colour = _BEST if is_best else _PRUNED if is_pruned else MUTED
        axes.plot(
            rows["step"] + 1,
            rows["value"],
            color=colour,
            alpha=1.0 if is_best else 0.55,
            linewidth=1.8 if is_best else 0.9,
            linestyle=(0, (3, 1.5)) if is_pruned else "-",
            marker="o" if len(rows) == 1 else "",
            markersize=3,
            zorder=3 if is_best else 2,
            label=f"trial {number}",
        )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    name_axes(axes, x="epoch", y=searched.metric)
    return figure


def _dot(colour: str, marker: str) -> Line2D:
    return Line2D([], [], color=colour, marker=marker, linestyle="none", markersize=MARKER_POINTS)


def _line(colour: str, style: tuple[float, tuple[float, ...]] = (0, ())) -> Line2D:
    return Line2D([], [], color=colour, linestyle=style, linewidth=1.6)
