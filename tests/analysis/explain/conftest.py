"""Two trained runs and their data set."""

import pytest

from bench.results.records import complete_runs
from runners.data.photos import open_photos, recorded_data
from tests.bench.trained_runs import train


@pytest.fixture(scope="package")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        return train(tmp_path_factory.mktemp("home"))


@pytest.fixture
def records(home):
    """The runs by their experiment's name."""
    return {record.experiment: record for record in complete_runs(home / "results" / "tiny")}


@pytest.fixture
def photos(records):
    spec = records["net"].spec
    return open_photos(recorded_data(spec), spec["fingerprint"])
