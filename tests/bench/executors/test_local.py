"""Several runs at a time on this machine, and what another process was faster to take."""

import gc
from dataclasses import replace

import pytest

from bench.executors.local import stream
from bench.executors.process import _context
from bench.results.store import RunFolder
from tests.bench.executors.small_jobs import RESNET, jobs
from tests.runners.photos import planned


def test_two_work_at_a_time(photos, tmp_path):
    together, had_spoken = set(), {}

    def on_tick(run, folder):
        had_spoken.setdefault(folder.path, (folder.path / "events.jsonl").exists())
        if folder.state() == "running":
            running = [one for _, one in work if one.state() == "running"]
            together.add(len(running))

    work = jobs(photos, tmp_path, 3)
    outcomes = [one.outcome for one in stream(work, on_tick, (None, None))]
    assert outcomes == ["complete"] * 3
    assert max(together) == 2
    assert list(had_spoken.values()) == [False] * 3, "what a run says first is not missed"


def test_what_another_process_says_of_a_run_it_was_faster_to_take_is_not_shown(
    photos, tmp_path, hold_elsewhere
):
    work = jobs(photos, tmp_path, 1)
    holders, ticks = [], []

    def on_tick(_run, folder):
        ticks.append(folder.state())
        if len(ticks) == 1:  # the run is free, and its process not started yet
            holders.append(hold_elsewhere(folder))

    (first,) = stream(work, on_tick)
    assert (first.outcome, ticks) == ("busy", ["planned"])
    holders[0].communicate("")
    (second,) = stream(work, on_tick)
    assert second.outcome == "complete"
    assert len(ticks) > 2


def test_what_is_closed_stops_its_processes(photos, tmp_path):
    run = planned(photos, replace(RESNET, epochs=500))
    folder = RunFolder.of(tmp_path, run)
    ticks = 0

    class EnoughError(Exception):
        pass

    def on_tick(*_):
        nonlocal ticks
        ticks += folder.state() == "running"
        if ticks > 3:
            raise EnoughError

    with pytest.raises(EnoughError):
        list(stream([(run, folder)], on_tick))
    assert folder.state() == "planned"


def test_jobs_are_asked_for_when_there_is_room_and_what_is_not_wanted_is_stopped(photos, tmp_path):
    first, second = jobs(photos, tmp_path, 2)
    long = (replace(first[0], experiment=replace(RESNET, epochs=500)), first[1])
    asked = []

    def source():
        yield long
        asked.append("second")
        yield None  # nothing just now
        asked.append("again")
        yield second

    def on_tick(run, folder):
        return folder.path == long[1].path and (folder.path / "checkpoint.pt").exists()

    ended = stream(source(), on_tick)
    stopped = next(ended)
    assert (stopped.folder.path, stopped.outcome) == (long[1].path, "stopped")
    assert asked == [], "there was room for one"
    assert stopped.folder.state() == "planned", "it has not failed"
    assert [one.outcome for one in ended] == ["complete"]
    assert asked == ["second", "again"]


def _tell_of_collection(answers):
    answers.put((gc.isenabled(), gc.get_freeze_count()))


def test_a_run_collects_its_own_garbage_and_leaves_what_it_shares(photos):
    context = _context()
    answers = context.SimpleQueue()
    process = context.Process(target=_tell_of_collection, args=(answers,))
    process.start()
    collects, n_shared = answers.get()
    process.join()
    assert collects
    assert n_shared > 100_000
