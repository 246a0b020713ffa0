"""The findings as a person reads them."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.doctor.check import Check

_MARKS = {"ok": ("✓", "green"), "note": ("•", "yellow"), "missing": ("✗", "red")}


def print_checks(checks: Sequence[Check], console: Console, command: str) -> None:
    """Prints a line or more a finding, and whether the machine is ready.

    Args:
        checks: what was found.
        console: where to.
        command: what to run, if nothing is missing.
    """
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for check in checks:
        mark, style = _MARKS[check.status]
        found = Text(check.found, "" if check.status == "ok" else style)
        for line in check.advice.splitlines():
            found.append(f"\n→ {line}", "default")
        table.add_row(Text(mark, style), check.name, found)
    console.print(table)
    console.print()
    console.print(_verdict(checks, command), soft_wrap=True)


def _verdict(checks: Sequence[Check], command: str) -> Text:
    n_missing = sum(check.status == "missing" for check in checks)
    if not n_missing:
        return Text(f"ready: {command}", "green")
    things = "1 thing is" if n_missing == 1 else f"{n_missing} things are"
    return Text(f"{things} missing", "red")
