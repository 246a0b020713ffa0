"""A table as LaTeX."""

from analysis.report.layout import Column, Layout, fit, printable
from analysis.report.tables import Table

# What a page of LaTeX's article class (345 pt) holds at \footnotesize, in digits. Between columns
# the layout leaves two of them, which is 4 pt on either side.
PAGE_WIDTH = 82
_COLUMN_SEPARATION = r"\setlength{\tabcolsep}{4pt}"

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    # Unbraced, these would be arguments of the \\ or \midrule before them.
    "[": "{[}",
    "*": "{*}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "↔": r"$\leftrightarrow$",
    "–": "--",
    **{c: f"\\{c}" for c in "&%$#_{}"},
}
_TABLE = str.maketrans(_ESCAPES)


def as_latex(table: Table, notice: str = "") -> str:
    """A table as a LaTeX float that needs booktabs and nothing else.

    Letters outside ASCII are passed through as UTF-8, which LaTeX reads since 2018; scripts that
    its fonts lack need XeLaTeX or LuaLaTeX.

    Args:
        table: what to show, folded to the width of a page.
        notice: a sentence that goes wherever the table goes, so it stands in the caption.

    Returns:
        A `table` environment labelled `tab:NAME`; it compiles inside a document.
    """
    layout = fit(table, PAGE_WIDTH)
    caption = f"{table.title}. {notice}" if notice else table.title
    body = (
        [_tabular(block) for block in layout.blocks] if len(table.shown) else ["Nothing to show."]
    )
    return "\n".join(
        [
            r"% Needs \usepackage{booktabs}.",
            r"\begin{table}",
            r"\centering",
            r"\footnotesize",
            _COLUMN_SEPARATION,
            rf"\caption{{{escape(caption)}}}",
            rf"\label{{tab:{table.name}}}",
            "\n\\par\\medskip\n".join(body),
            r"\par\medskip",
            rf"\parbox{{\linewidth}}{{\raggedright {_note(table, layout)}}}",
            r"\end{table}",
            "",
        ]
    )


def escape(text: str) -> str:
    """The text so that LaTeX prints it as it is.

    Returns:
        One line without active characters.
    """
    return printable(text).translate(_TABLE)


def _note(table: Table, layout: Layout) -> str:
    key = "; ".join(f"{letter}: {name}" for letter, name in layout.key.items())
    note = table.full_note(layout.has_intervals)
    return escape(f"{key}. {note}" if key else note)


def _tabular(columns: tuple[Column, ...]) -> str:
    align = "".join("l" if column.is_label else "r" for column in columns)
    headings = " & ".join(_cell(column.heading, column.is_label, "b") for column in columns)
    rows = [
        " & ".join(
            _cell(cell, column.is_label, "t") for column, cell in zip(columns, row, strict=True)
        )
        for row in zip(*(column.cells for column in columns), strict=True)
    ]
    return "\n".join(
        [
            rf"\begin{{tabular}}{{{align}}}",
            r"\toprule",
            rf"{headings} \\",
            r"\midrule",
            *(rf"{row} \\" for row in rows),
            r"\bottomrule",
            r"\end{tabular}",
        ]
    )


def _cell(text: str, is_label: bool, vertical: str) -> str:
    lines = [escape(line) for line in text.split("\n")]
    if len(lines) == 1:
        return lines[0]
    align = "l" if is_label else "r"
    inner = r" \\ ".join(lines)
    return rf"\begin{{tabular}}[{vertical}]{{@{{}}{align}@{{}}}}{inner}\end{{tabular}}"
