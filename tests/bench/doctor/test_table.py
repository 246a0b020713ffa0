"""The findings as a person reads them."""

import io

import pytest
from rich.console import Console

from bench.doctor.check import Check
from bench.doctor.table import print_checks

OK = Check("Python", "ok", "3.11.4")
NOTE = Check("device", "note", "cpu", "a GPU would be faster")
MISSING = Check("data set", "missing", "[photos]: there is no such folder", "ask the zoo\nor draw")


def printed(*checks, width=80):
    console = Console(file=io.StringIO(), width=width, markup=False, highlight=False)
    print_checks(checks, console, "bench run --all")
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_a_mark_a_name_and_what_was_found_with_the_advice_below():
    assert printed(OK, NOTE, MISSING) == [
        " ✓  Python    3.11.4",
        " •  device    cpu",
        "              → a GPU would be faster",
        " ✗  data set  [photos]: there is no such folder",
        "              → ask the zoo",
        "              → or draw",
        "",
        "1 thing is missing",
    ]


def test_notes_do_not_stop_a_run():
    assert printed(OK, NOTE)[-1] == "ready: bench run --all"


def test_missing_things_are_counted():
    assert printed(MISSING, OK, MISSING)[-1] == "2 things are missing"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_it_fits_and_loses_nothing(width):
    long = Check("weights", "note", "x" * 300)
    lines = printed(OK, long, width=width)
    assert max(map(len, lines)) <= width
    assert "".join(lines).count("x") == 300
