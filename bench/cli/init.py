"""`bench init`: a suite file to start from."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.terminal import make_console
from bench.errors import UserError
from bench.experiments.packaged import SUITE_FILE, packaged_suite


def init(
    folder: Annotated[
        Path, typer.Argument(help="Where it goes; made where it is missing.", show_default="here")
    ] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace the one that is there.")] = False,
) -> None:
    """Put a suite file to start from into a folder: the four experiments on footprints."""
    from bench.results.atomic import write_atomic

    file = folder / SUITE_FILE
    if file.exists() and not force:
        raise UserError(f"{file}: is there already; --force replaces it")
    content = packaged_suite().read_bytes()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(file, content)
    except OSError as error:
        raise UserError(f"{file}: cannot be written: {error.strerror or error}") from None
    _say_what_next(file)


def _say_what_next(file: Path) -> None:
    console = make_console()
    console.print(f"{file} is yours to change.\n", soft_wrap=True)
    if file.parent != Path():
        console.print(f"  {shlex.join(['cd', str(file.parent)])}", soft_wrap=True)
    console.print("  bench run --all --quick   all of it, made small: to see that it works")
    console.print("  bench doctor              is this machine ready for the real thing?")
