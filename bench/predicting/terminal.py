"""What was named, as a table that grows as it comes."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.table import Table

from analysis.report.layout import printable
from analysis.report.numbers import percent
from bench.predicting.writing import Tally, shown_path

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from app.predictor import Answer, Predictor
    from bench.predicting.naming import Named

_LEAST = 0.005
_UNSURE = "unsure"
_UNREADABLE = "cannot be read"


def print_table(
    console: "Console",
    named: Iterable["Named"],
    paths: Sequence["Path"],
    predictor: "Predictor",
    n_top: int,
    tally: Tally,
) -> None:
    """Prints a row an image: what is on it, how probable that is, and what else it may be.

    Args:
        console: where to.
        named: a row each.
        paths: of all images, so that the columns are as wide from the beginning.
        predictor: what named them.
        n_top: so many classes, at most; those below 0.5 % are left out.
        tally: counts them.
    """
    widths = _widths(console.width, paths, predictor.classes)
    for number, one in enumerate(tally.counting(named)):
        row = _table(widths, has_header=number == 0)
        row.add_row(printable(shown_path(one.path)), *_cells(one.answer, n_top))
        console.print(row)


def _widths(width: int, paths: Sequence["Path"], classes: Sequence[str]) -> tuple[int, ...]:
    """Of image, class, probability, "unsure" and what else; a column's gap is not in it."""
    of_class = max(len(_UNREADABLE), *(cell_len(printable(name)) for name in classes))
    fixed = of_class + 11 + len(_UNSURE) + 10
    longest = max((cell_len(printable(shown_path(path))) for path in paths), default=0)
    of_path = min(max(longest, 5), max(12, (width - fixed) // 2))
    return of_path, of_class, 11, len(_UNSURE), max(12, width - fixed - of_path)


def _table(widths: Sequence[int], has_header: bool) -> Table:
    table = Table(box=None, show_header=has_header, pad_edge=False, padding=(0, 2, 0, 0))
    headings = ("image", "named", "probability", "", "may also be")
    for heading, width in zip(headings, widths, strict=True):
        table.add_column(heading, min_width=width, max_width=width, overflow="fold")
    table.columns[2].justify = "right"
    return table


def _cells(answer: "Answer | None", n_top: int) -> tuple[str, str, str, str]:
    if answer is None:
        return _UNREADABLE, "", "", ""
    first, *others = answer.top(n_top)
    more = [
        f"{printable(one.name)} {percent(one.probability)}"
        for one in others
        if one.probability >= _LEAST
    ]
    sure = "" if answer.is_sure else _UNSURE
    return printable(first.name), percent(first.probability), sure, ", ".join(more)
