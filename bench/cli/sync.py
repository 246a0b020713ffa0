"""`bench sync`: bring MLflow up to date."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bench.cli import options
from bench.cli.terminal import make_console

if TYPE_CHECKING:
    from rich.console import Console

    from bench.experiments.spec import Suite
    from bench.tracking import MirrorResult


def sync(
    file: options.File = None,
    results: options.Results = options.DEFAULT_RESULTS,
    profile: options.Profile = None,
    quick: options.Quick = False,
    assignments: options.Assignments = None,
    log_models: options.LogModels = None,
) -> None:
    """Bring MLflow up to date with the results; a second time changes nothing."""
    assignments = options.with_models(assignments, log_models)
    suite = options.requested(file, results, profile, quick, assignments).suite()
    console = make_console()
    done = bring_up_to_date(suite, results, console)
    if done is None:
        console.print(f"{results / suite.name} holds no complete run: nothing to mirror")
        return
    console.print(
        f"{done.n_created} runs mirrored, {done.n_present} were there already: {done.uri}",
        soft_wrap=True,
        highlight=False,
    )
    raise typer.Exit(1 if done.warnings else 0)


def bring_up_to_date(suite: "Suite", results: Path, console: "Console") -> "MirrorResult | None":
    """Mirrors what has ended of a suite, and prints what went wrong and what became of models.

    Returns:
        What was done; None where there is nothing to mirror.
    """
    from bench.tracking import default_tracking_uri, mirror
    from bench.tracking.suites import model_rule, runs_to_mirror

    runs = runs_to_mirror(results / suite.name)
    if not runs:
        return None
    rule = model_rule(suite, len(runs))
    done = mirror(runs, results, suite.name, default_tracking_uri(results), rule)
    for warning in done.warnings:
        console.print(f"MLflow: {warning}", style="yellow", soft_wrap=True, highlight=False)
    if done.n_models:
        console.print(f"models of {done.n_models} runs logged", highlight=False)
    if done.n_unlogged:
        console.print(
            f"models of {done.n_unlogged} runs {rule.why_not()}", soft_wrap=True, highlight=False
        )
    return done
