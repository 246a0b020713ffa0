"""The line through the times, its page and picture, and that all of it can be measured."""

import time
from dataclasses import asdict

import pytest

from tests.speed import growth
from tests.speed.growth import Line, fit, measure, pictures, section


def test_a_line_is_found_again():
    line = fit([1, 2, 4], [3.0, 5.0, 9.0])
    assert asdict(line) == pytest.approx({"intercept": 1, "slope": 2, "deviation": 0}, abs=1e-9)
    assert line.at(10) == pytest.approx(21)


def test_the_farthest_point_is_told():
    # Means 1 and 2, so the slope is 3 / 2; the line says 0.5, 2 and 3.5.
    assert asdict(fit([0, 1, 2], [1.0, 1.0, 4.0])) == pytest.approx(
        {"intercept": 0.5, "slope": 1.5, "deviation": 1.0}
    )


def figures():
    grown = {"sizes": [10, 20, 40], "seconds": [[3.0, 9.0, 2.0], [5.0], [9.0]]}
    lines = {"images": 0.004, "epochs": 0.02, "runs": 0.01}
    return {
        "cpus": 2,
        "growth": {
            name: {**grown, "line": asdict(Line(1.0, 0.2, deviation))}
            for name, deviation in lines.items()
        },
    }


def test_the_section_tells_medians_line_and_the_farthest():
    text = section(figures())
    assert text.startswith("## Cost grows as the work does\n")
    assert "within 2.0% of a straight line" in text
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    assert ["images", "10, 20, 40", "3.00, 5.00, 9.00", "1.00", "200.00", "0.4%"] in rows
    assert all(f"pictures/{name}" in text for name in pictures(figures()))


def test_the_picture_is_one():
    (content,) = pictures(figures()).values()
    assert content.startswith(b"\x89PNG")


@pytest.mark.slow
def test_everything_can_be_measured(monkeypatch):
    """One round of so little: by what this process computes, and by what the runs alone take.

    The start of a command is longer than they are, and differs by as much from time to time.
    """
    timed = growth.timed

    def runs_alone(*asked):
        return {"wall_seconds": timed(*asked)["working_seconds"]}

    monkeypatch.setattr(growth, "timed", runs_alone)
    monkeypatch.setattr(growth.time, "perf_counter", time.process_time)
    monkeypatch.setattr(growth, "N_RUNS", 1)
    monkeypatch.setattr(growth, "N_IMAGES", 40)
    found = measure(rounds=1)["growth"]
    assert {name: grown["sizes"] for name, grown in found.items()} == {
        "images": [40, 80, 160],
        "epochs": [2, 4, 8],
        "runs": [1, 2, 4],
    }
    assert all(line["slope"] > 0 for line in (grown["line"] for grown in found.values()))
