"""`bench list`: what is done, and what would run."""

from bench.cli import options
from bench.cli.terminal import make_console, print_json


def list_(
    names: options.Names = None,
    file: options.File = None,
    results: options.Results = options.DEFAULT_RESULTS,
    profile: options.Profile = None,
    quick: options.Quick = False,
    seeds: options.Seeds = None,
    assignments: options.Assignments = None,
    as_json: options.AsJson = False,
) -> None:
    """Show the runs of a suite: what is done, what would run, and how long it will take."""
    from bench.listing import as_rows, print_plan
    from bench.missing import in_short

    survey = options.requested(
        file, results, profile, quick, assignments, seeds=seeds, names=names
    ).survey()
    if as_json:
        notice = {"notice": survey.notice} if survey.notice else {}
        print_json({**notice, "runs": as_rows(survey)})
        return
    console = make_console()
    print_plan(survey, console, dry_run=False)
    for line in in_short(survey.suite):
        console.print(f" {line}", style="dim", soft_wrap=True)
