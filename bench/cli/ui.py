"""`bench ui`: look at a suite's runs side by side, in MLflow's UI."""

import sys
from typing import Annotated

import typer

from bench.cli import options
from bench.cli.sync import bring_up_to_date
from bench.cli.terminal import make_console
from bench.errors import UserError


def ui(
    file: options.File = None,
    results: options.Results = options.DEFAULT_RESULTS,
    profile: options.Profile = None,
    quick: options.Quick = False,
    assignments: options.Assignments = None,
    log_models: options.LogModels = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=1, max=65535, help="Of MLflow's server; else 5000, or a free one."
        ),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only say where it is.")] = False,
) -> None:
    """Open MLflow's UI on the suite's runs, on this machine; Ctrl-C ends it."""
    assignments = options.with_models(assignments, log_models)
    suite = options.requested(file, results, profile, quick, assignments).suite()
    from bench.tracking import default_tracking_uri
    from bench.tracking.server import check_port, experiment_id, interruptible, served
    from bench.tracking.view import address

    uri = default_tracking_uri(results)
    is_served = uri.startswith(("http://", "https://"))
    if port is not None and not is_served:
        check_port(port)
    done = bring_up_to_date(suite, results, make_console())
    if done is None and not is_served:
        raise UserError(f"{results / suite.name}: there is nothing to show yet; `bench run` first")
    number = experiment_id(uri, suite.name)
    if is_served:
        _show(address(uri, number), suite.name, no_browser, "")
        return
    with interruptible(), served(uri, port) as server:
        _show(address(server.address, number), suite.name, no_browser, " (Ctrl-C ends it)")
        server.wait()


def _show(page: str, suite: str, no_browser: bool, hint: str) -> None:
    sys.stdout.write(f"MLflow shows {suite} at {page}{hint}\n")
    sys.stdout.flush()
    if not no_browser:
        import webbrowser

        webbrowser.open(page)
