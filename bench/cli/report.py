"""`bench report`: compare what is complete."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import options
from bench.cli.terminal import make_console, print_json
from bench.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from analysis.report.record import Report
    from bench.reporting import Gathered
    from bench.survey import Survey


def report(
    names: options.Names = None,
    file: options.File = None,
    results: options.Results = options.DEFAULT_RESULTS,
    profile: options.Profile = None,
    quick: options.Quick = False,
    seeds: options.Seeds = None,
    assignments: options.Assignments = None,
    pair: Annotated[
        tuple[str, str] | None,
        typer.Option("--pair", help="Two classes: how often each is taken for the other."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Where the files go.", show_default=False),
    ] = None,
    html: Annotated[
        bool, typer.Option("--html", help="Write report.html: all of it in one file, with photos.")
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write report.md.")] = False,
    latex: Annotated[
        bool, typer.Option("--latex", help="Write a .tex file a table (booktabs).")
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Write a .csv file a table.")] = False,
    figures: Annotated[
        bool, typer.Option("--figures", help="Write each figure as PNG and SVG.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Compare the complete runs: who is best and is it real, classes, confused pairs, training.

    Without a format, Markdown, LaTeX and CSV are written.
    """
    request = options.requested(
        file, results, profile, quick, assignments, seeds=seeds, names=names
    )
    flags = {"html": html, "markdown": markdown, "latex": latex, "csv": csv, "figures": figures}
    asked = [name for name, is_asked in flags.items() if is_asked]
    if as_json and (asked or out):
        raise UserError("bench report: --json prints and writes no files; leave the others out")
    survey = request.survey()
    from analysis.report.build import as_json as as_document
    from analysis.report.build import build_report
    from analysis.report.files import TEXTS
    from bench.experiments.config import parse_seeds
    from bench.reporting import gather

    gathered = gather(survey, parse_seeds(seeds) if seeds else None)
    made = build_report(gathered.study, pair)
    if as_json:
        print_json(as_document(made))
        return
    folder = out or survey.suite_folder / "report"
    console = make_console()
    again = _again(request, pair, out)
    page = _page(request, survey, gathered, made, again) if html else None
    show_and_write(made, folder, console, asked or list(TEXTS), page)


def _again(request: options.Request, pair: tuple[str, str] | None, out: Path | None) -> str:
    """The command that makes this report, as HTML, again."""
    words = ["--html", *request.names]
    words += ["--seeds", request.seeds] if request.seeds else []
    words += ["--pair", *pair] if pair else []
    return request.command("report", *words, *(["--out", str(out)] if out else []))


def _page(
    request: options.Request,
    survey: "Survey",
    gathered: "Gathered",
    made: "Report",
    again: str,
) -> str:
    """The report as HTML; `again` is the command that makes it."""
    from analysis.report.html.page import as_html
    from bench.background import background_of
    from bench.pictures import pictures_for

    assert made.findings is not None  # build_report always gives them
    whole = replace(request, names=(), seeds=None)
    background = background_of(
        survey,
        (*gathered.records, *gathered.searched),
        gathered.study,
        command=lambda name, seed: whole.command("run", name, "--seeds", str(seed)),
        report_command=again,
    )
    measure = whole.command("robustness", "--all")
    background = replace(background, robustness_command=measure)
    pictures = pictures_for(survey, gathered.records, made.findings, gathered.study)
    return as_html(made, gathered.study, background, pictures)


def show_and_write(
    made: "Report",
    folder: Path,
    console: "Console",
    formats: list[str],
    page: str | None = None,
    only_main: bool = False,
) -> None:
    """Prints a report, and writes it.

    Args:
        made: the report.
        folder: where its files go.
        console: where it is printed.
        formats: of `html`, `markdown`, `latex`, `csv` and `figures`.
        page: the report as HTML, if it is among them.
        only_main: prints only the main tables.

    Raises:
        UserError: where the folder cannot be written to.
    """
    from analysis.report.files import write
    from analysis.report.terminal import print_report

    print_report(made, console, only_main)
    try:
        files = write(made, folder, formats, page)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written to: {error.strerror or error}") from None
    beside = f", with {len(files) - 1} files beside it" if len(files) > 1 else ""
    console.print(f"\nwritten to {files[0]}{beside}", soft_wrap=True)
