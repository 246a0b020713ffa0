"""Where "sure" begins, worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from analysis.threshold import threshold


def limit(*answers):
    """Of pairs (confidence, whether right)."""
    confidence, right = zip(*answers, strict=True)
    return threshold(np.array(confidence), np.array(right, dtype=bool))


def test_it_parts_right_from_wrong_where_they_part():
    found = limit((0.3, False), (0.5, False), (0.6, True), (0.9, True))
    assert (found.confidence, found.accuracy_above, found.accuracy_below, found.n) == (0.6, 1, 0, 4)


def test_it_is_youdens_where_they_overlap():
    """At 0.4: 3/3 right less 1/2 wrong, 1/2. At 0.7: 2/3 less 0. The second is more."""
    found = limit((0.3, False), (0.4, True), (0.5, False), (0.7, True), (0.8, True))
    assert found.confidence == 0.7
    assert (found.accuracy_above, found.accuracy_below) == (1, pytest.approx(1 / 3))


def test_of_equals_it_is_the_lowest():
    """At 0.4: 3/3 less 2/3. At 0.8: 1/3 less 0. Both are 1/3, which floats would part."""
    answers = [(0.3, False), (0.4, True), (0.5, False), (0.6, True), (0.7, False), (0.8, True)]
    assert limit(*answers).confidence == 0.4


def test_images_of_equal_confidence_stand_on_one_side():
    found = limit((0.5, True), (0.5, False), (0.2, False))
    assert (found.confidence, found.accuracy_above, found.accuracy_below) == (0.5, 0.5, 0)


def test_where_all_are_right_it_is_a_half():
    found = limit((0.2, True), (0.9, True))
    assert (found.confidence, found.accuracy_above, found.accuracy_below) == (0.5, 1, 1)
    assert math.isnan(limit((0.9, True)).accuracy_below)


@pytest.mark.parametrize(
    "answers",
    [
        [(0.2, False), (0.9, False)],
        [(0.3, False)],
        [(0.1, True), *[(0.1, False)] * 9],  # says the same of everything
        [(0.9, False), (0.8, False), (0.2, True)],  # the surer, the wronger
    ],
)
def test_a_model_that_would_be_wrong_where_it_is_sure_is_never_sure(answers):
    found = limit(*answers)
    assert found.confidence > 1
    assert math.isnan(found.accuracy_above)
    assert found.accuracy_below == np.mean([right for _, right in answers])


def test_a_limit_above_which_most_are_wrong_is_none():
    """Youden's would be 0.4, where two of five are right; at 0.9 it is one of one."""
    answers = [(0.9, True), (0.4, True), (0.4, False), (0.4, False), (0.4, False)]
    found = limit(*answers, *[(0.1, False)] * 9)
    assert (found.confidence, found.accuracy_above) == (0.9, 1)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=2, max_size=40).filter(
        lambda answers: len({right for _, right in answers}) == 2
    )
)
def test_no_other_limit_is_better_by_scikit_learns_roc_curve(answers):
    confidence, right = (np.array(one) for one in zip(*answers, strict=True))
    found = threshold(confidence / 20, right).confidence
    wrong_rate, right_rate, _ = roc_curve(right, confidence / 20, drop_intermediate=False)
    sure = confidence / 20 >= found
    reached = sure[right].mean() - sure[~right].mean()
    assert not sure.any() or right[sure].mean() >= 0.5
    n_right, n_wrong = right.sum(), (~right).sum()
    most_are_right = right_rate * n_right >= wrong_rate * n_wrong
    best = max((right_rate - wrong_rate)[most_are_right])
    assert reached == pytest.approx(best) or best == 0
