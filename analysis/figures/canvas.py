"""What all figures are drawn on: quiet axes, a headline, a key, and the notice below."""

import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from analysis.figures.theme import GRID, INK, MUTED, PAPER, Series, series

# As wide as a phone shows with letters of 9 points still readable.
WIDTH_INCHES = 4.4
TEXT_POINTS = 9.0
SMALL_POINTS = 8.0
MARKER_POINTS = 5.0
_TITLE_POINTS = 10.0
_NOTICE_POINTS = 7.0
_POINTS_PER_INCH = 72
_EDGE_INCHES = 0.06
_LONGEST_NAME = 32
_PADS = {"w_pad": _EDGE_INCHES, "h_pad": 0.05, "wspace": 0.03, "hspace": 0.03}


def sheet(
    height: float,
    title: str,
    notice: str = "",
    entries: Sequence[tuple[str, Line2D]] = (),
    width: float = WIDTH_INCHES,
) -> Figure:
    """An empty figure between what stands above, title and key, and the notice below.

    Lines break where they are too long. Axes that are added take the room between, whatever
    their labels need.

    Args:
        height: inches for the axes; what stands above and below comes on top of it.
        title: a few words; a line break in it stays.
        notice: a sentence in small type.
        entries: the key: names, and lines that look as what they explain.
        width: inches.

    Returns:
        The figure.
    """
    head = _wrapped(title, width, _TITLE_POINTS, 0.7)
    foot = _wrapped(notice, width, _NOTICE_POINTS, 0.6)
    columns = _n_columns(entries, width)
    n_rows = -(-len(entries) // columns)
    title_inches = _inches(len(head), _TITLE_POINTS)
    top = title_inches + _inches(n_rows, SMALL_POINTS)
    bottom = _inches(len(foot), _NOTICE_POINTS)
    total = height + top + bottom
    figure = Figure(figsize=(width, total), layout="constrained", facecolor=PAPER)
    engine = figure.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)
    engine.set(**_PADS, rect=(0, bottom / total, 1, height / total))
    _write(figure, head, 1 - _EDGE_INCHES / total, "top", _TITLE_POINTS, "bold")
    _write(figure, foot, _EDGE_INCHES / total, "bottom", _NOTICE_POINTS, "normal")
    if entries:
        _add_key(figure, entries, 1 - title_inches / total, columns)
    return figure


def _wrapped(text: str, width: float, points: float, em: float) -> list[str]:
    """Lines of letters that are so wide on the average."""
    room = int((width - 2 * _EDGE_INCHES) * _POINTS_PER_INCH / (em * points))
    return [line for part in plain(text).split("\n") for line in textwrap.wrap(part, room)]


def _inches(n_lines: int, points: float) -> float:
    """The height of lines, with the air around them."""
    return (n_lines * 1.4 * points / _POINTS_PER_INCH + _EDGE_INCHES) if n_lines else 0.0


def _write(
    figure: Figure,
    lines: Sequence[str],
    y: float,
    va: Literal["top", "bottom"],
    points: float,
    weight: str,
) -> None:
    if not lines:
        return
    figure.text(
        _EDGE_INCHES / figure.get_figwidth(),
        y,
        "\n".join(lines),
        ha="left",
        va=va,
        fontsize=points,
        fontweight=weight,
        color=INK if weight == "bold" else MUTED,
        parse_math=False,
    )


def _n_columns(entries: Sequence[tuple[str, Line2D]], width: float) -> int:
    # A letter is about 0.62 em wide; the sample and the gap beside it take 4.5 em.
    widest = max((len(short(name)) for name, _ in entries), default=0)
    column = (0.62 * widest + 4.5) * SMALL_POINTS / _POINTS_PER_INCH
    return max(1, min(len(entries), int((width - 2 * _EDGE_INCHES) / column)))


def _add_key(figure: Figure, entries: Sequence[tuple[str, Line2D]], y: float, columns: int) -> None:
    legend = figure.legend(
        [line for _, line in entries],
        # A name may begin with "_", which would leave it out; so it is only written afterwards.
        ["x" for _ in entries],
        loc="upper left",
        bbox_to_anchor=(_EDGE_INCHES / figure.get_figwidth(), y),
        ncols=columns,
        frameon=False,
        fontsize=SMALL_POINTS,
        labelcolor=INK,
        handlelength=2.6 if any(line.get_linestyle() != "None" for _, line in entries) else 1.0,
        columnspacing=1.2,
        labelspacing=0.25,
        borderpad=0,
        borderaxespad=0,
    )
    for text, (name, _) in zip(legend.get_texts(), entries, strict=True):
        text.set_parse_math(False)
        text.set_text(short(name))


def dress(axes: Axes, grid: str = "y") -> None:
    """Takes the box off the axes; leaves thin grid lines behind the data.

    Args:
        axes: the axes.
        grid: the axis whose values the grid lines show: "x", "y", "both" or "" for none.
    """
    axes.set_facecolor(PAPER)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(GRID)
    axes.tick_params(colors=GRID, labelcolor=INK, labelsize=SMALL_POINTS, length=3)
    axes.set_axisbelow(True)
    for name in ("x", "y"):
        if grid in (name, "both"):
            axes.grid(axis="x" if name == "x" else "y", color=GRID, linewidth=0.6)


def name_axes(axes: Axes, x: str = "", y: str = "") -> None:
    """Says what an axis measures, with units; an axis without a name keeps what it has."""
    if x:
        axes.set_xlabel(x, fontsize=TEXT_POINTS, color=INK, parse_math=False)
    if y:
        axes.set_ylabel(y, fontsize=TEXT_POINTS, color=INK, parse_math=False)


def subtitle(axes: Axes, text: str) -> None:
    """A quiet line above the axes, at the left."""
    axes.set_title(text, loc="left", fontsize=SMALL_POINTS, color=MUTED, parse_math=False)


def plain(text: str) -> str:
    """The text without control characters, which no XML may hold; line breaks stay."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in ("Cc", "Cs") and c != "\n" else c
        for c in text
    )


def short(name: str, longest: int = _LONGEST_NAME) -> str:
    """A name that fits beside a figure: its middle is left out where it is too long.

    The ends stay, since names such as "resnet18-frozen-1e-4" differ at either.
    """
    name = plain(name).replace("\n", " ")
    if len(name) <= longest:
        return name
    head = longest // 2
    return f"{name[:head]}…{name[len(name) - (longest - head - 1) :]}"


def styles_for(frame: pd.DataFrame, styles: Mapping[str, Series] | None) -> Mapping[str, Series]:
    """The given looks, or those by the order in which the frame names its experiments."""
    return (
        series([str(name) for name in frame["experiment"].unique()]) if styles is None else styles
    )


def sample(look: Series, line: bool = False, filled: bool = True) -> Line2D:
    """What stands for an experiment in a key."""
    return Line2D(
        [],
        [],
        color=look.colour,
        marker=look.marker,
        markersize=MARKER_POINTS,
        linestyle=look.linestyle if line else "none",
        markerfacecolor=look.colour if filled else PAPER,
        linewidth=1.4,
    )


def nothing(title: str, notice: str = "") -> Figure:
    """A small figure for an empty table, so that a page has no hole."""
    figure = sheet(0.8, title, notice)
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.text(
        0.5,
        0.5,
        "nothing to show",
        ha="center",
        va="center",
        fontsize=TEXT_POINTS,
        color=MUTED,
        transform=axes.transAxes,
        parse_math=False,
    )
    return figure
