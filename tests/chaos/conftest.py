"""A folder as a user has it, with photos of its own to lose."""

import shutil

import pytest

from tests.bench.cli.command import SUITE
from tests.runners.photos import draw


@pytest.fixture(scope="session")
def make_home(empty_mirror):
    """Puts into a folder a suite file, its photos, and results in which nothing was run."""

    def make(folder):
        draw(folder / "photos")
        (folder / "experiments.toml").write_text(SUITE)
        (folder / "results").mkdir()
        shutil.copy(empty_mirror, folder / "results" / "mlflow.db")
        return folder

    return make


@pytest.fixture
def home(tmp_path, make_home):
    return make_home(tmp_path)
