"""Where the time of a command goes, worked out by hand; and that its steps are still there."""

import functools
import importlib

import pytest

from tests.speed.overhead import account, section
from tests.speed.tracing import COMMAND_STEPS, RUN_STEPS, Step

TIMINGS = {
    "a": {
        "total_seconds": 1.5,
        "training_seconds": 1.0,
        "setup_seconds": 0.2,
        "evaluation_seconds": 0.1,
        "checkpoint_seconds": 0.05,
        "tracking_seconds": 0.05,
    },
    "b": {
        "total_seconds": 1.4,
        "training_seconds": 0.9,
        "setup_seconds": 0.2,
        "evaluation_seconds": 0.1,
        "checkpoint_seconds": 0.05,
        "tracking_seconds": 0.05,
    },
}


def step(name, began, ended, folder="", cpu_seconds=0.0):
    return Step(name, folder, began, ended, cpu_seconds)


# A command of two runs, one after the other, from 100 to 116.
STEPS = [
    step("plan", 101, 101.5),
    step("check", 102, 104),
    step("start process", 104.2, 108.2, "a"),  # waits for the server, the next one does not
    step("execute", 108.4, 110, "a"),
    step("seal", 110, 110.1, "a"),
    step("process", 108.1, 110.2, "a"),
    step("start process", 110.3, 110.35, "b"),
    step("mirror a run", 110.3, 111, cpu_seconds=0.8),
    step("mirror round", 110.3, 111.2, cpu_seconds=2),
    step("execute", 110.6, 112.1, "b"),
    step("seal", 112.1, 112.2, "b"),
    step("process", 110.5, 112.4, "b"),
    step("mirror a run", 112.5, 112.6, cpu_seconds=0.01),  # it is there already
    step("mirror a run", 112.6, 113.5, cpu_seconds=0.6),
    step("mirror round", 112.5, 114.5, cpu_seconds=1),
    step("last mirror", 112.5, 114.5),
    step("report", 114.5, 115.5),
]


def accounted(timings=TIMINGS):
    return account(STEPS, timings, 100, 116, 1)


def test_what_comes_once_is_told_from_what_each_run_costs():
    found = accounted()
    assert found["command"] == pytest.approx(
        {
            "interpreter and command line": 1,
            "plan": 0.5,
            "check of models and data": 2,
            "imports shared by the runs": 3.95,
            "mirror after the last run": 2,
            "report": 1,
            "end of the interpreter": 0.5,
            "between these": 0.7 + 0.1,
        }
    )
    assert found["run"] == pytest.approx(
        {
            "process start": (0.25 + 0.3) / 2,
            "setup": 0.2,
            "scoring": 0.1,
            "checkpoints": 0.05,
            "events": 0.05,
            "training": 0.95,
            "writing results": 0.2,
            "sealing": (0.2 + 0.3) / 2,
            "idle": 0.05,
        }
    )


def test_all_of_it_is_the_wall_time():
    found = accounted()
    assert found["working_seconds"] == pytest.approx(2 * sum(found["run"].values()))
    assert found["working_seconds"] + sum(found["command"].values()) == pytest.approx(16)


def test_two_at_a_time_have_twice_the_time():
    # The second begins with the first, and ends last.
    later = {"a": 0.0, "b": -6.0}
    steps = [
        Step(
            s.name, s.folder, s.began + later.get(s.folder, 0), s.ended + later.get(s.folder, 0), 1
        )
        for s in STEPS
    ]
    found = account(steps, TIMINGS, 100, 116, 2)
    assert found["beyond_training"] == pytest.approx((16 - 1.9 / 2) / 2)
    assert found["working_seconds"] == pytest.approx(sum(found["run"].values()))


def test_a_warm_run_is_not_the_first():
    found = accounted()
    assert found["beyond_training"] == pytest.approx((16 - 1.9) / 2)
    assert found["mirror"] == pytest.approx({"all": 1.5, "one": 0.7})
    # Its 2.1 s without training and scoring, then idle, mirror and plan.
    assert found["warm"] == pytest.approx(1.1 + 0.05 + 0.7 + 0.5)


def test_runs_of_earlier_versions_have_fewer_parts():
    known = ("total_seconds", "training_seconds")
    found = accounted({run: {k: all_[k] for k in known} for run, all_ in TIMINGS.items()})
    assert found["run"]["setup, scoring, checkpoints, writing results"] == pytest.approx(0.6)
    assert found["working_seconds"] == pytest.approx(2 * sum(found["run"].values()))


def test_a_run_without_a_clock_is_told():
    with pytest.raises(RuntimeError, match="b: not timed: seal"):
        account([s for s in STEPS if (s.name, s.folder) != ("seal", "b")], TIMINGS, 100, 116, 1)


def test_the_section_says_what_was_asked_for():
    commands = {"one run": accounted(), "2 runs": accounted(), "many": accounted()}
    logging = {"one batch": 0.04, "a batch an epoch": 0.2, "a call a value": 1.0}
    text = section({"cpus": 2, "commands": commands, "mlflow": logging})
    assert text.startswith("## The harness's own cost\n")
    assert "A warm run costs 2.35 s beyond training and scoring (within the 2.5 s asked" in text
    assert "2 tiny runs, 1 at a time, cost 7.05 s each beyond their training (more than" in text
    assert "one batch 0.04 s, a batch an epoch 0.20 s, a call a value 1.00 s" in text
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    assert ["imports shared by the runs", "3.95", "3.95", "3.95"] in rows
    assert ["wall time", "16.0", "16.0", "16.0"] in rows


@pytest.mark.parametrize("place", [*COMMAND_STEPS.values(), *RUN_STEPS.values()])
def test_what_is_timed_is_still_there(place):
    module, _, path = place.partition(":")
    assert callable(functools.reduce(getattr, path.split("."), importlib.import_module(module)))
