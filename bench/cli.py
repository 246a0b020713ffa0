"""The commands: parse, call, print."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from analysis.report.record import Report
    from bench.survey import Survey

app = typer.Typer(
    name="bench",
    help="Compare ways of fine-tuning image classifiers: which is best, what does each confuse?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_Names = Annotated[
    list[str] | None, typer.Argument(help="Experiments, by name or glob.", show_default=False)
]
_File = Annotated[Path, typer.Option("-f", "--file", help="The suite file.")]
_Results = Annotated[Path, typer.Option("--results", help="The folder of all results.")]
_Profile = Annotated[str | None, typer.Option("--profile", help="A profile that the file has.")]
_Seeds = Annotated[str | None, typer.Option("--seeds", help="Such as 0,1 or 0-4.")]
_Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="KEY=VALUE, such as experiment.NAME.optimizer.lr=3e-5; repeatable."),
]
_Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
_DEFAULT_FILE = Path("experiments.toml")
_DEFAULT_RESULTS = Path("results")


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of mistakes.")] = False,
) -> None:
    if debug:
        os.environ["TRACKBENCH_DEBUG"] = "1"


@app.command()
def run(
    names: _Names = None,
    all_: Annotated[bool, typer.Option("--all", help="Run every experiment.")] = False,
    file: _File = _DEFAULT_FILE,
    results: _Results = _DEFAULT_RESULTS,
    profile: _Profile = None,
    seeds: _Seeds = None,
    assignments: _Set = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would run, and stop.")
    ] = False,
) -> None:
    """Run what is missing of a suite; what is complete is never run again."""
    if not names and not all_:
        raise UserError("bench run: name experiments, or say --all")
    if names and all_:
        raise UserError(f"bench run: --all, or the names ({', '.join(names)}), not both")
    survey = _survey(names, file, results, profile, seeds, assignments)
    if survey.problem is not None:
        raise UserError(survey.problem)
    if dry_run:
        _print_plan(survey, dry_run=True)
        return
    from bench.launch import launch, say_failures

    console = _console()
    try:
        finished = launch(survey, console)
    except KeyboardInterrupt:
        sys.stderr.write("bench: interrupted; the same command goes on from here\n")
        raise typer.Exit(130) from None
    now = _survey(names, file, results, profile, seeds, assignments)
    if finished:
        # Beside all that the suite has, whatever was named to run.
        whole = _survey(None, file, results, profile, seeds, assignments)
        _print_report(whole if whole.problem is None else now, console)
    else:
        _print_nothing_to_do(now, console)
    say_failures(finished, console)
    raise typer.Exit(0 if len(now.in_state("complete")) == len(now.runs) else 1)


@app.command("list")
def list_(
    names: _Names = None,
    file: _File = _DEFAULT_FILE,
    results: _Results = _DEFAULT_RESULTS,
    profile: _Profile = None,
    seeds: _Seeds = None,
    assignments: _Set = None,
    as_json: _Json = False,
) -> None:
    """Show the runs of a suite: what is done, what would run, and how long it will take."""
    survey = _survey(names, file, results, profile, seeds, assignments)
    if as_json:
        from bench.listing import as_rows

        _print_json({"runs": as_rows(survey)})
        return
    _print_plan(survey, dry_run=False)


@app.command()
def report(
    names: _Names = None,
    file: _File = _DEFAULT_FILE,
    results: _Results = _DEFAULT_RESULTS,
    profile: _Profile = None,
    seeds: _Seeds = None,
    assignments: _Set = None,
    pair: Annotated[
        tuple[str, str] | None,
        typer.Option("--pair", help="Two classes: how often each is taken for the other."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Where Markdown, CSV and LaTeX go.", show_default=False),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Compare the complete runs: summary, accuracy per class, confused pairs."""
    survey = _survey(names, file, results, profile, seeds, assignments)
    from bench.experiments.config import parse_seeds
    from bench.reporting import report_on

    made = report_on(survey, parse_seeds(seeds) if seeds else None, pair)
    if as_json:
        from analysis.report.build import as_json as as_document

        _print_json(as_document(made))
        return
    _show_and_write(made, out or survey.suite_folder / "report", _console())


@app.command()
def sync(
    file: _File = _DEFAULT_FILE,
    results: _Results = _DEFAULT_RESULTS,
    profile: _Profile = None,
    assignments: _Set = None,
) -> None:
    """Bring MLflow up to date with the results; a second time changes nothing."""
    from bench.experiments.config import load_suite
    from bench.results.records import complete_runs
    from bench.tracking import default_tracking_uri, mirror

    suite = load_suite(file, profile=profile, assignments=assignments or ())
    records = list(complete_runs(results / suite.name))
    console = _console()
    if not records:
        console.print(f"{results / suite.name} holds no complete run: nothing to mirror")
        return
    done = mirror(records, results, suite.name, default_tracking_uri(results))
    for warning in done.warnings:
        console.print(f"MLflow: {warning}", style="yellow", soft_wrap=True, highlight=False)
    console.print(
        f"{done.n_created} runs mirrored, {done.n_present} were there already: {done.uri}",
        soft_wrap=True,
        highlight=False,
    )
    raise typer.Exit(1 if done.warnings else 0)


def _survey(
    names: list[str] | None,
    file: Path,
    results: Path,
    profile: str | None,
    seeds: str | None,
    assignments: list[str] | None,
) -> "Survey":
    from bench.experiments.config import load_suite, parse_seeds
    from bench.survey import cpus, take

    suite = load_suite(
        file,
        profile=profile,
        assignments=assignments or (),
        seeds=parse_seeds(seeds) if seeds is not None else None,
        names=names or (),
    )
    return take(suite, results, threads=cpus())


def _console() -> "Console":
    from rich.console import Console

    # A pipe has no width; 120 columns hold the tables of a usual suite.
    width = None if sys.stdout.isatty() else 120
    return Console(width=width, markup=False, highlight=False)


def _print_plan(survey: "Survey", *, dry_run: bool) -> None:
    from bench.listing import print_plan

    print_plan(survey, _console(), dry_run=dry_run)


def _print_nothing_to_do(survey: "Survey", console: "Console") -> None:
    running = len(survey.in_state("running"))
    busy = f", {running} are being run by another process" if running else ""
    console.print(
        f"nothing to do: {len(survey.in_state('complete'))} of {len(survey.runs)} runs are "
        f"complete{busy}; `bench report` compares them"
    )


def _print_report(survey: "Survey", console: "Console") -> None:
    """The report after a run; that it cannot be made or written is not the run's failure."""
    from bench.reporting import report_on
    from bench.survey import to_report

    if not to_report(survey)[0]:
        return
    try:
        _show_and_write(report_on(survey), survey.suite_folder / "report", console)
    except UserError as error:
        console.print(f"no report: {error}", style="yellow", soft_wrap=True)


def _show_and_write(made: "Report", folder: Path, console: "Console") -> None:
    from analysis.report.build import write
    from analysis.report.terminal import print_report

    print_report(made, console)
    try:
        files = write(made, folder)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written to: {error.strerror or error}") from None
    console.print(f"\nwritten to {files[0]}, with CSV and LaTeX beside it", soft_wrap=True)


def _print_json(document: dict[str, Any]) -> None:
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def main() -> None:
    """The `bench` command. Exits with 0, 1 (some failed), 2 (the user's mistake) or 130."""
    try:
        app()
    except UserError as error:
        if os.environ.get("TRACKBENCH_DEBUG"):
            raise
        for line in str(error).splitlines():
            sys.stderr.write(f"bench: {line}\n")
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


if __name__ == "__main__":
    main()
