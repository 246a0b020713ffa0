"""`bench robustness`: what is left of the accuracy when photos get worse."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import options
from bench.cli.terminal import make_console, print_json
from bench.errors import UserError

if TYPE_CHECKING:
    from analysis.report.record import Report
    from bench.robustness.telling import Outcome


Runs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[RUN]...",
        help="Experiments, by name or glob (all their complete seeds), EXPERIMENT/SEED, identities "
        "or how they begin, run folders.",
        show_default=False,
    ),
]
Every = Annotated[bool, typer.Option("--all", help="All complete runs of the suite.")]
Corruptions = Annotated[
    list[str] | None,
    typer.Option(
        "--corruption",
        metavar="NAME",
        help="Only this one, such as blur; repeatable.",
        show_default=False,
    ),
]
Images = Annotated[
    int | None,
    typer.Option(
        "--images",
        min=1,
        metavar="N",
        help="Only so many test images, as many of each class; for slow models. Where more are "
        "stored of a run, those are used.",
        show_default=False,
    ),
]
Again = Annotated[
    bool,
    typer.Option("--again", help="Measure also what is known already; other corruptions are kept."),
]
Discard = Annotated[
    bool,
    typer.Option(
        "--discard",
        help="Drop all that is stored of these runs, and measure anew what is asked for.",
    ),
]


def robustness(
    runs: Runs = None,
    every: Every = False,
    corruption: Corruptions = None,
    images: Images = None,
    again: Again = False,
    discard: Discard = False,
    file: options.File = None,
    results: options.Results = options.DEFAULT_RESULTS,
    profile: options.Profile = None,
    quick: options.Quick = False,
    assignments: options.Assignments = None,
    as_json: options.AsJson = False,
) -> None:
    """Measure accuracy on test images that are blurred, noisy, covered, ..., at five strengths.

    Runs on the CPU. `bench report` has the results in a section of its own.
    """
    if bool(runs) == every:
        raise UserError("bench robustness: name runs, or --all for all that are complete")
    from bench.robustness.choosing import choose_runs
    from bench.robustness.telling import conduct
    from runners.data.corruptions.catalogue import corruptions

    names = [one.name for one in corruptions(corruption or ())]
    request = options.requested(file, results, profile, quick, assignments)
    chosen = choose_runs(["*"] if every else runs or [], request.survey)
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        sys.stderr.write(f"bench: {line}\n")

    try:
        outcome = conduct(chosen, names, images, again, discard, tell)
    except KeyboardInterrupt:
        sys.stderr.write("bench: interrupted; runs that were measured before are kept\n")
        raise typer.Exit(130) from None
    _show(outcome, names, told, as_json)
    if outcome.failures:
        raise typer.Exit(1)


def _show(outcome: "Outcome", names: list[str], told: list[str], as_json: bool) -> None:
    """Draws and prints what was measured; `told` was said of it already."""
    from bench.robustness.telling import report_on, write_figures

    made = report_on(outcome, names)
    files = [*outcome.files, *write_figures(outcome)]
    if not as_json:
        _print(outcome, made, files)
        return
    from analysis.report.build import as_json as as_document

    more = {"files": [str(path) for path in files], "notes": [*told, *outcome.notes]}
    print_json(as_document(made) | more)


def _print(outcome: "Outcome", made: "Report", files: list[Path]) -> None:
    from analysis.report.terminal import print_report

    console = make_console()
    for line in outcome.known:
        console.print(line, soft_wrap=True)
    print_report(made, console)
    for line in outcome.notes:
        console.print(line, soft_wrap=True)
    beside = f", with {len(files) - 1} files more" if len(files) > 1 else ""
    console.print(f"\nwritten to {files[0]}{beside}", soft_wrap=True)
