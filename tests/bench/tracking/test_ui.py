"""`bench ui` serves the suite's store while it is looked at, and leaves nothing behind."""

import contextlib
import os
import signal
import subprocess
import time
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psutil
import pytest

from tests.bench.cli.command import BENCH, environment

from .tracked_runs import SUITE_FILE, write_run


@pytest.fixture
def home(results, monkeypatch):
    """A suite file without its photos, which are not needed to look at results."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (results.parent / "experiments.toml").write_text(SUITE_FILE)
    write_run(results, "baseline", 0)
    return results.parent


def status_of(page):
    parts = urlsplit(page)
    with closing(HTTPConnection(parts.netloc, timeout=60)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().status


def shown(line):
    assert line.startswith("MLflow shows animals at http://127.0.0.1:"), line
    return line.split()[4]


@contextlib.contextmanager
def opened(home, *arguments):
    """`bench ui` as a terminal starts it, and the lines that it says first."""
    process = subprocess.Popen(
        [*BENCH, "ui", "--no-browser", *arguments],
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
    )
    lines = []
    try:
        while not lines or not lines[-1].startswith("MLflow shows"):
            lines.append(process.stdout.readline())
            assert lines[-1], lines
        yield process, lines
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.side_by_side
def test_it_mirrors_serves_and_ends_with_all_that_it_started(home):
    with opened(home) as (process, lines):
        assert lines[:-1] == ["models of 1 runs logged\n"]
        page = shown(lines[-1])
        assert "viewStateShareKey=trackbench" in page
        assert status_of(page) == 200
        started = psutil.Process(process.pid).children(recursive=True)
        assert started
        os.kill(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=60)
        assert (process.returncode, output) == (0, "")
    end = time.monotonic() + 10
    while any(one.is_running() and one.status() != "zombie" for one in started):
        assert time.monotonic() < end, "a server was left"
        time.sleep(0.1)
    assert {path.name for path in home.iterdir()} == {"experiments.toml", "results"}
