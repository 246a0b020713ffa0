"""A study in every form that a report has."""

import io
import json
from contextlib import nullcontext
from dataclasses import dataclass, replace
from unittest.mock import patch

import pandas as pd
from markupsafe import escape
from rich.console import Console

from analysis.report.as_csv import as_csv
from analysis.report.background import Background, Pictures, RunFacts
from analysis.report.build import as_json, build_report
from analysis.report.drawings import drawings
from analysis.report.html.page import as_html
from analysis.report.latex import as_latex
from analysis.report.markdown import as_markdown
from analysis.report.record import Report
from analysis.report.terminal import print_report

from .html.parsed import ParsedPage, parsed


@dataclass(frozen=True)
class Rendered:
    """The report, its texts by form, its page as it is and as it was read."""

    report: Report
    texts: dict[str, str]
    html: str
    page: ParsedPage

    @property
    def read_by_people(self):
        """The texts of the forms that have words around the tables, each on one line."""
        forms = {name: self.texts[name] for name in ("wide terminal", "markdown")}
        return {name: " ".join(text.split()) for name, text in forms.items()} | {
            "page": self.page.text
        }

    def table(self, name):
        return next(table for table in self.report.tables if table.name == name)

    def shown(self, name, *columns):
        """Cells of a table, row by row; of all columns where none is named."""
        shown = self.table(name).shown
        return (shown[list(columns)] if columns else shown).to_numpy().tolist()


def rendered(study, pair=None, background=None, draws=True):
    """Renders a study in all ways; that the page is sound is checked on the way.

    Most of the time goes into the page's figures; without `draws` it has empty ones.
    """
    report = build_report(study, pair)
    with nullcontext() if draws else _without_figures():
        page = as_html(report, study, background or background_of(study), Pictures())
    texts = {
        "narrow terminal": terminal(report, 40),
        "wide terminal": terminal(report, 200),
        "markdown": as_markdown(report),
        "json": json.dumps(as_json(report), allow_nan=False, ensure_ascii=False),
        "latex": "\n".join(as_latex(table, report.notice) for table in report.tables),
        "csv": "\n".join(as_csv(table) for table in report.tables),
    }
    return Rendered(report, texts, page, parsed(page))


def _without_figures():
    return patch.multiple("analysis.report.html.page", drawings=_undrawn, themed_svg=_empty_figure)


def _undrawn(*arguments):
    return tuple(replace(drawing, draw=lambda: None) for drawing in drawings(*arguments))


def _empty_figure(_, alt, prefix):
    title = f'<title id="{prefix}-title">{escape(alt)}</title>'
    return f'<svg role="img" aria-labelledby="{prefix}-title">{title}</svg>'


def terminal(report, width):
    console = Console(file=io.StringIO(), width=width)
    print_report(report, console)
    return console.file.getvalue()


def background_of(study, **more):
    """A run of each experiment, complete; `more` in place of what is made up."""
    runs = tuple(
        RunFacts(name, 0, "complete", "0" * 12, f"results/{name}", f"bench run {name}")
        for name in study.experiments
    )
    counts = pd.DataFrame({"class": study.classes, "train": float("nan"), "val": 2, "test": 4})
    return Background(
        **{
            "data": "photos",
            "fingerprint": "f" * 64,
            "counts": counts,
            "runs": runs,
            "environment": (("device", "cpu"),),
            "made": "today",
            **more,
        }
    )
