"""The folders that are written to, and MLflow's store; looking at them leaves no trace."""

import sqlite3
from collections import namedtuple
from contextlib import closing

import pytest

from bench.doctor import places

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def no_store_of_ones_own(monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


class TestFolders:
    def test_a_folder_that_is_here_is_named(self, tmp_path):
        found = places.results_folder(tmp_path)
        assert (found.name, found.status, found.found) == ("results", "ok", str(tmp_path))

    def test_one_that_is_not_here_yet_is_not_made(self, tmp_path):
        found = places.cache_folder(tmp_path / "a" / "b")
        assert found.status == "ok"
        assert found.found == f"{tmp_path / 'a' / 'b'}, made when it is first needed"
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("look", "advice"),
        [(places.results_folder, "--results"), (places.cache_folder, "TRACKBENCH_CACHE")],
    )
    def test_one_that_cannot_be_made_is_missing(self, tmp_path, look, advice):
        (tmp_path / "file").write_text("")
        found = look(tmp_path / "file" / "results")
        assert found.status == "missing"
        assert "cannot be written to" in found.found
        assert advice in found.advice


class TestDisk:
    def test_space_is_that_of_the_nearest_folder_that_exists(self, tmp_path):
        found = places.disk(tmp_path / "results" / "new", tmp_path)
        assert found.name == "disk"
        assert found.found.endswith("B free")

    def test_little_space_is_worth_a_note(self, tmp_path, monkeypatch):
        free = {tmp_path / "results": 90_000_000_000, tmp_path / "cache": 1_500_000_000}
        for folder in free:
            folder.mkdir()
        monkeypatch.setattr("shutil.disk_usage", lambda folder: Usage(0, 0, free[folder]))
        found = places.disk(*free)
        assert found.status == "note"
        assert found.found == "90 GB free for results, 1.5 GB free for cache"
        assert "TRACKBENCH_CACHE" in found.advice


class TestTrackingStore:
    def test_a_store_that_the_first_run_makes(self, tmp_path):
        found = places.tracking_store(tmp_path / "results")
        assert found.status == "ok"
        assert found.found == f"sqlite:///{tmp_path}/results/mlflow.db, made by the first run"
        assert list(tmp_path.iterdir()) == []

    def test_a_store_that_is_here(self, tmp_path):
        with closing(sqlite3.connect(tmp_path / "mlflow.db")) as connection:
            connection.execute("CREATE TABLE runs (name)")
        found = places.tracking_store(tmp_path)
        assert (found.status, found.found) == ("ok", f"sqlite:///{tmp_path}/mlflow.db")

    def test_a_store_that_cannot_be_used_stops_no_run(self, tmp_path):
        (tmp_path / "mlflow.db").write_bytes(b"this is no database at all" * 100)
        found = places.tracking_store(tmp_path)
        assert found.status == "note"
        assert "cannot be used: file is not a database" in found.found
        assert "bench sync" in found.advice

    @pytest.mark.parametrize("uri", ["http://me:secret@host:5000", "postgresql://host/db"])
    def test_a_server_is_not_asked(self, tmp_path, monkeypatch, uri):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        found = places.tracking_store(tmp_path)
        assert found.status == "note"
        assert "not asked" in found.found
        assert "secret" not in found.found

    @pytest.mark.parametrize("scheme", ["", "file://"])
    def test_a_folder_of_plain_files(self, tmp_path, monkeypatch, scheme):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"{scheme}{tmp_path}/mlruns")
        assert places.tracking_store(tmp_path).status == "ok"
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"{scheme}{tmp_path}/file/mlruns")
        assert "cannot be used" in places.tracking_store(tmp_path).found
