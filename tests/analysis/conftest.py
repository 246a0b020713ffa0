"""The studies that the tests of the analysis share."""

import pytest

from . import golden as golden_study


@pytest.fixture
def golden():
    """The study that was worked out by hand."""
    return golden_study
