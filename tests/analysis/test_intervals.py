"""Wilson's interval against scipy and a hand-worked value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from analysis.intervals import wilson


@given(
    n=st.integers(1, 2000),
    share=st.floats(0, 1),
    confidence=st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
def test_agrees_with_scipy(n, share, confidence):
    k = round(share * n)
    theirs = binomtest(k, n).proportion_ci(confidence, method="wilson")
    ours = wilson(k / n, n, confidence)
    np.testing.assert_allclose(ours, (theirs.low, theirs.high), atol=1e-12)


def test_a_textbook_value():
    # z = 1.96, p = 1/2, n = 4: centre 1/2; half width z sqrt(1/16 + z²/64) / (1 + z²/4)
    # = 1.96 × sqrt(0.0625 + 0.060025) / 1.9604 = 1.96 × 0.35004 / 1.9604 = 0.34996.
    low, high = wilson(0.5, 4)
    assert (low, high) == pytest.approx((0.15004, 0.84996), abs=1e-4)


def test_no_image_gives_nan_beside_others_that_are_known():
    low, high = wilson([0.5, np.nan, np.nan], [0, 0, 10])
    assert np.isnan(low).all()
    assert np.isnan(high).all()
    low, high = wilson([0.5, np.nan], [8, 0])
    assert 0 < low[0] < 0.5 < high[0] < 1
    assert np.isnan(low[1])


def test_broadcasts():
    low, high = wilson(np.array([[0.1], [0.9]]), np.array([10, 100, 1000]))
    assert low.shape == high.shape == (2, 3)
    assert (np.diff(high - low, axis=1) < 0).all()


@pytest.mark.parametrize(
    ("fraction", "n", "confidence"),
    [(1.2, 5, 0.95), (-0.1, 5, 0.95), (0.5, -1, 0.95), (0.5, 5, 1.0), (0.5, 5, 95)],
)
def test_values_out_of_range_are_refused(fraction, n, confidence):
    with pytest.raises(ValueError, match="must"):
        wilson(fraction, n, confidence)
