"""The table of where the time went."""

import pandas as pd

from analysis.report.html.runs import bars
from analysis.report.tables import timing_table
from analysis.timing import timing
from tests.analysis.test_timing import UNKNOWN, WHOLE, history, runs

HEADINGS = [
    *("experiment", "seed", "time", "images/s", "step"),
    *("setup", "data", "compute", "evaluation", "checkpoint", "tracking"),
]


def found(*rows):
    made = runs(*rows)
    speeds = pd.concat([history(row[0], row[1], [64.0]) for row in rows])
    return timing(made, speeds, list(dict.fromkeys(made["experiment"])))


def test_every_cell():
    table = timing_table(found(("new", 0, WHOLE), ("old", 3, UNKNOWN)))
    assert [list(table.shown), *table.shown.to_numpy().tolist()] == [
        HEADINGS,
        *[["new", "0", "80 s", "64.0", "500 ms", "5 %", "10 %", "50 %", "25 %", "8 %", "2 %"]],
        ["old", "3", "80 s", "64.0", "500 ms", *["–"] * 6],
    ]
    assert "–: not measured by the version that made the run." in table.note


def test_what_is_whole_needs_no_word():
    note = timing_table(found(("new", 0, WHOLE))).note
    assert "–" not in note
    assert "adding up" not in note


def test_runs_that_do_not_add_up_are_named():
    short = {**WHOLE, "compute_seconds": 32}  # of 80 s 72, where 80 would be all
    odd = [(f"way-{number}", 0, short) for number in range(5)]
    note = timing_table(found(("new", 0, WHOLE), *odd)).note
    assert note.endswith(
        "Not adding up to the time within 3 %: way-0, seed 0 (90 %); way-1, seed 0 (90 %); "
        "way-2, seed 0 (90 %); 2 more."
    )


def test_a_terminal_does_not_show_so_many_runs():
    assert timing_table(found(*[("a", seed, WHOLE) for seed in range(24)])).in_terminal
    assert not timing_table(found(*[("a", seed, WHOLE) for seed in range(25)])).in_terminal


def widths(row):
    return {piece["part"]: piece["width"] for piece in row}


def test_a_bar_is_as_long_as_the_time():
    short = {**WHOLE, "compute_seconds": 32, "tracking_seconds": 0}
    whole, lacking, unknown = bars(found(("a", 0, WHOLE), ("a", 1, short), ("a", 2, UNKNOWN)))
    assert widths(whole) == {
        "setup": "5.00",
        "data": "10.00",
        "compute": "50.00",
        "evaluation": "25.00",
        "checkpoint": "7.50",
        "tracking": "2.50",
    }
    # 10 of 80 s are nowhere, and what took no time has no piece.
    assert widths(lacking)["other"] == "12.50"
    assert "tracking" not in widths(lacking)
    assert unknown == []


def test_parts_that_come_to_more_than_the_time_fill_the_bar():
    (bar,) = bars(found(("a", 0, {**WHOLE, "compute_seconds": 120})))  # 160 s of 80
    assert widths(bar)["compute"] == "75.00"
    assert [piece["share"] for piece in bar if piece["part"] == "compute"] == ["150 %"]
