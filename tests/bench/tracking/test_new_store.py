"""A store's tables are made whole or not at all, however the process ends that makes them."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from bench.tracking.address import sqlite_file
from bench.tracking.new_store import make_store
from bench.tracking.quiet import quieted

from .seen import own_uri, seen, sync
from .tracked_runs import write_run

# MLflow changes a table of SQLite's by copying it; this ends the process between the copy and its
# taking the other's place.
KILLED_IN_THE_MIDDLE = """
import os, signal, sys
from pathlib import Path
from alembic.ddl.impl import DefaultImpl
from bench.tracking import mirror
from bench.tracking.suites import runs_to_mirror
DefaultImpl.drop_table = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
mirror(runs_to_mirror(Path("results/animals")), Path("results"), "animals", sys.argv[1])
"""
MADE = """
import sys
from bench.tracking.new_store import make_store
from bench.tracking.quiet import quieted
with quieted():
    import mlflow.tracking
    print("ready", flush=True)
    sys.stdin.read()
    make_store(sys.argv[1])
"""
PROJECT = Path(__file__).parents[3]


def start(script, folder, uri):
    return subprocess.Popen(
        [sys.executable, "-c", script, uri],
        cwd=folder,
        env={"PYTHONPATH": str(PROJECT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_process_that_is_killed_while_it_makes_them_leaves_none(tmp_path):
    results = tmp_path / "results"
    write_run(results, "baseline", 0)
    process = start(KILLED_IN_THE_MIDDLE, tmp_path, own_uri(results))
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not (results / "mlflow.db").exists()
    assert sync(results).warnings == ()
    assert set(seen(results).runs) == {"baseline", "baseline seed 0"}


def test_a_store_that_is_there_is_left_as_it_is(tmp_path):
    file = tmp_path / "mine.db"
    with closing(sqlite3.connect(file)) as store:
        store.execute("CREATE TABLE mine (one TEXT)")
    before = file.read_bytes()
    make_store(f"sqlite:///{file}")
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_an_empty_file_and_a_folder_that_is_missing_become_a_store(tmp_path):
    (tmp_path / "empty.db").touch()
    with quieted():
        from mlflow.tracking import MlflowClient

        for place in ("empty.db", "new/folder/store.db"):
            make_store(f"sqlite:///{tmp_path / place}")
            client = MlflowClient(tracking_uri=f"sqlite:///{tmp_path / place}")
            assert [one.name for one in client.search_experiments()] == ["Default"]


def test_of_two_that_make_one_at_the_same_moment_the_second_takes_the_first_ones(tmp_path):
    file = tmp_path / "store.db"
    both = [start(MADE, tmp_path, f"sqlite:///{file}") for _ in range(2)]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.close()
    seen_first = None
    while any(process.poll() is None for process in both):
        if file.exists() and seen_first is None:
            seen_first = file.stat().st_ino
    assert [process.wait() for process in both] == [0, 0]
    assert seen_first in (None, file.stat().st_ino), "it was replaced"
    for process in both:
        process.stdout.close()


def test_what_is_no_file_is_left_to_mlflow(tmp_path):
    for uri in ("sqlite:///:memory:", "sqlite://", "http://127.0.0.1:1", "postgresql://db/mlflow"):
        assert sqlite_file(uri) is None
        make_store(uri)
    assert sqlite_file("sqlite:////folder/store.db?timeout=5") == Path("/folder/store.db")
