"""`bench explain`: see what a run's model sees."""

from pathlib import Path
from typing import Annotated

import typer

from bench.cli import options
from bench.cli.terminal import make_console


def explain(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="An experiment (its first complete seed), EXPERIMENT/SEED, an identity or how it "
            "begins, or a run folder.",
        ),
    ],
    images: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[IMAGES]...", help="Any photos; else test images.", show_default=False
        ),
    ] = None,
    layers: Annotated[
        list[str] | None,
        typer.Option(
            "--layer",
            metavar="NAME",
            help="A convolution, such as layer4.1.conv2; repeatable. Else the first and the "
            "deepest. Grad-CAM is taken at the last one named.",
            show_default=False,
        ),
    ] = None,
    filters: Annotated[
        int, typer.Option("--filters", min=1, max=64, help="How many of each convolution.")
    ] = 8,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Where the pictures go.", show_default=False),
    ] = None,
    file: options.File = None,
    results: options.Results = options.DEFAULT_RESULTS,
    profile: options.Profile = None,
    quick: options.Quick = False,
    assignments: options.Assignments = None,
) -> None:
    """Draw what a run's model sees: its filters and their maps, and where it looks."""
    from bench.chosen import choose_run
    from bench.explaining import explain_run, write_pictures

    chosen = choose_run(
        run, lambda: options.requested(file, results, profile, quick, assignments).survey()
    )
    explanation = explain_run(chosen, images or [], layers or [], filters)
    console = make_console()
    for path in write_pictures(explanation, out or chosen.pictures):
        console.print(f"written to {path}", soft_wrap=True)
    for note in explanation.notes:
        console.print(note, soft_wrap=True)
