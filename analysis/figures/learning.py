"""How an experiment learns, and from where on it only learns by heart."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.ticker import MaxNLocator

from analysis.figures.canvas import (
    MARKER_POINTS,
    SMALL_POINTS,
    dress,
    name_axes,
    nothing,
    sheet,
    short,
    styles_for,
)
from analysis.figures.placement import drop_overlapping, label_ends, laid_out, settle_ends
from analysis.figures.theme import GRID, INK, MUTED, PAPER, Series

_HEIGHT_INCHES = 3.5
_CHANGES = {"unfreeze": "thaw", "freeze": "freeze"}


def learning_figure(
    curves: pd.DataFrame,
    changes: pd.DataFrame,
    experiment: str,
    notice: str = "",
    styles: Mapping[str, Series] | None = None,
) -> Figure:
    """Loss above and accuracy below, of the training and of the validation images.

    The validation line has the experiment's colour, the training line is grey and dashed; bands
    are mean ± sd over seeds. The ground is grey after the epoch of the lowest validation loss: a
    training line that still gets better there shows overfitting. A dot marks the best validation
    accuracy, and upright lines mark where blocks were thawed or frozen and where the learning
    rate stepped.

    Args:
        curves: what `analysis.curves.learning_curves` returned.
        changes: what `analysis.curves.changes` returned.
        experiment: the one to show.
        notice: a sentence that goes wherever the figure goes.
        styles: the looks of all experiments (`theme.series`); by their order in `curves` if left
            out.

    Returns:
        The figure. Its epochs count from 1.
    """
    own = curves.loc[curves["experiment"] == experiment]
    if own["mean"].notna().sum() == 0:
        return nothing(short(experiment), notice)
    look = styles_for(curves, styles)[experiment]
    figure = sheet(_HEIGHT_INCHES, short(experiment, 44), notice)
    above, below = figure.subplots(2, 1, sharex=True)
    ends = [
        _panel(axes, own, measure, look) for axes, measure in ((above, "loss"), (below, "accuracy"))
    ]
    name_axes(below, x="epoch")
    below.set_xlim(0.5, own["epoch"].max() + 1.5)
    below.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    _shade(figure, own)
    _mark_best(below, own, look)
    marks = _mark_changes(figure, changes.loc[changes["experiment"] == experiment])
    renderer = laid_out(figure)
    for axes, labels in zip((above, below), ends, strict=True):
        settle_ends(axes, labels)
    drop_overlapping(marks, renderer)
    return figure


def _of(own: pd.DataFrame, measure: str) -> pd.DataFrame:
    rows = own.loc[(own["measure"] == measure) & own["mean"].notna()]
    return rows.sort_values("epoch")


def _panel(axes: Axes, own: pd.DataFrame, measure: str, look: Series) -> list[Annotation]:
    """Draws both lines of a measure; returns their labels."""
    dress(axes)
    name_axes(axes, y=measure)
    ends = []
    for part, name, colour, line in (
        ("train", "train", MUTED, (0, (4, 1.5))),
        ("val", "validation", look.colour, "-"),
    ):
        rows = _of(own, f"{part}_{measure}")
        if rows.empty:
            continue
        x = rows["epoch"] + 1
        axes.fill_between(x, rows["low"], rows["high"], color=colour, alpha=0.18, linewidth=0)
        axes.plot(
            x,
            rows["mean"],
            color=colour,
            linestyle=line,
            linewidth=1.5,
            # A line of one epoch would not be seen.
            marker="o" if len(rows) == 1 else "",
            markersize=3,
            label=f"{part}_{measure}",
        )
        ends.append((float(rows["mean"].iloc[-1]), name, colour))
    return label_ends(axes, ends)


def _shade(figure: Figure, own: pd.DataFrame) -> None:
    """A grey ground in both panels after the epoch of the lowest validation loss."""
    rows = _of(own, "val_loss")
    if rows.empty:
        return
    lowest = int(rows["epoch"].iloc[int(np.argmin(rows["mean"]))]) + 1
    last = int(rows["epoch"].iloc[-1]) + 1
    if lowest == last:
        return
    for axes in figure.axes:
        ground = axes.axvspan(lowest, last, color=GRID, alpha=0.5, linewidth=0, zorder=0)
    _explain(figure.axes[0], ground, "after the lowest validation loss")


def _mark_best(axes: Axes, own: pd.DataFrame, look: Series) -> None:
    rows = _of(own, "val_accuracy")
    if rows.empty:
        return
    best = rows.iloc[int(np.argmax(rows["mean"]))]
    epoch = int(best["epoch"]) + 1
    (dot,) = axes.plot(
        [epoch],
        [best["mean"]],
        linestyle="none",
        marker=look.marker,
        markersize=MARKER_POINTS + 1,
        color=look.colour,
        markeredgecolor=PAPER,
        label="best",
        zorder=4,
    )
    _explain(axes, dot, f"best: {best['mean']:.3f} in epoch {epoch}")


def _explain(axes: Axes, artist: Artist, text: str) -> None:
    """Says what something is, in the corner that is freest."""
    legend = axes.legend(
        [artist],
        [text],
        loc="best",
        fontsize=SMALL_POINTS,
        labelcolor=INK,
        frameon=False,
        borderpad=0.2,
        handlelength=1.2,
        handletextpad=0.5,
    )
    for label in legend.get_texts():
        label.set_parse_math(False)
    # It takes no room, and finding its corner is slow.
    legend.set_in_layout(False)


def _mark_changes(figure: Figure, changes: pd.DataFrame) -> list[Text]:
    """Upright lines where the training changed, named above; returns the names."""
    above, _ = figure.axes
    texts = []
    for epoch in sorted(changes["epoch"].unique()):
        rows = changes.loc[changes["epoch"] == epoch]
        # What changes with an epoch changes before it, and its figures are taken after it.
        x = float(epoch) + 0.5
        for axes in figure.axes:
            axes.axvline(x, color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
        names = dict.fromkeys(
            _named(*row) for row in rows[["kind", "before", "after"]].itertuples(index=False)
        )
        texts.append(
            above.text(
                x,
                1.02,
                ", ".join(names),
                ha="center",
                va="bottom",
                fontsize=SMALL_POINTS,
                color=MUTED,
                transform=above.get_xaxis_transform(),
                parse_math=False,
            )
        )
    return texts


def _named(kind: str, before: float, after: float) -> str:
    if kind in _CHANGES:
        return _CHANGES[kind]
    return f"lr ×{after / before:.2g}" if before else "lr"
