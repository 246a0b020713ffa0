"""Checks a data set, keeps what was found, and tells of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from bench.errors import UserError
from bench.experiments.spec import DataSpec
from bench.pictures import SIDE, thumbnails
from bench.results.atomic import write_atomic
from bench.results.checks import DataCheck, place_of, write_check
from bench.survey import cpus

_STYLES = {"bad": ("✗", "red"), "warning": ("!", "yellow"), "note": ("•", "default")}
_VERDICTS = {"bad": "bold red", "warning": "bold yellow", "note": "bold green"}
_MOST_WORKERS = 8  # each may hold a large image whole


def check(data: DataSpec, console: Console, smallest_side: int | None = None) -> DataCheck:
    """Checks a data set, with a bar on a terminal.

    Args:
        data: the data set.
        console: to show the bar on.
        smallest_side: in pixels, what is smaller is told as tiny; else a usual bound.

    Raises:
        UserError: there is no such folder, or it holds no images in folders.
    """
    from runners.data.check.check import LEAST_SIDE, check_data
    from runners.data.places import root_of

    side = LEAST_SIDE if smallest_side is None else smallest_side
    with _bar(console) as on_progress:
        return check_data(data, root_of(data), side, min(cpus(), _MOST_WORKERS), on_progress)


def keep(found: DataCheck, results: Path) -> Path:
    """Keeps a check where `bench run` and `bench report` look for it.

    Raises:
        UserError: the folder cannot be written to.
    """
    try:
        return write_check(results, found)
    except OSError as error:
        place = place_of(results, found, ".json")
        raise UserError(f"{place}: cannot be written: {error.strerror or error}") from None


def write_page(found: DataCheck, data: DataSpec, file: Path) -> None:
    """Writes the check as a page with photos.

    Raises:
        UserError: the file cannot be written.
    """
    from analysis.report.html.check_page import check_page, shown
    from runners.data.places import root_of

    photos = thumbnails({path: root_of(data) / path for path in shown(found)}, SIDE)
    made = datetime.fromisoformat(found.made).astimezone().strftime("%Y-%m-%d %H:%M %Z")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(file, check_page(found, photos, made))
    except OSError as error:
        raise UserError(f"{file}: cannot be written: {error.strerror or error}") from None


def print_check(found: DataCheck, console: Console) -> None:
    """Prints what was found, a line each and the worst first, and a verdict."""
    from analysis.report.checking import findings, overview, verdict
    from analysis.report.layout import printable

    console.print(printable(overview(found)), soft_wrap=True)
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for one in findings(found):
        mark, style = _STYLES[one.level]
        table.add_row(Text(mark, style), Text(one.title), Text(printable(one.text), style))
    if table.row_count:
        console.print(table)
    said = verdict(found)
    console.print(Text(f"{said.title}: {said.text}", _VERDICTS[said.level]), soft_wrap=True)


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("looking for images", total=None)
        yield lambda what, done, n: bar.update(task, description=what, completed=done, total=n)
