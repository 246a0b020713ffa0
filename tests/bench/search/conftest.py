"""A folder with a small search in it."""

import pytest

from tests.bench.search.homes import SUITE, with_mirror
from tests.runners.photos import draw


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    return draw(tmp_path_factory.mktemp("data") / "photos")


@pytest.fixture
def home(tmp_path, photos, empty_mirror):
    """A suite with a search, and its photos."""
    (tmp_path / "photos").symlink_to(photos, target_is_directory=True)
    (tmp_path / "experiments.toml").write_text(SUITE)
    return with_mirror(tmp_path, empty_mirror)
