"""How well each experiment knows each class, a row a class."""

from collections.abc import Mapping, Sequence

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
    sample,
    sheet,
    short,
    styles_for,
)
from analysis.figures.theme import GRID, MUTED, Series

_MOST_EXPERIMENTS = 8
_MOST_ROWS = 60
_MOST_MARKS = 240
_AXIS_INCHES = 0.7
_MOST_LETTERS = 24
_TITLE = "Accuracy per class"


def per_class_figure(
    per_class: pd.DataFrame,
    notice: str = "",
    styles: Mapping[str, Series] | None = None,
) -> Figure:
    """A row a class, a marker and its interval an experiment, the best known class on top.

    Classes are sorted by the mean over the experiments. What was published is a hollow marker of
    the same shape. Of more than 8 experiments the 8 with the best mean over the classes are
    shown, and where that makes more than 60 rows or 240 marks, the best and the worst classes in
    equal parts; the title says so.

    Args:
        per_class: what `analysis.per_class.per_class` returned.
        notice: a sentence that goes wherever the figure goes.
        styles: the looks of all experiments (`theme.series`); by their order in `per_class` if
            left out.

    Returns:
        The figure; its height grows with the rows.
    """
    looks = styles_for(per_class, styles)
    known = per_class.loc[per_class["accuracy"].notna()]
    if known.empty:
        return nothing(_TITLE, notice)
    experiments, of_experiments = _experiments(known)
    known = known.loc[known["experiment"].isin(experiments)]
    classes, of_classes = _classes(known)
    places = _places(classes, cut=bool(of_classes))
    n_rows = max(places.values()) + 1
    pitch = 0.075 if len(experiments) <= 4 else 0.062
    row = max(0.2, 0.1 + pitch * len(experiments))
    title = "\n".join(text for text in (_TITLE, of_classes, of_experiments) if text)
    figure = sheet(_AXIS_INCHES + row * n_rows, title, notice, _entries(known, looks))
    axes = figure.add_subplot()
    _rows(axes, places, n_rows, bool(of_classes))
    for i, name in enumerate(experiments):
        shift = (i - (len(experiments) - 1) / 2) * pitch / row
        _draw(axes, known.loc[known["experiment"] == name], places, shift, looks[name])
    return figure


def _entries(known: pd.DataFrame, looks: Mapping[str, Series]) -> list[tuple[str, Line2D]]:
    entries = [(name, sample(looks[name])) for name in known["experiment"].unique()]
    if known["published"].notna().any():
        entries.append(("published", sample(Series(MUTED, "o", (0, ())), filled=False)))
    return entries


def _experiments(known: pd.DataFrame) -> tuple[list[str], str]:
    """The experiments to show, in their order, and what to say where that is not all."""
    means = known.groupby("experiment", sort=False)["accuracy"].mean()
    if len(means) <= _MOST_EXPERIMENTS:
        return list(means.index), ""
    best = set(means.sort_values(ascending=False, kind="stable").index[:_MOST_EXPERIMENTS])
    shown = [name for name in means.index if name in best]
    return shown, f"The {_MOST_EXPERIMENTS} best of {len(means)} experiments"


def _classes(known: pd.DataFrame) -> tuple[list[str], str]:
    """The classes to show, best first, and what to say where that is not all."""
    means = known.groupby("class", sort=False)["accuracy"].mean()
    names = list(means.sort_values(ascending=False, kind="stable").index)
    half = min(_MOST_ROWS, _MOST_MARKS // known["experiment"].nunique()) // 2
    if len(names) <= 2 * half:
        return names, ""
    said = f"The {half} best and {half} worst of {len(names)} classes"
    return names[:half] + names[-half:], said


def _places(classes: Sequence[str], cut: bool) -> dict[str, int]:
    """The row of each class; where classes were left out, a row is free in the middle."""
    half = len(classes) // 2
    return {name: i + int(cut and i >= half) for i, name in enumerate(classes)}


def _rows(axes: Axes, places: Mapping[str, int], n_rows: int, cut: bool) -> None:
    """Names the rows and rules them; a wave stands where classes were left out."""
    dress(axes, grid="x")
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(n_rows - 0.5, -0.5)
    axes.set_xticks(np.linspace(0, 1, 6))
    # A high figure is read from either end.
    axes.tick_params(axis="x", top=True, labeltop=n_rows > 12, labelbottom=True)
    axes.set_yticks(
        list(places.values()),
        [short(name, _MOST_LETTERS) for name in places],
        fontsize=SMALL_POINTS,
        parse_math=False,
    )
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.hlines(np.arange(n_rows - 1) + 0.5, -0.02, 1.02, color=GRID, linewidth=0.6, zorder=0)
    if cut:
        axes.text(
            0.5,
            n_rows // 2,
            "⋯",
            ha="center",
            va="center",
            fontsize=SMALL_POINTS,
            color=MUTED,
            parse_math=False,
        )
    name_axes(axes, x="accuracy, with the 95 % interval")


def _draw(
    axes: Axes, rows: pd.DataFrame, places: Mapping[str, int], shift: float, look: Series
) -> None:
    rows = rows.loc[rows["class"].isin(list(places))]
    y = rows["class"].map(places).to_numpy(dtype=np.float64) + shift
    name = str(rows["experiment"].iloc[0])
    axes.hlines(y, rows["low"], rows["high"], color=look.colour, linewidth=1.1, label=name)
    for column, size, fill in (
        ("accuracy", MARKER_POINTS - 1, look.colour),
        ("published", MARKER_POINTS + 1, "none"),
    ):
        if rows[column].notna().any():
            axes.plot(
                rows[column],
                y,
                linestyle="none",
                marker=look.marker,
                markersize=size,
                color=look.colour,
                markerfacecolor=fill,
                label=f"{name}: {column}",
            )
