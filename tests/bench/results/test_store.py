"""A run folder: its states, its lock, its seal."""

import hashlib
import json
import os

import pytest

from bench.results.store import (
    CHECKPOINT,
    COMPLETE,
    FAILURE,
    FILES,
    BusyError,
    DamagedError,
    RunFolder,
)
from tests.bench.finished_runs import finish, planned


@pytest.fixture
def folder(tmp_path):
    return RunFolder.of(tmp_path, planned())


@pytest.fixture
def complete(folder):
    return finish(folder, planned())


def test_where_a_run_lies(tmp_path):
    run = planned("frozen", seed=3)
    folder = RunFolder.of(tmp_path, run)
    assert folder.path == tmp_path / "tracks" / "frozen" / f"3-{run.identity}"
    assert not folder.path.exists()


def test_a_complete_run_is_found_under_an_experiments_former_name(tmp_path):
    run = planned("frozen", seed=3)
    former = RunFolder(tmp_path / "tracks" / "old-name" / f"3-{run.identity}")
    former.begin()
    assert RunFolder.of(tmp_path, run).path != former.path
    finish(former, run)
    assert RunFolder.of(tmp_path, run).path == former.path


class TestState:
    def test_from_planned_over_failed_to_complete(self, folder):
        assert folder.state() == "planned"
        folder.begin()
        assert folder.state() == "planned"
        folder.fail({"kind": "error", "reason": "lost its way"})
        assert folder.state() == "failed"
        folder.begin()
        assert folder.state() == "planned"
        assert finish(folder, planned()).state() == "complete"

    def test_held_by_this_process(self, folder):
        folder.begin()
        with folder.locked():
            assert folder.state() == "running"
            assert folder.state_when_locked() == "planned"
        assert folder.state() == "planned"

    def test_held_by_another_process(self, folder, hold_elsewhere):
        holder = hold_elsewhere(folder)
        assert folder.state() == "running"
        holder.communicate("")
        assert folder.state() == "planned"

    def test_a_failed_run_that_is_tried_again_is_running(self, folder, hold_elsewhere):
        folder.begin()
        folder.fail({"reason": "?"})
        hold_elsewhere(folder)
        assert folder.state() == "running"
        assert folder.state_when_locked() == "failed"

    def test_what_is_complete_stays_complete_while_it_is_held(self, complete, hold_elsewhere):
        hold_elsewhere(complete)
        assert complete.state() == "complete"

    def test_asking_makes_no_folder(self, folder, tmp_path):
        folder.state()
        assert list(tmp_path.iterdir()) == []


class TestLock:
    def test_another_process_keeps_this_one_out(self, folder, hold_elsewhere):
        holder = hold_elsewhere(folder)
        with pytest.raises(BusyError, match=planned().identity), folder.locked():
            pass
        holder.communicate("")
        with folder.locked():
            pass

    def test_a_killed_process_lets_go(self, folder, hold_elsewhere):
        holder = hold_elsewhere(folder)
        assert folder.state() == "running"
        holder.kill()
        holder.wait()
        assert folder.state() == "planned"
        with folder.locked():
            assert folder.state() == "running"

    def test_it_is_let_go_after_an_error(self, folder):
        folder.begin()
        with pytest.raises(ZeroDivisionError), folder.locked():
            raise ZeroDivisionError
        with folder.locked():
            pass

    def test_other_folders_are_free(self, folder, tmp_path, hold_elsewhere):
        hold_elsewhere(folder)
        other = RunFolder.of(tmp_path, planned(seed=1))
        other.begin()
        with other.locked():
            assert other.state() == "running"


