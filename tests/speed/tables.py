"""Tables in Markdown, for the pages that the measurements write."""

from collections.abc import Sequence


def markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column is text and whose others are numbers.

    Args:
        headings: of the columns.
        rows: as many cells each.
    """
    rule = ["---", *("---:" for _ in headings[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in [headings, rule, *rows])
