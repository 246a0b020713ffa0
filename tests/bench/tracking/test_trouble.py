"""What can be wrong with a store costs a line, and not much time."""

import socket
import sqlite3
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bench.tracking import MirrorResult, default_tracking_uri, is_mirrored, mirror
from bench.tracking.address import without_secrets
from bench.tracking.marker import MARKER, remember
from bench.tracking.quiet import quieted

from .tracked_runs import SUITE, write_runs

SECONDS = 5


@pytest.fixture(scope="module", autouse=True)
def mlflow_imported():
    """So that its import, which may be slow on a busy machine, is not timed."""
    with quieted():
        import mlflow.tracking  # noqa: F401


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Its three seconds, shortened, so that a busy machine has most of the time that is allowed."""
    monkeypatch.setattr("bench.tracking.sync._SECONDS_FOR_THE_FIRST_ANSWER", 1)


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def only_warning(results, uri, said):
    """Mirrors to a store that is not well; the outcome's one line says what is wrong."""
    runs = write_runs(results, ("baseline", 0), ("baseline", 1))
    began = time.monotonic()
    outcome = mirror(runs, results, SUITE, uri)
    assert time.monotonic() - began < SECONDS
    assert (outcome.n_created, outcome.n_present) == (0, 0)
    (warning,) = outcome.warnings
    assert said in warning
    assert "\n" not in warning
    assert not is_mirrored(results, SUITE, uri, runs)
    return warning


def test_a_server_that_is_down(results):
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    warning = only_warning(results, f"http://ann:secret@127.0.0.1:{port}", "Connection refused")
    assert f"http://127.0.0.1:{port}" in warning
    only_warning(results, f"postgresql+psycopg://127.0.0.1:{port}/mlflow", "Connection refused")


def test_a_server_that_never_answers(results):
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        only_warning(results, f"http://127.0.0.1:{server.getsockname()[1]}", "timed out")


def test_a_server_that_answers_with_errors(results):
    class Broken(BaseHTTPRequestHandler):
        def handle_one_request(self):
            self.wfile.write(b"HTTP/1.0 500 Broken\r\n\r\n")
            self.close_connection = True

    with HTTPServer(("127.0.0.1", 0), Broken) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        only_warning(results, f"http://127.0.0.1:{server.server_port}", "500")
        server.shutdown()


@pytest.mark.parametrize("content", [b"no database " * 99, b"SQLite format 3\0" + b"x" * 4096])
def test_a_file_that_is_no_database(results, content):
    results.mkdir()
    (results / "mlflow.db").write_bytes(content)
    only_warning(results, f"sqlite:///{results}/mlflow.db", "not a database")
    assert (results / "mlflow.db").read_bytes() == content


def test_tables_that_were_left_half_changed(results):
    results.mkdir()
    with closing(sqlite3.connect(results / "mlflow.db")) as store:
        store.execute("CREATE TABLE _alembic_tmp_params (key TEXT)")
    warning = only_warning(results, f"sqlite:///{results}/mlflow.db", "half changed")
    assert warning.endswith("move the file away and `bench sync` makes it anew")


def test_a_store_of_an_unknown_kind(results):
    only_warning(results, "nowhere://127.0.0.1", "nowhere")


def test_nothing_to_mirror_opens_no_store(results):
    uri = default_tracking_uri(results)
    assert mirror([], results, SUITE, uri) == MirrorResult(0, 0, uri, ())
    assert not results.exists()


def test_the_users_tracking_uri_is_respected(results, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert default_tracking_uri(results) == f"sqlite:///{results.resolve()}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    assert default_tracking_uri(results) == "http://127.0.0.1:5000"


def test_secrets_are_not_stored(results):
    results.mkdir()
    uri = "postgresql://ann:secret@db.example/mlflow"
    remember(results, SUITE, uri, {"baseline/0-abc": "0" * 64})
    assert "secret" not in (results / MARKER).read_text()
    assert without_secrets(uri) == "postgresql://db.example/mlflow"


@pytest.mark.parametrize("content", ["", "[]", '{"uri": 1}', '{"uri": {"animals": 1}}', "{"])
def test_a_marker_that_makes_no_sense_is_no_marker(results, content):
    runs = write_runs(results, ("baseline", 0))
    (results / MARKER).write_text(content)
    assert not is_mirrored(results, SUITE, "uri", runs)
    remember(results, SUITE, "uri", {"baseline/0-abc": "0" * 64})
    assert "baseline/0-abc" in (results / MARKER).read_text()
