"""`bench app`: a page that names the animal on a photo, with a trained model."""

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from bench.cli import options


def page(
    run: Annotated[
        str | None,
        typer.Option(
            "--run",
            metavar="RUN",
            help="Shown first: an experiment, EXPERIMENT/SEED, an identity or how it begins, or a "
            "run folder. Else the best by validation.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, help="Of the page; else 8501, or a free one."),
    ] = None,
    address: Annotated[
        str,
        typer.Option("--address", help="Where to listen; with 0.0.0.0 others can reach the page."),
    ] = "127.0.0.1",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only say where it is.")] = False,
    facts: Annotated[
        Path | None,
        typer.Option(
            "--facts", help="A TOML file of facts about your classes.", show_default=False
        ),
    ] = None,
    file: options.File = None,
    results: options.Results = options.DEFAULT_RESULTS,
    profile: options.Profile = None,
    quick: options.Quick = False,
    assignments: options.Assignments = None,
) -> None:
    """Open a page that names the animal on a photo, on this machine; Ctrl-C ends it."""
    from app.settings import handed_over
    from app.streamlit_server import USUAL_PORT, check_streamlit, command, place_of
    from bench.app_launch import settings_for
    from bench.serving import check_host, check_port, claimed_port, interruptible, started

    check_streamlit()
    check_host(address)
    if port is not None:
        check_port(port, address)
    settings, left_out = settings_for(
        run,
        lambda: options.requested(file, results, profile, quick, assignments).survey(),
        facts,
    )
    _warn(address, left_out)
    with (
        interruptible(),
        handed_over(settings) as handed,
        claimed_port(USUAL_PORT, address) if port is None else nullcontext(port) as its_port,
    ):
        place = place_of(address, its_port)
        words = command(place, handed)
        with started(words, place, "the page", os.environ, is_heard=True) as server:
            _show(server.address, place.address_for_others(), settings.suite, no_browser)
            server.wait()


def _warn(address: str, left_out: list[str]) -> None:
    from app.streamlit_server import is_loopback

    for line in left_out:
        sys.stderr.write(f"bench: {line}\n")
    if not is_loopback(address):
        sys.stderr.write(
            f"bench: --address {address}: whoever can reach this machine over the network can "
            "use the page, without a password\n"
            "bench: on a phone choose Photos, which offers the phone's own camera: browsers give a "
            "camera to a page only over https, or on this machine\n"
        )


def _show(address: str, for_others: str | None, suite: str, no_browser: bool) -> None:
    sys.stdout.write(f"The page of {suite} is at {address} (Ctrl-C ends it)\n")
    if for_others is not None:
        sys.stdout.write(f"Others on the network find it at {for_others}\n")
    sys.stdout.flush()
    if not no_browser:
        import webbrowser

        webbrowser.open(address)
