"""Fits a table into a width without ever cutting a number."""

import re
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from rich.cells import cell_len

from analysis.report.tables import Table

GAP = 2
# Where a cell falls into two thoughts: a mean and its deviation, a count and its percentage.
_THOUGHTS = re.compile(r"(?<=\s)(?=[±(↔/])")
_WORDS = re.compile(r"[^\s\-_/]+[\s\-_/]*|[\s\-_/]+")


@dataclass(frozen=True)
class Column:
    """A title and its cells, which line breaks may fold; labels are left-aligned."""

    title: str
    cells: tuple[str, ...]
    is_label: bool

    @property
    def heading(self) -> str:
        """The title, folded to the width of the cells as far as its words allow."""
        return _pack(_WORDS.findall(self.title), max(map(_width, self.cells), default=0))

    @property
    def width(self) -> int:
        """In terminal cells: the longest line of heading and cells."""
        return max(_width(text) for text in (self.heading, *self.cells))


@dataclass(frozen=True)
class Layout:
    """A table as it fits a width.

    `blocks` are drawn below one another and repeat the labels; a table that fits is one block.
    `key` explains letters that stand for experiments. `has_intervals` is false where there was no
    room for the table's intervals.
    """

    blocks: tuple[tuple[Column, ...], ...]
    key: Mapping[str, str]
    has_intervals: bool


def fit(table: Table, width: int) -> Layout:
    """The least bad way to show a table in a width.

    Headings are folded always, at hyphens, underscores and spaces. Where that is not enough,
    each of these is tried before the next: fold the labels; leave out the intervals; put
    letters for the experiments; fold "0.87 ± 0.03" into two lines, without letters and with them;
    cut the table into blocks.

    Args:
        table: what to show.
        width: in terminal cells, 1 or more.

    Returns:
        Columns of at most `width`, with `GAP` between them. Only a label or a number that is
        itself too long can make a block wider.
    """
    letters = _letters(table.experiments)
    for intervals, key in ((True, {}), (False, {}), (False, letters)):
        if fitting := _fold_labels(_columns(table, intervals, key), width):
            return Layout((fitting,), key, has_intervals=intervals)
    for key in ({}, letters):
        columns = _columns(table, intervals=False, letters=key)
        folded = tuple(c if c.is_label else _folded(c, _fold_thoughts) for c in columns)
        if fitting := _fold_labels(folded, width):
            return Layout((fitting,), key, has_intervals=False)
    lettered = _columns(table, intervals=False, letters=letters)
    return Layout(_blocks(lettered, width), letters, has_intervals=False)


def fold(text: str, width: int) -> str:
    """Breaks a text into lines: between thoughts, and where that is not enough between words.

    Args:
        text: one line.
        width: in terminal cells. A word that is longer stays whole.

    Returns:
        The same characters but for the spaces at the line breaks.
    """
    lines = _pack(_THOUGHTS.split(text), width).split("\n")
    return "\n".join(_pack(_WORDS.findall(line), width) for line in lines)


def _fold_thoughts(text: str) -> str:
    return "\n".join(piece.rstrip() for piece in _THOUGHTS.split(text))


def _pack(pieces: Iterable[str], width: int) -> str:
    lines = [""]
    for piece in pieces:
        if lines[-1] and cell_len((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)


def _width(text: str) -> int:
    return max((cell_len(line) for line in text.split("\n")), default=0)


def _folded(column: Column, by: Callable[[str], str]) -> Column:
    return replace(column, cells=tuple(by(cell) for cell in column.cells))


def _columns(table: Table, intervals: bool, letters: Mapping[str, str]) -> tuple[Column, ...]:
    names = [name for name in table.shown if intervals or name not in table.intervals]
    instead = {name: letter for letter, name in letters.items()}
    return tuple(
        Column(
            title=_with_letter(str(name), instead),
            cells=tuple(printable(cell) for cell in table.shown[name]),
            is_label=name in table.labels,
        )
        for name in names
    )


def printable(text: str) -> str:
    """The text with line breaks and control characters, which a file name may hold, replaced."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _letters(experiments: Iterable[str]) -> dict[str, str]:
    marks = [*string.ascii_uppercase]
    return {marks[i] if i < len(marks) else f"E{i + 1}": name for i, name in enumerate(experiments)}


def _with_letter(title: str, instead: Mapping[str, str]) -> str:
    # The longest name first: one experiment's name may begin with another's.
    for name in sorted(instead, key=len, reverse=True):
        if title == name or title.startswith(f"{name} ("):
            return instead[name] + printable(title[len(name) :])
    return printable(title)


def _total(columns: Iterable[Column]) -> int:
    return sum(column.width + GAP for column in columns) - GAP


def _fold_labels(columns: tuple[Column, ...], width: int) -> tuple[Column, ...] | None:
    """The columns, their widest labels as narrow as they must be; None if that is not enough."""
    if _total(columns) <= width:
        return columns
    widest = max((column.width for column in columns if column.is_label), default=0)
    for limit in range(widest - 1, 0, -1):
        folded = _limit_labels(columns, limit)
        if _total(folded) <= width:
            return folded
    return None


def _limit_labels(columns: tuple[Column, ...], limit: int) -> tuple[Column, ...]:
    """The columns, each label that is wider than the limit folded to it as far as words allow."""
    return tuple(
        _folded(column, lambda cell: fold(cell, limit))
        if column.is_label and column.width > limit
        else column
        for column in columns
    )


def _blocks(columns: tuple[Column, ...], width: int) -> tuple[tuple[Column, ...], ...]:
    """As few groups of columns as fit, each behind the labels, which are folded if they must be."""
    labels = tuple(column for column in columns if column.is_label)
    numbers = [column for column in columns if not column.is_label]
    if not numbers:
        return (_limit_labels(labels, 1),)
    widest = max(numbers, key=lambda c: c.width)
    fitting = _fold_labels((*labels, widest), width)
    labels = _limit_labels(labels, 1) if fitting is None else fitting[:-1]
    blocks: list[tuple[Column, ...]] = []
    for column in numbers:
        if not blocks or _total((*blocks[-1], column)) > width:
            blocks.append(labels)
        blocks[-1] += (column,)
    return tuple(blocks)
