"""Puts the page together."""

from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from analysis.figures.canvas import plain
from analysis.figures.rendering import themed_svg
from analysis.figures.theme import css_variables
from analysis.findings import Findings
from analysis.report.background import Background, Pictures
from analysis.report.drawings import Drawing, drawings
from analysis.report.html import cells
from analysis.report.html.matrices import MOST_MATRICES, matrices
from analysis.report.html.pairs import hard_images, pairs
from analysis.report.html.runs import bars, costs, failures
from analysis.report.record import Report
from analysis.study import Study
from bench.results.records import PARTS_OF_TIME


def as_html(report: Report, study: Study, background: Background, pictures: Pictures) -> str:
    """The report as a page of HTML.

    Args:
        report: its tables, and the findings behind them.
        study: the runs, for the photos that they mistook.
        background: the data set, the runs and the machine.
        pictures: photos; where one is lacking its name stands in its place.

    Returns:
        A document without a reference to anything outside of it.
    """
    found = report.findings
    assert found is not None  # build_report always gives them
    template = environment().get_template("page.html.j2")
    return template.render(
        report=report,
        study=study,
        background=background,
        pictures=pictures,
        tables={table.name: table for table in report.tables},
        figures=_figures(found),
        matrices=matrices(found),
        n_matrices_left_out=max(0, len(found.matrices) - MOST_MATRICES),
        pairs=pairs(found, study.test, pictures),
        hard=hard_images(found, pictures),
        samples=_samples(pictures),
        corrupted=Markup(pictures.corrupted),  # noqa: S704, themed_svg escapes
        costs=costs(found, background),
        bars=bars(found.timing),
        parts_of_time=PARTS_OF_TIME,
        failures=failures(background),
        style=Markup(css_variables() + asset("style.css")),  # noqa: S704, our own files
        script=Markup(asset("page.js")),  # noqa: S704
    )


def _samples(pictures: Pictures) -> dict[str, list[str]]:
    return {name: [cells.photo(jpeg) for jpeg in jpegs] for name, jpegs in pictures.samples.items()}


def _figures(found: Findings) -> dict[str, list[dict[str, Any]]]:
    """The figures by their kind, drawn; confusion matrices are tables here, if they can be."""
    drawn: dict[str, list[dict[str, Any]]] = {}
    skipped = {"confusion"} if matrices(found) else set()
    for number, drawing in enumerate(drawings(found)):
        if drawing.kind not in skipped:
            drawn.setdefault(drawing.kind, []).append(_drawn(drawing, f"f{number}"))
    return drawn


def _drawn(drawing: Drawing, prefix: str) -> dict[str, Any]:
    svg = themed_svg(drawing.draw(), drawing.alt, prefix)
    return {"experiment": drawing.experiment, "svg": Markup(svg)}  # noqa: S704, themed_svg escapes


@lru_cache(maxsize=1)
def environment() -> Environment:
    """What renders the pages: everything is escaped, nothing may be undefined."""
    environment = Environment(
        loader=PackageLoader("analysis.report.html", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= cells.FILTERS
    return environment


def _printable(value: object) -> object:
    """No control characters, which HTML may not hold, and nothing that UTF-8 cannot write."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def asset(name: str) -> str:
    """One of the files that pages hold: the style sheet, the script."""
    return (resources.files("analysis.report.html") / "templates" / name).read_text("utf-8")
