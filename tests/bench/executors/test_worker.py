"""How a run's process ends: what is recorded of what ended it."""

import json
import multiprocessing
import os

from bench.executors import worker
from bench.executors.local import stream
from bench.results.store import RunFolder
from tests.bench.executors.small_jobs import RESNET
from tests.runners.photos import planned


def ended_with(run, folder):
    """The exit code of a process that works on the run."""
    process = multiprocessing.get_context("spawn").Process(target=worker.work, args=(run, folder))
    process.start()
    process.join(120)
    return process.exitcode


def test_a_run_is_sealed_and_a_second_process_leaves_it_alone(photos, tmp_path):
    run = planned(photos, RESNET)
    folder = RunFolder.of(tmp_path, run)
    assert ended_with(run, folder) == worker.DONE
    assert folder.state() == "complete"
    sealed = (folder.path / "COMPLETE").stat().st_mtime_ns
    for name in json.loads((folder.path / "COMPLETE").read_text())["sha256"]:
        folder.read(name)
    assert not (folder.path / "checkpoint.pt").exists()
    assert "epoch: epoch 0" in (folder.path / "log.txt").read_text()
    assert ended_with(run, folder) == worker.DONE
    assert (folder.path / "COMPLETE").stat().st_mtime_ns == sealed


def test_a_folder_that_another_process_holds_is_busy(photos, tmp_path):
    run = planned(photos, RESNET)
    folder = RunFolder.of(tmp_path, run)
    folder.begin()
    with folder.locked():
        assert ended_with(run, folder) == worker.BUSY
    assert folder.state() == "planned"


def test_a_failed_run_is_tried_again_and_its_failure_forgotten(photos, tmp_path):
    run = planned(photos, RESNET)
    folder = RunFolder.of(tmp_path, run)
    folder.begin()
    folder.fail({"kind": "exception", "reason": "once"})
    outcomes = [one.outcome for one in stream([(run, folder)], lambda *_: None)]
    assert outcomes == ["complete"]
    assert not (folder.path / "failure.json").exists()


def exit_suddenly(*_):
    os._exit(3)


def test_a_process_that_ends_without_a_word_is_recorded_by_its_parent(
    photos, tmp_path, monkeypatch
):
    context = multiprocessing.get_context("spawn")
    monkeypatch.setattr("bench.executors.process._context", lambda: context)
    monkeypatch.setattr("bench.executors.process.work", exit_suddenly)
    run = planned(photos, RESNET)
    folder = RunFolder.of(tmp_path, run)
    folder.path.mkdir(parents=True)
    outcomes = [one.outcome for one in stream([(run, folder)], lambda *_: None)]
    assert outcomes == ["failed"]
    assert folder.failure()["kind"] == "crashed"
    assert folder.failure()["reason"] == "its process ended with exit code 3"


def test_what_a_run_prints_goes_to_its_log(tmp_path):
    folder = RunFolder(tmp_path)
    with worker._logged(folder):
        os.write(1, b"to the log\n")
        os.write(2, b"from native code\n")
    assert (tmp_path / "log.txt").read_text() == "to the log\nfrom native code\n"


def test_half_a_line_that_a_killed_process_left_does_not_take_the_next_event_with_it(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"time": 1.0, "event": "st')
    worker._EventLog(path)({"event": "score", "step": 1})
    worker._EventLog(path)({"event": "score", "step": 2})
    *_, first, second = path.read_text().splitlines()
    assert [json.loads(line)["step"] for line in (first, second)] == [1, 2]
