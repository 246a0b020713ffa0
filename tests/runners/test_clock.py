"""The parts of a run's time."""

import pytest

from runners import clock as clock_module
from runners.clock import PARTS, Clock


@pytest.fixture
def wait(monkeypatch):
    """Lets time pass."""
    now = 100.0

    def pass_by(seconds):
        nonlocal now
        now += seconds

    monkeypatch.setattr(clock_module, "perf_counter", lambda: now)
    return pass_by


def test_the_parts_add_up_to_the_whole(wait):
    clock = Clock()
    for number, part in enumerate(PARTS):
        clock.begin(part)
        wait(number + 1)
    assert clock.seconds == {part: number + 1 for number, part in enumerate(PARTS)}
    assert clock.total == sum(clock.seconds.values())


def test_within_another_part_the_outer_one_is_not_charged(wait):
    clock = Clock("compute")
    with clock.charging("data"):
        wait(20)
        with clock.charging("tracking"):
            wait(10)
        wait(1)
    wait(5)
    assert {part: seconds for part, seconds in clock.seconds.items() if seconds} == {
        "compute": 5,
        "data": 21,
        "tracking": 10,
    }


def test_a_part_ends_where_an_error_leaves_it(wait):
    clock = Clock("compute")
    with pytest.raises(ValueError, match="x"), clock.charging("data"):
        raise ValueError("x")
    assert clock.begin("setup") == "compute"


def test_what_was_done_before_counts(wait):
    clock = Clock()
    clock.add(10.0, {"compute": 7.0, "data": 3.0})
    clock.move(1.0, "compute", "data")
    wait(2)
    assert clock.total == 12
    assert clock.seconds == dict.fromkeys(PARTS, 0) | {"setup": 2, "compute": 6, "data": 4}
