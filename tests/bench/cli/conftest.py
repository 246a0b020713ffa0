"""A folder as a user has it, and commands that are still running when a test ends."""

import os
import shutil
import signal

import pytest

from tests.bench.cli.command import SUITE, environment
from tests.bench.cli.warm import Started
from tests.runners.photos import draw


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return draw(tmp_path_factory.mktemp("data") / "photos")


@pytest.fixture
def home(tmp_path, photos):
    """A folder with a suite file and its photos, as a user has it."""
    (tmp_path / "photos").symlink_to(photos, target_is_directory=True)
    (tmp_path / "experiments.toml").write_text(SUITE)
    return tmp_path


@pytest.fixture
def home_with_mirror(home, empty_mirror):
    """The same with results in which nothing was run."""
    (home / "results").mkdir()
    shutil.copy(empty_mirror, home / "results" / "mlflow.db")
    return home


@pytest.fixture
def start():
    """Starts `bench` in a session of its own; what is left of it ends with the test."""
    started = []

    def begin(home, *arguments):
        started.append(Started("bench.cli", arguments, home, environment(), session=True))
        return started[-1]

    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