class TestSeal:
    def test_it_holds_the_digest_of_each_file(self, complete):
        sealed = json.loads((complete.path / COMPLETE).read_text())["sha256"]
        assert sealed == {
            name: hashlib.sha256((complete.path / name).read_bytes()).hexdigest() for name in FILES
        }
        assert "model.safetensors" in sealed
        assert "predictions.parquet" in sealed

    def test_the_checkpoint_goes(self, folder):
        folder.begin()
        folder.write(CHECKPOINT, b"a state to resume from")
        finish(folder, planned())
        assert not (folder.path / CHECKPOINT).exists()

    @pytest.mark.parametrize("missing", FILES)
    def test_without_one_of_the_files_there_is_no_seal(self, complete, missing):
        (complete.path / COMPLETE).unlink()
        (complete.path / missing).unlink()
        with pytest.raises(FileNotFoundError, match=missing):
            complete.seal()
        assert complete.state() == "planned"


class TestRead:
    def test_what_was_sealed_is_read(self, complete):
        assert complete.read("log.txt") == b"what a log.txt holds"

    @pytest.mark.parametrize("content", [b"what a log.txt Holds", b"what a log", b""])
    def test_a_changed_or_truncated_file_is_damaged(self, complete, content):
        (complete.path / "log.txt").write_bytes(content)
        with pytest.raises(DamagedError, match=r"log\.txt: was changed after the run was sealed"):
            complete.read("log.txt")
        assert complete.read("history.csv")

    def test_a_missing_file_is_damaged(self, complete):
        (complete.path / "log.txt").unlink()
        with pytest.raises(DamagedError, match=r"log\.txt: cannot be read: No such file") as caught:
            complete.read("log.txt")
        assert "Errno" not in str(caught.value)
        assert (
            "remove the run's folder, and `bench run` makes it anew" in caught.value.with_remedy()
        )

    def test_a_file_that_was_never_sealed_is_damaged(self, complete):
        (complete.path / "extra.txt").write_text("came later")
        with pytest.raises(DamagedError, match="extra"):
            complete.read("extra.txt")

    @pytest.mark.parametrize(
        "seal", [b"", b"{", b"\xff", b"[]", b"null", b"{}", b'{"sha256": 3}', b'{"sha256": {}}']
    )
    def test_a_broken_seal_vouches_for_nothing(self, complete, seal):
        (complete.path / COMPLETE).write_bytes(seal)
        with pytest.raises(DamagedError, match=r"COMPLETE: has no seal of log\.txt"):
            complete.read("log.txt")

    def test_without_a_seal_nothing_is_trusted(self, complete):
        (complete.path / COMPLETE).unlink()
        with pytest.raises(DamagedError):
            complete.read("log.txt")


class TestFailure:
    def test_it_is_recorded_with_where_it_happened(self, folder):
        folder.begin()
        folder.fail({"kind": "diverged", "reason": "the loss is nan", "epoch": 3})
        recorded = folder.failure()
        assert recorded["kind"] == "diverged"
        assert recorded["reason"] == "the loss is nan"
        assert recorded["epoch"] == 3
        assert recorded["pid"] == os.getpid()

    def test_beginning_again_forgets_it_and_keeps_the_log(self, folder):
        folder.begin()
        folder.write("log.txt", "what happened")
        folder.fail({"reason": "?"})
        folder.begin()
        assert not (folder.path / FAILURE).exists()
        assert (folder.path / "log.txt").read_text() == "what happened"

    @pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b"3", b"{}"])
    def test_one_that_cannot_be_read_has_a_reason_still(self, folder, content):
        folder.begin()
        (folder.path / FAILURE).write_bytes(content)
        assert folder.state() == "failed"
        assert folder.failure()["kind"] == "unknown"
        assert FAILURE in folder.failure()["reason"]

    def test_none_has_a_reason_too(self, folder):
        assert "could not be recorded" in folder.failure()["reason"]


def test_json_is_for_people(folder):
    folder.begin()
    folder.write_json("run.json", {"class": "räv", "n": 1})
    assert (folder.path / "run.json").read_text("utf-8") == '{\n  "class": "räv",\n  "n": 1\n}\n'
