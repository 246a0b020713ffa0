"""Writes a report as files."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from pathlib import Path

from analysis.figures.rendering import png, svg
from analysis.report.as_csv import as_csv
from analysis.report.drawings import drawings
from analysis.report.earlier import clear_away
from analysis.report.latex import as_latex
from analysis.report.markdown import as_markdown
from analysis.report.record import Report
from bench.results.atomic import write_atomic

FORMATS = ("html", "markdown", "latex", "csv", "figures")
TEXTS = ("markdown", "latex", "csv")
# File systems take 255 bytes; a suffix and a number go there too.
_MOST_BYTES = 200
_NOTICE_FILE = "NOTICE.txt"
# By its last line a later report knows that the file is not somebody else's.
_NOTICE_SCOPE = "This holds for report.md and for each table and figure beside it.\n"


def write(
    report: Report, folder: Path, formats: Sequence[str] = TEXTS, page: str | None = None
) -> list[Path]:
    """Writes a report.

    A reader sees the old file or the new one, never half of one. Programs read the CSV files, so
    a notice stands beside them, in `NOTICE.txt`, as long as any file of a report with a notice is
    there. What an earlier report has written in the same formats, and this one does not, goes: a
    table of other experiments beside the new ones would be taken for theirs.

    Args:
        report: what to write.
        folder: where; made if it does not exist.
        formats: those of `FORMATS` that are wanted: `report.html`, `report.md`, `NAME.tex` and
            `NAME.csv` of each table, `figures/NAME.png` and `.svg` of each figure.
        page: what `analysis.report.html.page.as_html` returned, if "html" is wanted.

    Returns:
        The files, the first one being the one to open.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in _files(report, formats, page):
        (folder / name).parent.mkdir(exist_ok=True)
        write_atomic(folder / name, content)
        written.append(name)
    noticed = clear_away(folder, [n for n in written if n != _NOTICE_FILE], bool(report.notice))
    if not noticed:
        _remove_notice(folder / _NOTICE_FILE)
    return [folder / name for name in written]


def _files(
    report: Report, formats: Sequence[str], page: str | None
) -> Iterator[tuple[str, str | bytes]]:
    if "html" in formats and page is not None:
        yield "report.html", page
    if "markdown" in formats:
        yield "report.md", as_markdown(report)
    for table in report.tables:
        if "csv" in formats:
            yield f"{table.name}.csv", as_csv(table)
        if "latex" in formats:
            yield f"{table.name}.tex", as_latex(table, report.notice)
    if "figures" in formats and report.findings is not None:
        made = drawings(report.findings, report.notice)
        for drawing, name in zip(made, file_names(d.name for d in made), strict=True):
            figure = drawing.draw()
            yield f"figures/{name}.png", png(figure)
            yield f"figures/{name}.svg", svg(figure)
    if report.notice:
        yield _NOTICE_FILE, f"{report.notice}\n{_NOTICE_SCOPE}"


def file_names(names: Iterable[str]) -> list[str]:
    """A file's name, without its suffix, for each name.

    Returns:
        The names with what a file's name may not hold, or a shell would read, replaced by "_", and
        cut where a disk would refuse them. No two are the same, also where capitals do not count:
        a second one gets "-2".
    """
    made: list[str] = []
    taken: set[str] = set()
    for name in names:
        clean = _clean(name)
        counted = (f"{clean}-{number}" for number in count(2))
        free = next(each for each in chain([clean], counted) if each.casefold() not in taken)
        taken.add(free.casefold())
        made.append(free)
    return made


def _clean(name: str) -> str:
    allowed = "".join(c if c.isalnum() or c in "-_." else "_" for c in name).lstrip(".")
    return allowed.encode()[:_MOST_BYTES].decode(errors="ignore") or "_"


def _remove_notice(file: Path) -> None:
    if file.is_file() and file.read_bytes().endswith(_NOTICE_SCOPE.encode()):
        file.unlink()
