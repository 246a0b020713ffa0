"""`bench data check`: is a data set sound for a benchmark?"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import options
from bench.cli.terminal import make_console, print_json
from bench.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from bench.experiments.spec import DataSpec
    from bench.results.checks import DataCheck


def check(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[PATH]", help="Labelled images; else the suite's data set."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The page to write; else beside the record in --results."),
    ] = None,
    as_json: options.AsJson = False,
    image_size: Annotated[
        int | None,
        typer.Option("--image-size", min=1, help="Tell of images with a shorter side (32)."),
    ] = None,
    split_seed: Annotated[
        int | None,
        typer.Option("--split-seed", min=0, help="How class folders alone are split (0)."),
    ] = None,
    results: options.Results = options.DEFAULT_RESULTS,
    file: options.File = None,
    profile: options.Profile = None,
    quick: options.Quick = False,
    assignments: options.Assignments = None,
) -> None:
    """Find what spoils a benchmark: test images in train, copies, broken and odd images.

    Exits with 1 where train and test share images. The record stays in results/checks/, so that
    `bench run` and `bench report` can warn; a page with photos stands beside it.
    """
    if folder is not None and (file or profile or quick or assignments):
        raise UserError(f"bench data check: PATH ({folder}), or a suite's data set, not both")
    console = make_console(is_aside=as_json)
    try:
        data = _data(folder, split_seed, file, results, profile, quick, assignments, console)
        found = _check(data, results, out, image_size, as_json, console)
    except KeyboardInterrupt:
        sys.stderr.write("bench: interrupted; nothing was recorded\n")
        raise typer.Exit(130) from None
    raise typer.Exit(1 if found.leak("test", "train") else 0)


def _data(
    folder: Path | None,
    split_seed: int | None,
    file: Path | None,
    results: Path,
    profile: str | None,
    quick: bool,
    assignments: list[str] | None,
    console: "Console",
) -> "DataSpec":
    """The data set that was asked for; the suite's is drawn where it is to be."""
    from dataclasses import replace

    from bench.drawing import draw
    from bench.experiments.spec import DataSpec

    if folder is not None:
        data = DataSpec(name="check", root=folder)
    else:
        suite = options.requested(file, results, profile, quick, assignments).suite()
        draw(suite, console)
        data = suite.data
    return data if split_seed is None else replace(data, split_seed=split_seed)


def _check(
    data: "DataSpec",
    results: Path,
    out: Path | None,
    image_size: int | None,
    as_json: bool,
    console: "Console",
) -> "DataCheck":
    from bench import checking
    from bench.results.checks import as_document, place_of

    found = checking.check(data, console, image_size)
    page = out or (None if as_json else place_of(results, found, ".html"))
    if as_json:
        print_json(as_document(found))
    else:
        checking.print_check(found, console)
    # What cannot be written down has been said at least.
    record = checking.keep(found, results)
    if page is not None:
        checking.write_page(found, data, page)
    if not as_json:
        _say_where(found, page, record, console)
    return found


def _say_where(found: "DataCheck", page: Path | None, record: Path, console: "Console") -> None:
    console.print(f"written to {page}, and as JSON to {record}", soft_wrap=True)
    if not found.fingerprint:
        console.print(
            "note: no run can use this data set as it is, so the record goes by its path and no "
            "run or report will warn",
            style="yellow",
            soft_wrap=True,
        )
