"""The sign-flip test and the paired interval against scipy and hand-worked values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, permutation_test

from analysis.paired import paired_interval, sign_flip_p


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(-9, 9), min_size=2, max_size=9))
def test_p_is_scipys_over_all_choices_of_signs(values):
    theirs = permutation_test(
        (np.array(values),),
        lambda x, axis: np.abs(x.sum(axis=axis)),
        permutation_type="samples",
        vectorized=True,
        n_resamples=np.inf,
        alternative="greater",
    )
    assert sign_flip_p(np.array(values)) == pytest.approx(theirs.pvalue)


@pytest.mark.parametrize(("n_plus", "n_minus"), [(6, 0), (9, 2), (40, 23), (900, 800)])
@pytest.mark.parametrize("size", [1, 6])
def test_p_of_equal_sizes_is_the_sign_test(n_plus, n_minus, size):
    values = size * np.repeat([1, -1, 0], [n_plus, n_minus, 50])
    theirs = binomtest(n_plus, n_plus + n_minus).pvalue
    assert sign_flip_p(values) == pytest.approx(theirs)
    assert sign_flip_p(-values) == pytest.approx(theirs)


def test_p_by_hand():
    # ±2 ±1: 3, 1, -1, -3; the sum 3 and its opposite are two of the four.
    assert sign_flip_p(np.array([2, 1, 0])) == 0.5
    assert sign_flip_p(np.array([2, -1])) == 1
    assert sign_flip_p(np.zeros(4, dtype=int)) == 1
    assert sign_flip_p(np.zeros(0, dtype=int)) == 1


def test_interval_by_hand():
    # Mean 1.5 / 10 = 0.15, variance 2.25 / 10 - 0.15² = 0.45², half width 1.95996 × 0.45 / √10
    # = 0.278909; times 8.
    low, high = paired_interval(np.array([1.5]), np.array([1.25]), np.array([8]))
    assert low == pytest.approx(8 * (0.15 - 0.278909), abs=1e-4)
    assert high == pytest.approx(8 * (0.15 + 0.278909), abs=1e-4)


def test_interval_has_a_width_where_nothing_differs_and_stays_possible_where_all_does():
    n = np.array([1, 4, 40])
    low, high = paired_interval(np.zeros(3), np.zeros(3), n)
    assert (low < 0).all()
    np.testing.assert_allclose(low, -high)
    low, high = paired_interval(n.astype(float), n.astype(float), n)
    assert (low < n).all()
    assert high.tolist() == n.tolist()


@pytest.mark.parametrize("chances", [(0.1, 0.02), (0.05, 0.05), (0.3, 0.1), (0.02, 0.0)])
@pytest.mark.parametrize("n", [16, 60])
def test_interval_holds_the_truth_nineteen_times_of_twenty(n, chances):
    rng = np.random.default_rng(0)
    draws = rng.multinomial(n, [*chances, 1 - sum(chances)], size=4000)
    total, squares = draws[:, 0] - draws[:, 1], draws[:, 0] + draws[:, 1]
    low, high = paired_interval(total.astype(float), squares.astype(float), np.array(n))
    truth = n * (chances[0] - chances[1])
    assert ((low <= truth) & (truth <= high)).mean() > 0.94
