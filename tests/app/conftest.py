"""A small suite that was really trained, with its data set, shared by the tests of this folder."""

import shutil
import sys

import pytest

from tests.bench.trained_runs import train


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory):
    """The folder of the suite; its images lie decoded in a cache that no test sees."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        return train(tmp_path_factory.mktemp("home"))


@pytest.fixture
def home(trained_home, tmp_path):
    """A copy of it that a test may change."""
    return shutil.copytree(trained_home, tmp_path / "home")


@pytest.fixture(autouse=True)
def main_module_is_kept(monkeypatch):
    """Streamlit puts the page's script in its place, which processes started later would run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
