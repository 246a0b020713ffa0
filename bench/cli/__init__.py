"""The commands: parse, call, print. One file a command; what they share is in `options`."""

import atexit
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from bench.cli import (
    clean,
    compare,
    data,
    doctor,
    explain,
    export,
    init,
    listing,
    page,
    predict,
    report,
    robustness,
    run,
    search,
    sync,
    ui,
)
from bench.cli.terminal import open_streams, outlet
from bench.errors import UserError
from bench.interruption import terminated_like_interrupted

_OBJECTS_BETWEEN_COLLECTIONS = 50_000

app = typer.Typer(
    name="bench",
    help="Compare ways of fine-tuning image classifiers: which is best, what does each confuse?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _say_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        sys.stdout.write(f"trackbench {version('trackbench')}\n")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of mistakes.")] = False,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Say which version it is.", callback=_say_version, is_eager=True
        ),
    ] = False,
) -> None:
    if debug:
        os.environ["TRACKBENCH_DEBUG"] = "1"


app.command("run")(run.run)
app.command("list")(listing.list_)
app.command("report")(report.report)
app.command("compare")(compare.compare)
app.command("explain")(explain.explain)
app.command("robustness")(robustness.robustness)
app.command("predict")(predict.predict)
app.command("export")(export.export)
app.command("search")(search.search)
app.command("sync")(sync.sync)
app.command("ui")(ui.ui)
app.command("app")(page.page)
app.command("init")(init.init)
app.command("clean")(clean.clean)
app.command("doctor")(doctor.doctor)
app.add_typer(data.app, name="data")


def main() -> None:
    """The `bench` command. Exits with 0, 1 (some failed), 2 (the user's mistake) or 130."""
    # At the end all goes at once; to look for what may go costs up to two seconds before.
    atexit.register(gc.freeze)
    open_streams()
    try:
        with outlet(), terminated_like_interrupted(), _rarely_collected():
            code = app(prog_name="bench", standalone_mode=False)
    except UserError as error:
        if os.environ.get("TRACKBENCH_DEBUG"):
            raise
        for line in str(error).splitlines():
            sys.stderr.write(f"bench: {line}\n")
        sys.exit(2)
    except typer.TyperException as error:
        sys.stderr.write(_on_usage(error))
        sys.exit(2)
    finally:
        # An interruption that passes through `exec`, which every dataclass calls, leaves a mark by
        # which `python -m` ends by a signal, whatever its exit code was to be; this takes it away.
        exec("")  # noqa: S102
    sys.exit(code)


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """The garbage collector looks at new objects less often.

    What imports and tables make stays. To look through it again and again takes a fifth of the
    time of importing torch and MLflow, and a tenth of that of a report.
    """
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _on_usage(error: typer.TyperException) -> str:
    """A line on a mistake in the command line itself; none where help was shown in its place."""
    said = " ".join(error.format_message().split()).removesuffix(".")
    said = said.replace(": Input should ", ": should ").replace(": Value error, ", ": ")
    command = getattr(getattr(error, "ctx", None), "command_path", "bench")
    return f"{command}: {said[0].lower()}{said[1:]}; see `{command} --help`\n" if said else ""
