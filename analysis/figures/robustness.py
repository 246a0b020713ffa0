"""What is left of the accuracy, strength by strength."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.canvas import (
    SMALL_POINTS,
    dress,
    nothing,
    sample,
    sheet,
    styles_for,
    subtitle,
)
from analysis.figures.theme import INK, Series
from analysis.robustness import CLEAN

_TITLE = "Accuracy on corrupted images"
_COLUMNS = 3
_ROW_INCHES = 1.35


def robustness_figure(
    strengths: pd.DataFrame, notice: str = "", styles: Mapping[str, Series] | None = None
) -> Figure:
    """A panel a corruption, a line an experiment, from the images as they are to strength 5.

    Args:
        strengths: as `analysis.robustness.Robustness` has it.
        notice: a sentence that goes wherever the figure goes.
        styles: the looks of all experiments (`theme.series`); by their order in `strengths` if
            left out.

    Returns:
        The figure. All panels have the same axes.
    """
    kinds = [str(kind) for kind in strengths["corruption"].unique() if kind != CLEAN]
    if not kinds:
        return nothing(_TITLE, notice)
    looks = styles_for(strengths, styles)
    names = [str(name) for name in strengths["experiment"].unique()]
    n_rows = -(-len(kinds) // _COLUMNS)
    entries = [(name, sample(looks[name], line=True)) for name in names]
    figure = sheet(_ROW_INCHES * n_rows + 0.25, _TITLE, notice, entries)
    grid = figure.subplots(n_rows, min(_COLUMNS, len(kinds)), sharex=True, sharey=True)
    panels = [grid] if isinstance(grid, Axes) else list(grid.flat)
    for axes, kind in zip(panels, kinds, strict=False):
        _panel(axes, strengths, kind, looks)
    for axes in panels[len(kinds) :]:
        axes.set_axis_off()
    # Axes that have one below them get no numbers; those above an empty place need them.
    for axes in panels[max(0, len(kinds) - _COLUMNS) : len(kinds)]:
        axes.xaxis.set_tick_params(labelbottom=True)
    figure.supxlabel("strength; 0: as it is", fontsize=SMALL_POINTS, color=INK)
    return figure


def _panel(axes: Axes, strengths: pd.DataFrame, kind: str, looks: Mapping[str, Series]) -> None:
    dress(axes)
    subtitle(axes, kind)
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.5, 1])
    axes.set_xticks(range(6))
    for name, own in strengths.groupby("experiment", sort=False):
        line = own.loc[own["corruption"].isin([CLEAN, kind])].sort_values("strength")
        if len(line) < 2:
            continue
        look = looks[str(name)]
        axes.plot(
            line["strength"],
            line["accuracy"],
            color=look.colour,
            linestyle=look.linestyle,
            marker=look.marker,
            markersize=2.8,
            linewidth=1.2,
        )
