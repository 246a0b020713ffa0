"""What the searched parameters did: importances, slices, and parallel coordinates."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.canvas import (
    SMALL_POINTS,
    dress,
    name_axes,
    nothing,
    plain,
    sheet,
    short,
    subtitle,
)
from analysis.figures.search_axes import Dimension, dimension, set_axis
from analysis.figures.theme import GRID, INK, MUTED, SERIES
from analysis.searching import Searched

_IMPORTANCES, _SLICES = "What mattered", "Values by parameter"
_PARALLEL = "All parameters of each trial"
_COLUMNS = 2


def search_importances_figure(searched: Searched, notice: str = "") -> Figure:
    """A bar a parameter: the share of the values' spread that it accounts for."""
    found = sorted(searched.importances.items(), key=lambda one: (one[1], one[0]))
    if not found:
        return nothing(_IMPORTANCES, notice)
    figure = sheet(0.5 + 0.3 * len(found), _IMPORTANCES, notice)
    axes = figure.add_subplot()
    dress(axes, grid="x")
    places = np.arange(len(found))
    axes.barh(places, [value for _, value in found], height=0.6, color=SERIES[0])
    axes.set_yticks(places)
    axes.set_yticklabels([short(key) for key, _ in found], parse_math=False)
    for place, (_, value) in zip(places, found, strict=True):
        axes.annotate(
            f"{100 * value:.0f} %",
            (value, float(place)),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL_POINTS,
            color=INK,
            parse_math=False,
        )
    axes.set_xlim(0, 1.12 * max(value for _, value in found) or 1.0)
    name_axes(axes, x="importance")
    return figure


def search_slices_figure(searched: Searched, notice: str = "") -> Figure:
    """For each parameter the trials' values over its own, complete and pruned ones."""
    trials = searched.trials.loc[searched.trials["value"].notna()]
    along = _dimensions(searched, trials)
    if not along:
        return nothing(_SLICES, notice)
    n_rows = -(-len(along) // _COLUMNS)
    figure = sheet(1.7 * n_rows, _SLICES, notice)
    grid = figure.subplots(n_rows, _COLUMNS, sharey=True, squeeze=False)
    for axes in grid.flat[len(along) :]:
        axes.set_axis_off()
    for index, (axes, one) in enumerate(zip(grid.flat, along, strict=False)):
        _slice(axes, one, trials)
        if index % _COLUMNS == 0:
            name_axes(axes, y=searched.metric)
    return figure


def _slice(axes: Axes, along: Dimension, trials: pd.DataFrame) -> None:
    dress(axes, grid="both")
    set_axis(axes, along)
    subtitle(axes, short(along.key, 26))
    values = trials["value"].to_numpy()
    is_pruned = (trials["state"] == "pruned").to_numpy()
    for chosen, colour, marker in ((~is_pruned, SERIES[0], "o"), (is_pruned, SERIES[1], "x")):
        axes.plot(
            along.places[chosen],
            values[chosen],
            linestyle="none",
            marker=marker,
            markersize=4,
            color=colour,
            alpha=0.8,
        )


def search_parallel_figure(searched: Searched, notice: str = "") -> Figure:
    """A line a complete trial through its parameters to its value, stronger the better it is."""
    trials = searched.trials.loc[
        (searched.trials["state"] == "complete") & searched.trials["value"].notna()
    ]
    along = _dimensions(searched, trials)
    if not along:
        return nothing(_PARALLEL, notice)
    values = trials["value"].to_numpy(dtype=np.float64)
    last = Dimension(searched.metric, values)
    columns = [*along, last]
    heights = np.array([one.fractions() for one in columns])
    worth = last.fractions() if searched.is_better_high else 1 - last.fractions()
    figure = sheet(2.6, _PARALLEL, notice)
    axes = figure.add_subplot()
    dress(axes, grid="")
    best = int(np.argmax(worth))
    for index in np.argsort(worth, kind="stable"):
        axes.plot(
            range(len(columns)),
            heights[:, index],
            color=SERIES[1] if index == best else SERIES[0],
            alpha=0.25 + 0.75 * float(worth[index]),
            linewidth=0.8 + 1.2 * float(worth[index]),
            marker=".",
            markersize=3,
        )
    _upright(axes, columns)
    return figure


def _upright(axes: Axes, columns: list[Dimension]) -> None:
    for place, one in enumerate(columns):
        axes.axvline(place, color=GRID, linewidth=0.8, zorder=0)
        for height, text, va in zip((-0.04, 1.04), one.ends(), ("top", "bottom"), strict=True):
            axes.text(
                place,
                height,
                plain(short(text, 12)),
                ha="center",
                va=va,
                fontsize=SMALL_POINTS - 1,
                color=MUTED,
                parse_math=False,
            )
    axes.set_ylim(-0.16, 1.16)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xticks(range(len(columns)))
    names = [short(one.key, 26).replace(".", ".\n", 1).replace("_", "_\n", 1) for one in columns]
    axes.set_xticklabels(names, fontsize=SMALL_POINTS - 1, parse_math=False)


def _dimensions(searched: Searched, trials: pd.DataFrame) -> list[Dimension]:
    found = [dimension(trials, key, searched.logarithmic) for key in searched.parameters]
    return [one for one in found if one is not None]
