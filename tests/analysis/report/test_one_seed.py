"""Where there is one seed only, intervals are over images and every form says so."""

import numpy as np
import pytest
from scipy import stats

from tests.analysis import golden as golden_study

from .drawn_anew import error_of
from .rendered import rendered

ONE_SEED = "With one seed each, nothing is known about the spread over seeds"


@pytest.fixture(scope="module")
def made():
    """The hand-worked study with one seed each."""
    return rendered(golden_study.part("seed == 0"))


def test_there_is_no_deviation_and_that_is_said(made):
    for table in made.report.tables:
        assert not table.shown.map(lambda cell: "±" in cell).any(axis=None), table.name
    for name in ("summary", "per_class", "calibration"):
        assert "One seed each" in made.table(name).note
    assert made.report.headline[-1].startswith(ONE_SEED)
    for form, text in made.read_by_people.items():
        assert ONE_SEED in text, form


def test_verdicts_are_marked_as_of_these_networks_alone(made):
    assert made.shown("comparisons", "verdict") == [["can't be told *"]]
    assert made.table("comparisons").note.endswith(
        "* One of the two has one seed, or both: nothing is known of its spread over seeds, so "
        "this speaks of a trained network, not of the way of training it."
    )
    for name in ("comparisons", "class_differences"):
        assert set(made.table(name).frame["basis"]) == {"images only"}


def test_the_intervals_are_jeffreys(made):
    """Beta quantiles, wider by (n + 1) / (n - 1) in variance; 12 and 10 of 12 are right."""
    for n_right, row in zip((12, 10), made.table("summary").frame.itertuples(), strict=True):
        jeffreys = stats.beta(n_right + 0.5, 12 - n_right + 0.5)
        wider = np.sqrt(13 / 11)
        low, high = (
            jeffreys.mean() + (bound - jeffreys.mean()) / wider
            for bound in (row.accuracy_low, row.accuracy_high)
        )
        assert abs(jeffreys.cdf(low) - 0.025) < error_of(0.025)
        assert row.accuracy_high == 1 or abs(jeffreys.sf(high) - 0.025) < error_of(0.025)


def test_accuracies_are_those_of_the_one_seed(made):
    cells = made.shown("summary", "experiment", "seeds", "accuracy")
    assert cells == [["beta", "1", "1.000 a"], ["alpha", "1", "0.833 a"]]


def test_one_seed_beside_two_is_named(golden):
    made = rendered(golden.part("experiment == 'beta' or seed == 0"), draws=False)
    lacking = "alpha: one seed only, so nothing is known about the spread over seeds."
    assert made.report.headline[-1] == lacking
    assert made.shown("summary", "seeds", "accuracy") == [
        ["2", "0.958 ± 0.059 a"],
        ["1", "0.833 a"],
    ]
    assert "up to 2 seeds; where there is only one seed there is none" in made.table("summary").note
    assert all(lacking in text for text in made.read_by_people.values())
