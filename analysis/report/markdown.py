"""A report as Markdown."""

import re
from collections.abc import Sequence

from rich.cells import cell_len

from analysis.report.layout import printable
from analysis.report.record import Report
from analysis.report.tables import Table

_SPECIAL = re.compile(r"[\\`*\[\]<>|~$&]")
# Inside a word an underscore means nothing, and gray_fox stays readable in the source.
_OUTER_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")


def as_markdown(report: Report) -> str:
    """A report in GitHub's Markdown, its columns aligned in the source too.

    Returns:
        A heading for the suite and under it the notice and the headline, a heading for each table,
        and last what is missing.
    """
    parts = [f"# {escape(report.suite)}"]
    if report.notice:
        parts.append(f"> {escape(report.notice)}")
    if report.headline:
        parts.append(escape(" ".join(report.headline)))
    for table in report.tables:
        parts += [f"## {escape(table.title)}", _grid(table), escape(table.full_note())]
    if report.missing:
        parts += ["## Not in this report", "\n".join(f"- {escape(m)}" for m in report.missing)]
    return "\n\n".join(part for part in parts if part) + "\n"


def escape(text: str) -> str:
    """The text so that Markdown shows it as it is, in a table's cell as well.

    Returns:
        One line; special characters have a backslash before them.
    """
    text = _SPECIAL.sub(r"\\\g<0>", printable(text))
    return _OUTER_UNDERSCORE.sub(r"\\_", text)


def _grid(table: Table) -> str:
    if table.shown.empty:
        return "*nothing to show*"
    columns = [
        _column(str(name), [str(cell) for cell in table.shown[name]], name in table.labels)
        for name in table.shown
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in zip(*columns, strict=True))


def _column(heading: str, cells: Sequence[str], is_label: bool) -> list[str]:
    """Heading, rule and cells of one column, all of one width."""
    heading, *texts = (escape(text) for text in (heading, *cells))
    width = max(3, *(cell_len(text) for text in (heading, *texts)))
    rule = "-" * width if is_label else "-" * (width - 1) + ":"
    return [_pad(heading, width, is_label), rule, *(_pad(t, width, is_label) for t in texts)]


def _pad(text: str, width: int, is_label: bool) -> str:
    space = " " * (width - cell_len(text))
    return text + space if is_label else space + text
