"""`bench doctor`: is this machine ready?"""

from dataclasses import asdict

import typer

from bench.cli import options
from bench.cli.terminal import make_console, print_json


def doctor(
    file: options.File = None,
    results: options.Results = options.DEFAULT_RESULTS,
    profile: options.Profile = None,
    quick: options.Quick = False,
    assignments: options.Assignments = None,
    as_json: options.AsJson = False,
) -> None:
    """Say whether this machine has what the suite needs, and what to do where it has not."""
    from rich.console import Console

    from bench.doctor import examine, is_ready
    from bench.doctor.table import print_checks

    request = options.requested(file, results, profile, quick, assignments)
    suite = request.suite()
    with Console(stderr=True).status("looking at the machine, the photos and the weights"):
        checks = examine(suite, results)
    ready = is_ready(checks)
    if as_json:
        print_json({"ready": ready, "checks": [asdict(check) for check in checks]})
    else:
        print_checks(checks, make_console(), request.command("run", "--all"))
    raise typer.Exit(0 if ready else 1)
