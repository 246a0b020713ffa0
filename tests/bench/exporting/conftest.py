"""A trained suite, to be exported."""

import pytest

from bench.chosen import choose_run
from tests.bench.trained_runs import survey, train


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        return train(tmp_path_factory.mktemp("home"))


@pytest.fixture
def chosen(home):
    return choose_run("net", lambda: survey(home))
