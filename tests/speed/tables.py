"""Tables in Markdown."""

from collections.abc import Sequence


def grid(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column is at the left and all others at the right.

    Args:
        headings: of the columns, "" for none.
        rows: of cells, as many in each as there are headings.
    """
    columns = list(zip(headings, *rows, strict=True))
    widths = [max(3, *map(len, column)) for column in columns]
    rules = [f"{'-' * (widths[0])}", *(f"{'-' * (width - 1)}:" for width in widths[1:])]
    lines = [headings, rules, *rows]
    return "\n".join(_line(cells, widths) for cells in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    others = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return f"| {' | '.join([first, *others])} |"
