"""What commands print: to a console that knows its width, or as one JSON document."""

import contextlib
import errno
import io
import json
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bench.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

_NOBODY_READS = 141  # as a shell has it for a program that a closed pipe ended
_CANNOT_BE_WRITTEN = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EIO)


def make_console(is_aside: bool = False) -> "Console":
    """The console on standard output, which prints texts as they are.

    Args:
        is_aside: on standard error instead, where the output is for a program.
    """
    from rich.console import Console

    class Printer(Console):
        """Ends the command as `outlet` does where nobody reads."""

        def on_broken_pipe(self) -> None:
            _end_output()
            raise SystemExit(_NOBODY_READS)

    # A dash that an old encoding lacks is no reason not to show a table.
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="replace")
    # A pipe has no width; 120 columns hold the tables of a usual suite.
    width = None if sys.stdout.isatty() else 120
    return Printer(width=width, markup=False, highlight=False, stderr=is_aside)


def print_json(document: dict[str, Any]) -> None:
    """One JSON document on standard output."""
    with outlet():
        json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")


@contextlib.contextmanager
def outlet() -> Iterator[None]:
    """Around what is written to standard output, which may be full, or read by nobody any more.

    Raises:
        SystemExit: where nobody reads.
        UserError: where it is full, or its encoding lacks a letter.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        # That of a file names it.
        if error.filename is not None or error.errno not in _CANNOT_BE_WRITTEN:
            raise
        _end_output()
        if isinstance(error, BrokenPipeError):
            raise SystemExit(_NOBODY_READS) from None
        raise UserError(f"standard output: cannot be written to: {error.strerror}") from None
    except UnicodeEncodeError as error:
        raise UserError(
            f"standard output: its encoding, {error.encoding}, has no "
            f"{error.object[error.start]!a}; PYTHONIOENCODING=utf-8 sets one that has"
        ) from None


def open_streams() -> None:
    """Lets a command work whose standard output or error was closed before it began."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123


def _end_output() -> None:
    """What is left would be written, and fail again, when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
