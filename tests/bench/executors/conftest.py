"""Photos to train on for a second."""

import pytest

from tests.runners.photos import draw


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return draw(tmp_path_factory.mktemp("photos"))
