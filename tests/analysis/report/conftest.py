"""The report on the hand-worked study, made once."""

import pytest

from analysis.report.build import build_report
from tests.analysis import golden as golden_study


@pytest.fixture(scope="session")
def golden_report():
    """With cat and fox as the pair that was asked for."""
    return build_report(golden_study.study(), pair=("cat", "fox"))


@pytest.fixture(scope="session")
def golden_tables(golden_report):
    """Its tables by name."""
    return {table.name: table for table in golden_report.tables}
