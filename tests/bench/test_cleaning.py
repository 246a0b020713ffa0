"""What may go, and that nothing else does."""

import json
import os
import time
from dataclasses import asdict

import pytest

from bench.cleaning import find_leftovers
from bench.results.lock import Owner, this_machine
from bench.results.store import RunFolder
from tests.bench.cli.command import bench
from tests.bench.finished_runs import finish, planned

DAY = 86_400.0


@pytest.fixture
def complete(tmp_path):
    run = planned()
    return finish(RunFolder.of(tmp_path / "results", run), run)


@pytest.fixture
def begun(tmp_path):
    folder = RunFolder.of(tmp_path / "results", planned(seed=1))
    folder.begin()
    folder.write("checkpoint.pt", b"a state to resume from")
    folder.write("log.txt", "what it said")
    return folder


def found(tmp_path, unused_days=30.0):
    return {(one.path.name, one.what) for one in find_leftovers(tmp_path / "results", unused_days)}


def lay_dead_lock(folder):
    owner = Owner(this_machine(), 2**22 - 1, "long ago", "t")
    (folder.path / ".lock.3").write_text(json.dumps(asdict(owner)))


def age(path, days):
    for one in [path, *path.rglob("*")]:
        os.utime(one, (time.time() - days * DAY,) * 2)


def test_of_sound_results_nothing(tmp_path, complete, begun):
    assert found(tmp_path) == set()


def test_what_killed_processes_left(tmp_path, complete, begun):
    lay_dead_lock(begun)
    (begun.path / ".checkpoint.pt.77.part").write_bytes(b"ha")
    (begun.path / ".lock").touch()
    (complete.path / "checkpoint.pt").write_bytes(b"a state")
    (complete.path / "checkpoint-previous.pt").write_bytes(b"a state")
    assert found(tmp_path) == {
        (".lock.3", "lock of a dead process"),
        (".lock", "lock of an earlier version"),
        (".checkpoint.pt.77.part", "half-written file"),
        ("checkpoint.pt", "checkpoint of a complete run"),
        ("checkpoint-previous.pt", "checkpoint of a complete run"),
    }


def test_a_run_that_is_worked_on_is_let_be(tmp_path, begun):
    (begun.path / ".model.safetensors.77.part").write_bytes(b"ha")
    with begun.locked():
        assert found(tmp_path) == set()
    assert len(found(tmp_path)) == 1


def test_caches_that_were_not_used_for_long(tmp_path, own_cache):
    for kind in ("images", "drawn", "shipped"):
        for name in ("old", "new", ".half-old", ".half-new"):
            (own_cache / kind / name).mkdir(parents=True)
            (own_cache / kind / name / "content").write_bytes(b"1234")
        (own_cache / kind / "old.lock").touch()
        age(own_cache / kind / "old", 40)
        age(own_cache / kind / ".half-old", 1)
    (own_cache / "fingerprints").mkdir()
    (own_cache / "fingerprints" / "a.json").write_text("{}")
    age(own_cache / "fingerprints", 40)
    assert found(tmp_path) == {
        ("old", "decoded images, unused for 40 days"),
        ("old", "drawn footprints, unused for 40 days"),
        ("old", "data sent here, unused for 40 days"),
        (".half-old", "half-written folder"),
        ("a.json", "checksums of a data set that was not looked at since"),
    }
    assert len(found(tmp_path, unused_days=50)) == 1  # half-written ones go anyway


def test_using_a_cache_spares_it(tmp_path, own_cache):
    from runners.data.places import touch

    (own_cache / "images" / "old").mkdir(parents=True)
    age(own_cache / "images" / "old", 40)
    touch(own_cache / "images" / "old")
    assert found(tmp_path) == set()


class TestCommand:
    def test_it_shows_first_and_removes_when_told(self, tmp_path, complete, begun):
        lay_dead_lock(begun)
        (complete.path / "checkpoint.pt").write_bytes(b"x" * 5000)
        shown = bench(tmp_path, "clean")
        assert shown.returncode == 0, shown.stderr
        assert "lock of a dead process" in shown.stdout
        assert "5.1 kB can go; nothing was removed: --yes removes it" in shown.stdout
        assert (complete.path / "checkpoint.pt").exists()
        done = bench(tmp_path, "clean", "--yes")
        assert done.stdout.endswith("5.1 kB removed\n")
        assert not (complete.path / "checkpoint.pt").exists()
        assert (begun.path / "checkpoint.pt").exists()
        assert (begun.path / "log.txt").exists()
        complete.read("model.safetensors")
        assert bench(tmp_path, "clean").stdout == "nothing to remove\n"

    def test_where_there_are_no_results_there_is_nothing(self, tmp_path):
        answer = bench(tmp_path, "clean", "--results", "nowhere")
        assert (answer.returncode, answer.stdout) == (0, "nothing to remove\n")


def test_of_data_checks_only_what_was_left_half_written_long_ago(tmp_path):
    folder = tmp_path / "results" / "checks"
    folder.mkdir(parents=True)
    for name in ("abc.json", ".abc.json.77.part", ".new.json.78.part"):
        (folder / name).write_text("{}")
    age(folder / ".abc.json.77.part", 1)
    age(folder / "abc.json", 100)
    assert found(tmp_path) == {(".abc.json.77.part", "half-written file")}


def test_half_written_exports_and_answers_too(tmp_path):
    suite = tmp_path / "results" / "tracks"
    old = suite / "export" / ".plain-0.77.part", suite / "export" / ".plain-0.77.old"
    for folder in (*old, suite / "export" / "plain-0"):
        folder.mkdir(parents=True)
        (folder / "run.json").write_text("{}")
    for path in (
        suite / "robustness" / "plain" / ".0-abc.parquet.77.part",
        suite / "familiarity" / ".plain-0-abc.safetensors.77.part",
    ):
        path.parent.mkdir(parents=True)
        path.write_text("half")
    assert found(tmp_path) == set()  # whoever writes them may be alive
    age(suite, 1)
    assert found(tmp_path) == {
        (".plain-0.77.part", "half-written folder"),
        (".plain-0.77.old", "half-written folder"),
        (".0-abc.parquet.77.part", "half-written file"),
        (".plain-0-abc.safetensors.77.part", "half-written file"),
    }
