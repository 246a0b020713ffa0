"""A report in the terminal."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.rule import Rule
from rich.table import Table as Grid
from rich.text import Text

from analysis.report.layout import Column, fit, printable
from analysis.report.record import Report
from analysis.report.tables import Table


def print_report(report: Report, console: Console, only_main: bool = False) -> None:
    """Prints the notice, the headline, all tables, and last what is missing.

    Args:
        report: what to print.
        console: where; its width decides the layout. Numbers are never cut.
        only_main: leaves the tables of details out.
    """
    console.print(Rule(Text(printable(report.suite), style="bold")))
    if report.notice:
        console.print(Text(printable(report.notice), style="bold yellow"))
    if report.headline:
        console.print()
        console.print(Text(printable(report.headline[0]), style="bold"))
        console.print(Text(printable(" ".join(report.headline[1:]))))
    for table in report.tables:
        if table.in_terminal and not (only_main and table.is_detail):
            print_table(table, console)
    if report.missing:
        console.print()
        console.print(Text("Not in this report", style="bold red"))
        for line in report.missing:
            console.print(Text(f"  {printable(line)}"))


def print_table(table: Table, console: Console) -> None:
    """Prints one table with its title and note.

    Args:
        table: what to print.
        console: where; its width decides the layout.
    """
    console.print()
    console.print(Text(printable(table.title), style="bold"))
    if table.shown.empty:
        console.print(Text("nothing to show", style="italic"))
        console.print(Text(printable(table.note), style="dim"))
        return
    layout = fit(table, console.width)
    for letter, name in layout.key.items():
        console.print(Text.assemble((letter, "bold"), f"  {printable(name)}"))
    for block in layout.blocks:
        # Not cropped: where even the narrowest layout is too wide, a number must stay whole.
        console.print(_grid(block), crop=False, no_wrap=True, overflow="ignore")
    console.print(Text(printable(table.full_note(layout.has_intervals)), style="dim"))


def _grid(columns: tuple[Column, ...]) -> Grid:
    grid = Grid(
        box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold"
    )
    for column in columns:
        grid.add_column(
            Text(column.heading),
            justify="left" if column.is_label else "right",
            no_wrap=True,
            min_width=column.width,
            vertical="top",
        )
    for cells in zip(*(column.cells for column in columns), strict=True):
        grid.add_row(*(Text(cell) for cell in cells))
    return grid
