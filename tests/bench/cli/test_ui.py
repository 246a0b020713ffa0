"""What can be wrong with `bench ui` is a line. What it does: tests/bench/tracking/test_ui.py."""

import socket
from contextlib import closing

import pytest

from tests.bench.cli.command import bench, refused
from tests.bench.tracking.tracked_runs import SUITE_FILE, write_run


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A suite file without its photos, which are not needed to look at results."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "experiments.toml").write_text(SUITE_FILE)
    return tmp_path


def test_a_port_that_is_taken_is_refused_before_anything_is_done(home):
    write_run(home / "results", "baseline", 0)
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = str(other.getsockname()[1])
        refused(bench(home, "ui", "--no-browser", "--port", port), f"--port {port}: is taken")
    assert not (home / "results" / "mlflow.db").exists()


def test_without_results_there_is_nothing_to_show_and_no_store_is_made(home):
    refused(bench(home, "ui", "--no-browser"), "results/animals", "nothing to show", "bench run")
    assert not (home / "results").exists()


def test_a_server_that_is_down_is_a_line(home, monkeypatch):
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:
        uri = f"http://127.0.0.1:{gone.getsockname()[1]}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    refused(bench(home, "ui", "--no-browser"), uri, "does not answer")
