"""`bench data`: draw a data set of footprints, look at one, and check one."""

from pathlib import Path
from typing import Annotated

import typer

from bench.cli import check, options
from bench.cli.terminal import make_console
from bench.errors import UserError
from bench.experiments.spec import Synthetic

app = typer.Typer(
    help="Draw a data set of footprints, look at one, or check one.", no_args_is_help=True
)
app.command("check")(check.check)
_DEFAULT = Synthetic()
_PICTURES = (".png", ".jpg", ".jpeg")


@app.command("synth")
def synth(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder that is not there yet.")],
    images: Annotated[
        int, typer.Option("--images", min=1, help="How many, in all splits together.")
    ] = _DEFAULT.images,
    size: Annotated[
        int, typer.Option("--size", min=16, max=1024, help="Side in pixels.")
    ] = _DEFAULT.size,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Another seed, other pictures.")
    ] = _DEFAULT.seed,
    invented: Annotated[
        int | None,
        typer.Option("--invented", min=2, help="So many species that do not exist, not the 18."),
    ] = None,
) -> None:
    """Draw footprints of the 18 species into train/, val/ and test/, with a manifest."""
    from bench.drawing import draw_into

    console = make_console()
    synthetic = Synthetic(images=images, size=size, seed=seed, invented_species=invented)
    fingerprint = draw_into(synthetic, out, console)
    console.print(f"{images} drawn footprints in {out}, SHA-256 {fingerprint}", soft_wrap=True)
    console.print(f"look at them: bench data sheet {out}", soft_wrap=True)


@app.command("sheet")
def sheet(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[FOLDER]", help="Labelled images; else the suite's data set."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The picture to write; .png or .jpg.")] = Path(
        "contact-sheet.png"
    ),
    per_class: Annotated[
        int, typer.Option("--per-class", min=1, max=100, help="Images of each class.")
    ] = 6,
    size: Annotated[int, typer.Option("--size", min=16, max=512, help="Side in pixels.")] = 96,
    file: options.File = None,
    profile: options.Profile = None,
    quick: options.Quick = False,
    assignments: options.Assignments = None,
) -> None:
    """Put a few images of each class into one picture, to see what a data set shows."""
    from bench.drawing import draw, write_sheet

    if out.suffix.lower() not in _PICTURES:
        raise UserError(f"--out {out}: should end in {' or '.join(_PICTURES)}")
    console = make_console()
    if folder is not None and (file or profile or quick or assignments):
        raise UserError(f"bench data sheet: FOLDER ({folder}), or a suite's data set, not both")
    if folder is not None:
        from bench.experiments.spec import DataSpec

        data = DataSpec(name="sheet", root=folder)
    else:
        request = options.requested(file, options.DEFAULT_RESULTS, profile, quick, assignments)
        suite = request.suite()
        draw(suite, console)
        data = suite.data
    write_sheet(data, out, per_class, size)
    console.print(f"written to {out}", soft_wrap=True)
