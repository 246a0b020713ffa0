"""`bench export`: a run's model as one folder that others can use."""

from pathlib import Path
from typing import Annotated

import typer

from bench.cli import options
from bench.cli.terminal import make_console
from bench.errors import UserError


def export(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="An experiment (its first complete seed), EXPERIMENT/SEED, an identity or how it "
            "begins, or a run folder.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The folder that it becomes.", show_default=False),
    ] = None,
    onnx: Annotated[bool, typer.Option("--onnx/--no-onnx", help="Write model.onnx.")] = True,
    with_preprocessing: Annotated[
        bool,
        typer.Option(
            "--with-preprocessing",
            help="Also write photos.onnx, which resizes and normalises photos itself.",
        ),
    ] = False,
    torch_export: Annotated[
        bool,
        typer.Option("--torch-export/--no-torch-export", help="Write model.pt2 of torch.export."),
    ] = True,
    file: options.File = None,
    results: options.Results = options.DEFAULT_RESULTS,
    profile: options.Profile = None,
    quick: options.Quick = False,
    assignments: options.Assignments = None,
) -> None:
    """Write a run's model as ONNX and torch.export, checked against the run, with a model card."""
    if with_preprocessing and not onnx:
        raise UserError("--with-preprocessing: is written as ONNX; leave out --no-onnx")
    from bench.chosen import choose_run
    from bench.exporting.folder import Wanted, default_folder, export_run

    chosen = choose_run(
        run, lambda: options.requested(file, results, profile, quick, assignments).survey()
    )
    wanted = Wanted(onnx=onnx, photos=with_preprocessing, program=torch_export)
    made = export_run(chosen, out or default_folder(chosen), wanted)
    console = make_console()
    for check in made.checks:
        console.print(check.line(), soft_wrap=True)
    for note in made.notes:
        console.print(note, soft_wrap=True)
    console.print(f"written to {made.folder}: {', '.join(made.files)}", soft_wrap=True)
