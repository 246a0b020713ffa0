"""How far a run has come that is not complete."""

import json

import pytest

from bench.results.begun import Begun, begun
from bench.results.store import RunFolder


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "checkpoint.pt").write_bytes(b"")
    return RunFolder(tmp_path)


def tell(folder, *events):
    lines = (event if isinstance(event, str) else json.dumps(event) for event in events)
    (folder.path / "events.jsonl").write_text("\n".join(lines) + "\n")


def start(time, epoch=0):
    return {"time": time, "event": "start", "epochs": 9, "epoch": epoch}


def step(time, epoch):
    return {"time": time, "event": "step", "epoch": epoch, "step": 3, "steps": 7}


def epoch(time, number, seconds):
    return {"time": time, "event": "epoch", "epoch": number, "seconds": seconds}


def test_the_epochs_and_their_pace(folder):
    tell(folder, start(10.0), step(11.0, 0), epoch(14.5, 0, 3.0), epoch(18.0, 1, 2.5))
    assert begun(folder) == Begun(epochs=2, paced_epochs=2, seconds=8.0, training_seconds=5.5)


def test_a_pause_between_two_processes_is_no_time_of_work(folder):
    tell(folder, start(0.0), epoch(5.0, 0, 4.0), start(1000.0, 1), epoch(1003.0, 1, 2.0))
    assert begun(folder) == Begun(epochs=2, paced_epochs=1, seconds=3.0, training_seconds=2.0)


def test_a_process_that_finished_no_epoch_leaves_what_is_known(folder):
    tell(folder, start(0.0), epoch(5.0, 0, 4.0), start(1000.0, 1), step(1001.0, 1))
    assert begun(folder) == Begun(epochs=1, paced_epochs=1, seconds=5.0, training_seconds=4.0)


def test_half_a_line_is_passed_over(folder):
    tell(folder, start(0.0), epoch(5.0, 0, 4.0), '{"time": 9.0, "event": "epo')
    assert begun(folder).epochs == 1


def test_epochs_of_a_process_that_did_not_say_when_it_started_give_no_pace(folder):
    tell(folder, start(0.0), epoch(5.0, 0, 4.0), epoch(36010.0, 3, 4.0), epoch(36014.0, 4, 4.0))
    assert begun(folder).seconds == 5.0


@pytest.mark.parametrize("key", ["time", "epoch", "seconds"])
def test_an_event_without_its_numbers_is_passed_over(folder, key):
    broken = epoch(9.0, 1, 2.0)
    del broken[key]
    tell(folder, start(0.0), epoch(5.0, 0, 4.0), broken)
    assert begun(folder).epochs == 1


@pytest.mark.parametrize("events", [[], [start(0.0)], [start(0.0), step(1.0, 0)]])
def test_without_an_epoch_nothing_is_known(folder, events):
    tell(folder, *events)
    assert begun(folder) is None


def test_without_events_nothing_is_known(folder):
    assert begun(folder) is None


def test_without_a_checkpoint_it_starts_anew(folder):
    tell(folder, start(0.0), epoch(5.0, 0, 4.0))
    (folder.path / "checkpoint.pt").unlink()
    assert begun(folder) is None
