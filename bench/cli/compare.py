"""`bench compare`: what improved from A to B, and what got worse."""

from pathlib import Path
from typing import Annotated

import typer

from bench.cli import options
from bench.cli.terminal import make_console, print_json
from bench.errors import UserError

_SIDE = "An experiment, EXPERIMENT@FOLDER (its runs in that folder of results), or a folder"


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help=f"{_SIDE}, such as results-before.")],
    b: Annotated[str, typer.Argument(metavar="B", help=f"{_SIDE} if A is one too.")],
    file: options.File = None,
    results: options.Results = options.DEFAULT_RESULTS,
    profile: options.Profile = None,
    quick: options.Quick = False,
    seeds: options.Seeds = None,
    assignments: options.Assignments = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Write report.md and a .csv file a table there; else nothing is written.",
            show_default=False,
        ),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Compare two experiments, or before and after: what improved, what got worse, is it real.

    Every difference is B − A: by accuracy, class, confused pair and image.
    """
    suite = options.requested(file, results, profile, quick, assignments, seeds=seeds).suite()
    from analysis.report.build import as_json as as_document
    from analysis.report.files import write
    from analysis.report.terminal import print_report
    from bench.comparing import report_on_sides
    from bench.experiments.config import parse_seeds

    made = report_on_sides(suite, results, (a, b), parse_seeds(seeds) if seeds else None)
    said = "--out FOLDER writes this as Markdown, and every row as CSV"
    if out is not None:
        try:
            said = f"written to {write(made, out, ('markdown', 'csv'))[0]}"
        except OSError as error:
            raise UserError(f"{out}: cannot be written to: {error.strerror or error}") from None
    if as_json:
        print_json(as_document(made))
        return
    console = make_console()
    print_report(made, console)
    console.print(f"\n{said}", soft_wrap=True)
