"""Runs that another process has are asked for when the others are done, and waited for a moment."""

import threading
from functools import partial

import pytest

from bench.executors.local import stream
from bench.executors.rounds import run_all
from tests.bench.executors.small_jobs import jobs

PATIENCE = "bench.executors.rounds._SECONDS_FOR_THE_DYING"


def test_one_that_another_process_has_is_asked_for_again_at_the_end(
    photos, tmp_path, hold_elsewhere
):
    work = jobs(photos, tmp_path, 3)
    holder = hold_elsewhere(work[0][1])
    ended = []
    for finished in run_all(stream, work, lambda *_: None):
        ended.append((finished.run.seed, finished.outcome))
        if len(ended) == 2:
            holder.communicate("")  # now it lets go
    assert ended == [(1, "complete"), (2, "complete"), (0, "complete")]


def test_the_processes_of_a_command_that_was_killed_have_a_moment_to_die(
    photos, tmp_path, hold_elsewhere, monkeypatch
):
    monkeypatch.setattr(PATIENCE, 60.0)
    work = jobs(photos, tmp_path, 1)
    dying = hold_elsewhere(work[0][1])
    threading.Timer(0.5, dying.kill).start()
    (finished,) = run_all(stream, work, lambda *_: None)
    assert finished.outcome == "complete"


def test_of_two_the_one_that_is_free_first_is_first(photos, tmp_path, hold_elsewhere, monkeypatch):
    monkeypatch.setattr(PATIENCE, 60.0)
    work = jobs(photos, tmp_path, 2)
    holders = [hold_elsewhere(folder) for _, folder in work]
    threading.Timer(0.5, holders[1].kill).start()
    ended = []
    for finished in run_all(stream, work, lambda *_: None):
        ended.append((finished.run.seed, finished.outcome))
        holders[0].kill()
    assert ended == [(1, "complete"), (0, "complete")]


def test_one_that_another_process_keeps_is_busy(photos, tmp_path, hold_elsewhere, monkeypatch):
    monkeypatch.setattr(PATIENCE, 0.2)
    work = jobs(photos, tmp_path, 1)
    hold_elsewhere(work[0][1])
    assert [one.outcome for one in run_all(stream, work, lambda *_: None)] == ["busy"]


def test_the_wait_for_another_process_can_be_ended(photos, tmp_path, hold_elsewhere, monkeypatch):
    monkeypatch.setattr(PATIENCE, 60.0)
    work = jobs(photos, tmp_path, 1)
    hold_elsewhere(work[0][1])
    rounds = []

    def on_round():
        rounds.append(1)
        if len(rounds) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(run_all(partial(stream, on_round=on_round), work, lambda *_: None))
    assert work[0][1].state() == "running", "by the one that holds it"
