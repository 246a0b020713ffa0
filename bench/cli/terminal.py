"""What commands print: to a console that knows its width, or as one JSON document."""

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def make_console(is_aside: bool = False) -> "Console":
    """The console on standard output, which prints texts as they are.

    Args:
        is_aside: on standard error instead, where the output is for a program.
    """
    from rich.console import Console

    # A pipe has no width; 120 columns hold the tables of a usual suite.
    width = None if sys.stdout.isatty() else 120
    return Console(width=width, markup=False, highlight=False, stderr=is_aside)


def print_json(document: dict[str, Any]) -> None:
    """One JSON document on standard output."""
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
