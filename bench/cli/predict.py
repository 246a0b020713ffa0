"""`bench predict`: name what is on photos."""

import contextlib
import io
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal, TextIO

import typer

from bench.cli import options
from bench.cli.terminal import make_console, outlet
from bench.errors import UserError, shown

if TYPE_CHECKING:
    from app.predictor import Predictor
    from bench.chosen import Chosen
    from bench.predicting.naming import Named
    from bench.predicting.writing import Tally

_TOP = 5
_Format = Literal["table", "json", "csv"]


def predict(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATHS...", help="Photos, folders of photos (at any depth), and globs."
        ),
    ],
    run: Annotated[
        str | None,
        typer.Option(
            "--run",
            metavar="RUN",
            help="An experiment (its first complete seed), EXPERIMENT/SEED, an identity or how it "
            "begins, or a run folder; else the suite's best on validation.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document; probabilities are calibrated.")
    ] = False,
    as_csv: Annotated[
        bool,
        typer.Option(
            "--csv",
            help="A row an image: calibrated confidence, and p:<class> as predictions.parquet has "
            "it, as trained. Names of files stand as they are.",
        ),
    ] = False,
    top: Annotated[
        int | None,
        typer.Option(
            "--top", min=1, help=f"So many classes; {_TOP} unless said.", show_default=False
        ),
    ] = None,
    batch_size: Annotated[
        int, typer.Option("--batch-size", min=1, max=1024, help="Images at once.")
    ] = 32,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A .json or .csv file instead.", show_default=False),
    ] = None,
    file: options.File = None,
    results: options.Results = options.DEFAULT_RESULTS,
    profile: options.Profile = None,
    quick: options.Quick = False,
    assignments: options.Assignments = None,
) -> None:
    """Name what is on photos with the model of a run, and say how sure that is."""
    form = _form(as_json, as_csv, out)
    if form == "csv" and top is not None:
        raise UserError(f"--top {top}: belongs to the table and to --json; --csv has all classes")
    from bench.predicting.find import find_images

    found = find_images(paths)
    chosen = _chosen(run, lambda: options.requested(file, results, profile, quick, assignments))
    job = _Job(_ready(chosen), found, form, top or _TOP, batch_size)
    if _write(job, out).unreadable:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Job:
    """What is to be named by what, and how that is to be shown."""

    predictor: "Predictor"
    paths: list[Path]
    form: _Format
    n_top: int
    batch_size: int


def _form(as_json: bool, as_csv: bool, out: Path | None) -> _Format:
    if as_json and as_csv:
        raise UserError("--json and --csv: only one of them")
    asked: _Format = "json" if as_json else "csv" if as_csv else "table"
    if out is None:
        return asked
    named: dict[str, _Format] = {".json": "json", ".csv": "csv"}
    meant = named.get(out.suffix.lower(), asked)
    if meant == "table":
        raise UserError(
            f"--out {shown(str(out))}: should end with .json or .csv, or name one of them"
        )
    if asked not in ("table", meant):
        raise UserError(f"--out {shown(str(out))}: is called {meant}, and --{asked} is asked for")
    return meant


def _chosen(run: str | None, request: Callable[[], options.Request]) -> "Chosen":
    """The run that is asked for, or the best one, which is said."""
    from bench.chosen import choose_best, choose_run

    if run is not None:
        return choose_run(run, lambda: request().survey())
    chosen = choose_best(request().survey())
    record = chosen.record
    accuracy = record.metrics["val"]["accuracy"]
    for line in chosen.damaged:
        _say(line)
    _say(
        f"no --run is named; {record.experiment}/{record.seed} is the suite's best on validation "
        f"(accuracy {accuracy:.3f})"
    )
    return chosen


def _ready(chosen: "Chosen") -> "Predictor":
    from app.predictor import load_predictor
    from bench.results.records import notice_for
    from bench.results.store import DamagedError

    try:
        predictor = load_predictor(chosen.record)
    except DamagedError as error:
        raise UserError(error.with_remedy()) from None
    if notice := notice_for([chosen.record]):
        _say(notice)
    return predictor


def _write(job: _Job, out: Path | None) -> "Tally":
    """Names and shows all of them; says in the end how many, and how fast."""
    from bench.predicting.naming import name_images
    from bench.predicting.writing import Tally

    tally = Tally(on_unreadable=_say_unreadable)
    began = time.perf_counter()
    with contextlib.closing(name_images(job.predictor, job.paths, job.batch_size)) as named:
        if out is None:
            with outlet():
                _show(job, named, sys.stdout, tally)
        else:
            _show_in(out, lambda stream: _show(job, named, stream, tally))
    seconds = time.perf_counter() - began
    unreadable = f", {tally.unreadable} unreadable" if tally.unreadable else ""
    limit = job.predictor.threshold.confidence
    _say(
        f"{tally.images} images in {seconds:.1f} s ({tally.images / seconds:.1f} images/s)"
        f"{unreadable}, {tally.unsure} unsure (below {limit:.2f})"
    )
    if out is not None:
        _say(f"written to {out}")
    return tally


def _show_in(out: Path, show: Callable[[TextIO], None]) -> None:
    """Shows it in a file, which is there whole or not at all."""
    from bench.results.atomic import write_atomic

    def write(file: BinaryIO) -> None:
        text = io.TextIOWrapper(file, "utf-8", newline="")
        show(text)
        text.flush()
        text.detach()

    try:
        write_atomic(out, write)
    except OSError as error:
        raise UserError(f"{out}: cannot be written to: {error.strerror or error}") from None


def _show(job: _Job, named: Iterator["Named"], stream: TextIO, tally: "Tally") -> None:
    if job.form == "table":
        from bench.predicting.terminal import print_table

        print_table(make_console(), named, job.paths, job.predictor, job.n_top, tally)
        return
    from bench.predicting.writing import write_csv, write_json

    if job.form == "json":
        write_json(stream, named, job.predictor, job.n_top, tally)
    else:
        write_csv(stream, named, job.predictor, tally)


def _say_unreadable(one: "Named") -> None:
    from runners.data.listing import show

    sys.stdout.flush()
    _say(f"{show(one.path)}: cannot be read as an image: {one.error}")


def _say(line: str) -> None:
    sys.stderr.write(f"bench: {line}\n")
