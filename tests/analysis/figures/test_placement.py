"""That labels part, and no further than they must."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from scipy.optimize import LinearConstraint, minimize

from analysis.figures.placement import drop_overlapping, label_ends, laid_out, settle_ends, spread

from .frames import overlapping

places = st.lists(st.floats(-100, 100), min_size=1, max_size=8)


@given(places)
def test_positions_are_apart_and_in_order(wanted):
    found = spread(wanted, 3.0, -200, 200)
    assert (np.diff(np.sort(found)) >= 3.0 - 1e-9).all()
    np.testing.assert_array_equal(
        np.argsort(found, kind="stable"), np.argsort(wanted, kind="stable")
    )


@given(places)
def test_what_is_apart_already_stays(wanted):
    apart = np.sort(wanted) + 4.0 * np.arange(len(wanted))
    np.testing.assert_allclose(spread(apart, 4.0, -1000, 1000), apart, atol=1e-9)


def test_two_at_one_place_part_evenly():
    np.testing.assert_allclose(spread([5, 5], 2, 0, 10), [4, 6])


def test_the_bounds_hold_where_there_is_room():
    np.testing.assert_allclose(spread([9, 10], 2, 0, 10), [8, 10])
    np.testing.assert_allclose(spread([0, 0, 0], 2, 0, 10), [0, 2, 4])
    np.testing.assert_allclose(spread([1, 1, 1], 2, 0, 3), [0, 2, 4])
    assert spread([], 2, 0, 1).size == 0


@pytest.mark.parametrize("wanted", [[1, 2, 2.5, 9, 9.5], [0, 0, 10, 10], [3, 3.1, 3.2, 3.3]])
def test_it_is_the_least_that_a_solver_of_quadratic_problems_finds(wanted):
    n = len(wanted)
    gaps = LinearConstraint(np.eye(n, k=1)[:-1] - np.eye(n)[:-1], lb=1.5)
    best = minimize(
        lambda x: ((x - wanted) ** 2).sum(),
        x0=np.linspace(0, 10, n),
        bounds=[(0, 10)] * n,
        constraints=gaps,
        method="SLSQP",
        options={"ftol": 1e-12},
    )
    np.testing.assert_allclose(spread(wanted, 1.5, 0, 10), best.x, atol=1e-4)


def test_ends_at_one_place_get_labels_side_by_side():
    figure = Figure(figsize=(4, 2), layout="constrained")
    axes = figure.add_subplot()
    axes.set_ylim(0, 1)
    labels = label_ends(axes, [(0.5, "one", "k"), (0.51, "two", "k"), (0.5, "$three", "k")])
    laid_out(figure)
    settle_ends(axes, labels)
    assert overlapping(figure) == []
    right = axes.get_window_extent().x1
    assert all(right < label.get_window_extent().x0 for label in labels)
    assert all(label.get_window_extent().x1 < figure.bbox.x1 for label in labels)


def test_of_overlapping_texts_the_first_stays():
    figure = Figure(figsize=(4, 2), layout="constrained")
    axes = figure.add_subplot()
    texts = [axes.text(x, 0.5, "a word") for x in (0, 0.05, 0.5)]
    drop_overlapping(texts, laid_out(figure))
    assert [text.get_visible() for text in texts] == [True, False, True]
