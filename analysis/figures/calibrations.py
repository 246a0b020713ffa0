"""Whether an experiment knows when it is right."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle
from matplotlib.ticker import MaxNLocator

from analysis.figures.canvas import (
    MARKER_POINTS,
    WIDTH_INCHES,
    dress,
    name_axes,
    nothing,
    sample,
    sheet,
    short,
    styles_for,
    subtitle,
)
from analysis.figures.theme import MUTED, Series, series

_ALONE_INCHES = 2.6
_DOT_POINTS2 = 40.0
_MOST_LINES = 8
_MOST_BANDS = 3
_SELECTIVE = ("coverage", "accuracy", "sd")


def reliability_figure(
    reliability_before: pd.DataFrame,
    reliability_after: pd.DataFrame | None,
    experiment: str,
    notice: str = "",
    styles: Mapping[str, Series] | None = None,
) -> Figure:
    """Accuracy against confidence, and below how many answers were given with that confidence.

    On the diagonal the confidence is what it says; below it the model is surer than it is right.
    A thin line ties each bin to the diagonal: the mean of their lengths, weighted by the bars
    below, is the ECE. The larger the dot, the more answers are in its bin.

    Args:
        reliability_before: what `analysis.calibration.reliability` returned for the
            probabilities as they are.
        reliability_after: the same for the probabilities with the temperature; None without.
        experiment: the one to show.
        notice: a sentence that goes wherever the figure goes.
        styles: the looks of all experiments (`theme.series`); by their order in
            `reliability_before` if left out.

    Returns:
        The figure: one panel, or two side by side.
    """
    title = f"Reliability: {short(experiment)}"
    tables = {"as trained": reliability_before}
    if reliability_after is not None:
        tables["with temperature"] = reliability_after
    own = {name: table.loc[table["experiment"] == experiment] for name, table in tables.items()}
    if all(table.empty for table in own.values()):
        return nothing(title, notice)
    look = styles_for(reliability_before, styles)[experiment]
    figure = sheet(2.9, title, notice, width=WIDTH_INCHES if len(own) > 1 else _ALONE_INCHES)
    panels = figure.subplots(
        2, len(own), sharex=True, sharey="row", height_ratios=[4, 1], squeeze=False
    )
    for i, (name, table) in enumerate(own.items()):
        _reliability(panels[0, i], table, look)
        _counts(panels[1, i], table, look)
        subtitle(panels[0, i], name)
        name_axes(panels[0, i], y="" if i else "accuracy")
        name_axes(panels[1, i], x="confidence", y="" if i else "answers")
    return figure


def _reliability(axes: Axes, table: pd.DataFrame, look: Series) -> None:
    dress(axes, grid="both")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks([0, 0.5, 1])
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, label="diagonal")
    axes.vlines(
        table["confidence"], table["confidence"], table["accuracy"], color=look.colour, linewidth=1
    )
    axes.scatter(
        table["confidence"],
        table["accuracy"],
        # By area, so that a bin of one answer does not draw the eye.
        s=_DOT_POINTS2 * (table["n"] / table["n"].max()).clip(lower=0.1),
        marker=MarkerStyle(look.marker),
        color=look.colour,
        zorder=3,
        # A bin that is always right, or always wrong, lies on the edge.
        clip_on=False,
        label="accuracy",
    )


def _counts(axes: Axes, table: pd.DataFrame, look: Series) -> None:
    dress(axes, grid="")
    axes.bar(
        table["low"],
        table["n"],
        width=0.9 * (table["high"] - table["low"]),
        align="edge",
        color=look.colour,
        alpha=0.6,
    )
    axes.yaxis.set_major_locator(MaxNLocator(nbins=2, integer=True, min_n_ticks=2))


def selective_figure(
    selective: pd.DataFrame,
    experiments: Sequence[str],
    notice: str = "",
    styles: Mapping[str, Series] | None = None,
) -> Figure:
    """Accuracy on the images that an experiment is surest of, against how many those are.

    A line that falls to the right knows its weak answers: leaving them to a person pays. Bands
    are mean ± sd over seeds and are left out where more than 3 lines would lie on one another.
    Of more than 8 experiments the 8 with the best accuracy over all images are shown, and the
    title says so.

    Args:
        selective: what `analysis.calibration.selective_accuracy` returned.
        experiments: names in the order wanted. Others in `selective` are left out.
        notice: a sentence that goes wherever the figure goes.
        styles: the looks of all experiments (`theme.series`); by their order in `experiments` if
            left out.

    Returns:
        The figure; its key is in the order of the lines at full coverage.
    """
    title = "Accuracy on the surest images"
    lines = {
        name: rows.sort_values("coverage")
        for name in experiments
        if len(rows := selective.loc[selective["experiment"] == name])
    }
    if not lines:
        return nothing(title, notice)
    best = sorted(lines, key=lambda name: -float(lines[name]["accuracy"].iloc[-1]))
    shown = best[:_MOST_LINES]
    if len(shown) < len(best):
        title += f"\nThe {len(shown)} best of {len(best)} experiments"
    looks = series(experiments) if styles is None else styles
    entries = [(name, sample(looks[name], line=True)) for name in shown]
    figure = sheet(2.5, title, notice, entries)
    axes = figure.add_subplot()
    dress(axes)
    axes.set_xlim(0, 1.01)
    for name in shown:
        _line(axes, name, lines[name], looks[name], band=len(shown) <= _MOST_BANDS)
    name_axes(axes, x="coverage: the share of images answered, surest first", y="accuracy")
    return figure


def _line(axes: Axes, name: str, rows: pd.DataFrame, look: Series, band: bool) -> None:
    x, mean, sd = (rows[column].to_numpy(dtype=np.float64) for column in _SELECTIVE)
    if band:
        axes.fill_between(x, mean - sd, mean + sd, color=look.colour, alpha=0.15, linewidth=0)
    axes.plot(
        x,
        mean,
        color=look.colour,
        linestyle=look.linestyle,
        linewidth=1.4,
        marker=look.marker,
        markersize=MARKER_POINTS - 1,
        markevery=(3, 4),
        label=name,
    )
