"""A run's use of its machine is written down, and writing it disturbs nothing."""

import json
import threading
import time

import pytest

from bench.executors import watching
from bench.executors.watching import machine_use, watched
from bench.results.store import SYSTEM


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(watching, "_SECONDS_BETWEEN_LOOKS", 0.02)


def lines(folder):
    return (folder / SYSTEM).read_text().splitlines()


def wait_for_lines(folder, n):
    end = time.monotonic() + 30
    while not (folder / SYSTEM).exists() or len(lines(folder)) < n:
        assert time.monotonic() < end
        time.sleep(0.01)


def wait_until_it_has_ended():
    """What watches ends by itself where something goes wrong, when it comes to run."""
    for thread in threading.enumerate():
        if thread.name == "watch":
            thread.join(30)
            assert not thread.is_alive()


def test_processor_and_memory_are_written_every_so_often(tmp_path):
    before = time.time()
    with watched(tmp_path):
        wait_for_lines(tmp_path, 3)
    n = len(lines(tmp_path))
    looks = [json.loads(line) for line in lines(tmp_path)]
    for look in looks:
        assert before <= look["time"] <= time.time()
        assert 0 <= look["cpu_utilization_percentage"] <= 100
        assert 10 < look["process_memory_megabytes"] < look["system_memory_usage_megabytes"] * 10
    time.sleep(0.1)
    assert len(lines(tmp_path)) == n, "it goes on after the run"


def test_a_run_that_goes_on_adds_to_the_file_though_its_end_was_torn(tmp_path):
    (tmp_path / SYSTEM).write_text('{"time": 1.0}\n{"ti')
    with watched(tmp_path):
        wait_for_lines(tmp_path, 3)
    assert lines(tmp_path)[:2] == ['{"time": 1.0}', '{"ti']
    json.loads(lines(tmp_path)[2])


def test_what_goes_wrong_is_said_once_and_ends_nothing_else(tmp_path, capsys):
    def broken():
        raise RuntimeError("no such counter")

    with watched(tmp_path, lambda: broken):
        wait_until_it_has_ended()
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 1
    assert "not recorded from here on: RuntimeError: no such counter" in said[0]


def test_a_folder_that_is_gone_ends_nothing_else(tmp_path, capsys):
    with watched(tmp_path / "gone"):
        wait_until_it_has_ended()
    assert "FileNotFoundError" in capsys.readouterr().out


def test_it_is_looked_at_less_often_the_longer_it_lasts(monkeypatch):
    monkeypatch.undo()
    assert [watching._pause(seconds) for seconds in (0, 600, 3000, 86400)] == [2, 2, 10, 30]


def test_without_a_gpu_nothing_is_said_of_one():
    look = machine_use()()
    assert not [name for name in look if name.startswith("gpu")]
