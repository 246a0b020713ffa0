"""What can be wrong with `bench app` is a line. What it does: tests/app/test_browser.py."""

import socket
from contextlib import closing

import pytest

from tests.bench.cli.command import bench, refused
from tests.bench.tracking.tracked_runs import SUITE_FILE, write_run


@pytest.fixture
def home(tmp_path):
    """A suite file without its photos, which are not needed to look at results."""
    (tmp_path / "experiments.toml").write_text(SUITE_FILE)
    return tmp_path


def test_a_port_that_is_taken_is_refused(home):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = str(other.getsockname()[1])
        refused(bench(home, "app", "--no-browser", "--port", port), f"--port {port}: is taken")


def test_without_a_complete_run_there_is_nothing_to_show(home):
    refused(bench(home, "app", "--no-browser"), "results/animals: has no complete run", "bench run")


def test_a_run_that_is_not_there_is_refused_with_the_nearest(home):
    write_run(home / "results", "baseline", 0)
    answer = bench(home, "app", "--no-browser", "--run", "baselin")
    refused(answer, "did you mean 'baseline'?")


def test_an_address_of_another_machine_is_refused(home):
    answer = bench(home, "app", "--no-browser", "--address", "192.0.2.1")
    refused(answer, "--address 192.0.2.1: is no address of this machine", "127.0.0.1")


def test_facts_that_cannot_be_used_are_refused(home):
    (home / "facts.toml").write_text("[species.fox]\n")
    answer = bench(home, "app", "--no-browser", "--facts", "facts.toml")
    assert answer.returncode == 2
    assert "facts.toml" in answer.stderr
    assert "Traceback" not in answer.stderr
