"""Two commands, or machines, that share a study through PostgreSQL."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from optuna.trial import TrialState

from bench.search.storage import alone, connect
from tests.bench.search.homes import start, starts, told

from .test_book import open_book, work_through

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def as_user(*command):
    """Initdb and the server refuse to be root."""
    if os.geteuid():
        return command
    return ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command)


@pytest.fixture(scope="module")
def server():
    """The URL of a PostgreSQL server of the test's own."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    if not PROGRAMS or not (os.geteuid() or shutil.which("setpriv")):
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    programs = PROGRAMS[-1]
    with tempfile.TemporaryDirectory(prefix="pg") as folder, socket.socket() as probe:
        if not os.geteuid():
            shutil.chown(folder, "postgres", "postgres")
        data = f"{folder}/data"
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        make = (programs / "initdb", "-D", data, "-U", "bench", "-A", "trust", "--no-sync")
        subprocess.run(as_user(*make), **quiet)
        options = f"-p {port} -k {folder} -h 127.0.0.1 -F"
        control = (programs / "pg_ctl", "-D", data, "-w")
        log = f"{folder}/log"
        subprocess.run(as_user(*control, "-l", log, "-o", options, "start"), **quiet)
        try:
            yield f"postgresql+psycopg://bench@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run(as_user(*control, "-m", "immediate", "stop"), **quiet)


@pytest.fixture
def url(server):
    """The same with nothing in it."""
    import sqlalchemy

    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("DROP SCHEMA public CASCADE"))
        connection.execute(sqlalchemy.text("CREATE SCHEMA public"))
    engine.dispose()
    return server


def test_one_at_a_time_is_alone_and_a_lost_connection_frees_the_others(url):
    one, other = connect(url), connect(url)
    with alone(one, "study"):
        blocked = contextlib.ExitStack()
        with other.engine.connect() as connection:
            import sqlalchemy as sql

            connection.execute(sql.text("SET lock_timeout = '200ms'"))
            with pytest.raises(sql.exc.OperationalError, match="lock timeout"):
                connection.execute(
                    sql.text("SELECT study FROM trackbench_studies WHERE study='study' FOR UPDATE")
                )
        blocked.close()
    with alone(other, "study"):
        pass
    one.engine.dispose()
    other.engine.dispose()


def test_the_declared_number_is_kept_by_commands_that_take_turns(url, tmp_path):
    from .test_book import SUITE

    file = tmp_path / "experiments.toml"
    file.write_text(SUITE)
    books = [open_book(file, url, trials=9) for _ in range(3)]
    for book in [*books, *books, *books, *books]:
        work_through(book, limit=1)
    found = books[0].trials()
    assert [one.number for one in found] == list(range(9))
    assert {one.state for one in found} == {TrialState.COMPLETE}
    for book in books:
        book.storage.engine.dispose()


@pytest.mark.slow
@pytest.mark.side_by_side
def test_two_processes_share_a_search(url, home):
    together = [start(home, "net", "--storage", url) for _ in range(2)]
    outputs = [process.communicate(timeout=240)[0] for process in together]
    codes = [process.returncode for process in together]
    assert 0 in codes, outputs
    assert set(codes) <= {0, 1}, outputs
    found = told(home, "net", "--storage", url)["trials"]
    assert [one["number"] for one in found] == list(range(6))
    assert {one["state"] for one in found} == {"complete"}
    assert all(events.count("start") == 1 for events in starts(home).values())
    assert len(starts(home)) == 6
    assert not (home / "results" / "studies.db").exists()
