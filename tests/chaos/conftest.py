"""A folder as a user has it, with photos of its own to lose."""

import shutil

import pytest

from tests.bench.cli.command import SUITE
from tests.runners.photos import draw


@pytest.fixture(scope="session")
def empty_mirror(tmp_path_factory):
    """MLflow's database without a run; to make one takes longer than a small suite."""
    from mlflow import MlflowClient

    from bench.tracking.quiet import quieted

    file = tmp_path_factory.mktemp("mirror") / "mlflow.db"
    with quieted():
        MlflowClient(f"sqlite:///{file}").search_experiments()
    return file


@pytest.fixture
def home(tmp_path, empty_mirror):
    """A suite file, its photos, and results in which nothing was run."""
    draw(tmp_path / "photos")
    (tmp_path / "experiments.toml").write_text(SUITE)
    (tmp_path / "results").mkdir()
    shutil.copy(empty_mirror, tmp_path / "results" / "mlflow.db")
    return tmp_path
