"""`bench run`: run what is missing of a suite, and compare."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import options
from bench.cli.report import show_and_write
from bench.cli.terminal import make_console
from bench.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from analysis.report.record import Report
    from bench.executors.choice import How
    from bench.executors.process import Finished
    from bench.survey import Survey


class Executors(Enum):
    """Who runs the runs."""

    local = "local"
    ray = "ray"


def run(
    names: options.Names = None,
    all_: Annotated[bool, typer.Option("--all", help="Run every experiment.")] = False,
    file: options.File = None,
    results: options.Results = options.DEFAULT_RESULTS,
    profile: options.Profile = None,
    quick: options.Quick = False,
    seeds: options.Seeds = None,
    assignments: options.Assignments = None,
    executor: Annotated[
        Executors, typer.Option("--executor", help="This machine, or a Ray cluster.")
    ] = Executors.local,
    address: Annotated[
        str | None,
        typer.Option("--address", help="Of the Ray cluster; else one is started here."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=1, help="Runs at a time; else one, or one on each GPU."),
    ] = None,
    per_gpu: Annotated[
        int | None, typer.Option("--per-gpu", min=1, help="Runs at a time on each GPU.")
    ] = None,
    no_retry: Annotated[
        bool, typer.Option("--no-retry", help="Leave the runs that failed before.")
    ] = False,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Stop at the first run that fails.")
    ] = False,
    log_models: options.LogModels = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would run, and stop.")
    ] = False,
) -> None:
    """Run what is missing of a suite; what is complete is never run again."""
    if not names and not all_:
        raise UserError("bench run: name experiments, or say --all")
    if names and all_:
        raise UserError(f"bench run: --all, or the names ({', '.join(names)}), not both")
    assignments = options.with_models(assignments, log_models)
    request = options.requested(
        file, results, profile, quick, assignments, seeds=seeds, names=names
    )
    console = make_console()
    from bench.executors.choice import How

    how = How(executor.value, address, jobs, per_gpu, not no_retry, fail_fast)
    if dry_run:
        _print_plan(request, how, console)
        return
    with interruptible():
        survey = _draw_and_survey(request, console)
        from bench.launch import launch

        finished = launch(survey, console, how)
    _conclude(request, finished, console)


def _draw_and_survey(request: options.Request, console: "Console") -> "Survey":
    """What there is to run, its data drawn first where they are to be drawn."""
    from bench.drawing import draw

    draw(request.suite(), console)
    survey = request.survey()
    check_data(survey)
    if survey.notice:
        console.print(survey.notice, style="bold yellow", soft_wrap=True)
    return survey


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C ends the command with its own exit code, and says that nothing is lost."""
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write("bench: interrupted; the same command goes on from here\n")
        raise typer.Exit(130) from None


def _print_plan(request: options.Request, how: "How", console: "Console") -> None:
    from bench.executors.choice import division
    from bench.listing import print_plan
    from bench.survey import cpus

    n_at_once, threads = division(how, cpus()) or (None, None)
    survey = request.survey(threads)
    # Data that are drawn on the way to the first run are no reason not to plan.
    if not survey.is_undrawn:
        check_data(survey)
    print_plan(survey, console, dry_run=True, n_at_once=n_at_once)


def check_data(survey: "Survey") -> None:
    """Ends the command where the suite's data set is not here."""
    from bench.missing import how_to_go_on

    if survey.problem is None:
        return
    advice = how_to_go_on(survey.suite)
    if not advice:
        raise UserError(survey.problem)
    sys.stderr.write(f"bench: {survey.problem}\n\n{advice}\n")
    raise typer.Exit(2)


def _conclude(request: options.Request, finished: list["Finished"], console: "Console") -> None:
    """The report on all there is, what failed, what to try next; ends with the exit code."""
    from bench.launch import say_failures
    from bench.survey import damaged

    now = request.survey()
    made = None
    if any(one.outcome != "busy" for one in finished):
        # Beside all that the suite has, whatever was named to run.
        whole = replace(request, names=()).survey()
        made = _print_report(whole if whole.problem is None else now, console)
    else:
        _print_nothing_to_do(now, console)
    say_failures(finished, console)
    unread = damaged(now)
    for line in unread:
        console.print(f"✗ {line}", style="red", soft_wrap=True, highlight=False, markup=False)
    # What failed stands last; else what to try next.
    if made is not None and not unread and all(one.outcome == "complete" for one in finished):
        from bench.cli.next_steps import print_next_steps

        print_next_steps(request, made, console)
    is_whole = len(now.in_state("complete")) == len(now.runs) and not unread
    raise typer.Exit(0 if is_whole else 1)


def _print_nothing_to_do(survey: "Survey", console: "Console") -> None:
    console.print(
        f"nothing to do: {len(survey.in_state('complete'))} of {len(survey.runs)} runs are "
        "complete; `bench report` compares them"
    )


def _print_report(survey: "Survey", console: "Console") -> "Report | None":
    """The report after a run; that it cannot be made or written is not the run's failure."""
    from analysis.report.files import TEXTS
    from bench.reporting import report_on
    from bench.survey import to_report

    if not to_report(survey)[0]:
        return None
    try:
        made = report_on(survey)
        show_and_write(made, survey.suite_folder / "report", console, list(TEXTS), only_main=True)
    except UserError as error:
        console.print(f"no report: {error}", style="yellow", soft_wrap=True)
        return None
    return made
