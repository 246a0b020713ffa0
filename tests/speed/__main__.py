"""Measures everything that docs/speed.md shows, and writes it.

    make speed     (or: python -m tests.speed [--folder PHOTOS] [--weights FILE])

The options are those of the race (`python -m tests.speed.race --help`). What was measured is kept
section by section, so that a later one that fails costs nothing of it.
"""

import sys
import time
from importlib import import_module
from importlib.util import find_spec

from tests.speed import book, page
from tests.speed.race.__main__ import main as race
from tests.speed.race.__main__ import parser


def main() -> int:
    """Races, measures the rest, writes, and gives the race's exit code."""
    began = time.perf_counter()
    out = parser().parse_args().out
    code = race(sys.argv[1:])
    if code == 2:
        return code
    for name, module in page.SECTIONS.items():
        if name != "race" and find_spec(module) is not None:
            print(f"measuring {name}")
            book.put(out, name, import_module(module).measure())
    print(f"{page.write(out)}: {(time.perf_counter() - began) / 60:.0f} minutes")
    return code


if __name__ == "__main__":
    sys.exit(main())
