"""The page of a search."""

import math
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from analysis.figures.rendering import themed_svg
from analysis.figures.theme import css_variables
from analysis.report.html.page import asset, environment
from analysis.report.record import Report
from analysis.report.searching import search_drawings
from analysis.report.tables.searching import value_text
from analysis.searching import PARAMETER, Searched


@dataclass(frozen=True)
class SearchFacts:
    """What surrounds the numbers of a search.

    Attributes:
        study: its name in the storage.
        storage: the storage's URL, without a password.
        space: a line a parameter: its key, and what it may be.
        settings: of the search, by name.
        commands: what to do next, each with what it does.
        made: when the page was.
    """

    study: str
    storage: str
    space: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, str], ...]
    commands: tuple[tuple[str, str], ...]
    made: str


def search_page(report: Report, searched: Searched, facts: SearchFacts) -> str:
    """The report of a search as one document, without a reference to anything outside of it.

    Args:
        report: what `analysis.report.searching.search_report` returned.
        searched: the search.
        facts: what surrounds the numbers.
    """
    template = environment().get_template("search.html.j2")
    return template.render(
        report=report,
        searched=searched,
        facts=facts,
        tables={table.name: table for table in report.tables},
        figures=_figures(searched),
        trials=_trials(searched),
        style=Markup(css_variables() + asset("style.css")),  # noqa: S704, our own files
        script=Markup(asset("page.js")),  # noqa: S704
    )


def _figures(searched: Searched) -> dict[str, list[dict[str, Any]]]:
    drawn = {}
    for number, drawing in enumerate(search_drawings(searched)):
        svg = themed_svg(drawing.draw(), drawing.alt, f"s{number}")
        drawn[drawing.kind] = [{"experiment": None, "svg": Markup(svg)}]  # noqa: S704, escaped
    return drawn


def _trials(searched: Searched) -> list[list[str]]:
    """A row a trial, by number."""
    return [
        [
            str(row["number"]),
            str(row["state"]),
            value_text(row["value"]),
            *(value_text(row[f"{PARAMETER}{key}"]) for key in searched.parameters),
            _spent(row["epochs"], row["planned_epochs"]),
            str(row["reason"]),
        ]
        for row in searched.trials.to_dict("records")
    ]


def _spent(trained: float, planned: float) -> str:
    known = math.isfinite(trained) and math.isfinite(planned)
    return f"{int(trained)}/{int(planned)}" if known else ""
