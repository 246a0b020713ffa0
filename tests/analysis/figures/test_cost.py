"""What a figure of costs shows."""

import numpy as np
import pytest

from analysis.figures import cost_figure, series
from analysis.figures.theme import SERIES

from .frames import AWKWARD, all_texts, outside, overlapping, summary

NAMES = [f"resnet18-number-{i}-unfreezing" for i in range(12)]


def points(figure):
    return {line.get_label(): line for line in figure.axes[0].lines}


@pytest.mark.parametrize(
    ("seconds", "unit", "expected"),
    [
        ([30, 60], "seconds", [30, 60]),
        ([119], "seconds", [119]),
        ([60, 150], "minutes", [1, 2.5]),
        ([3600, 7200], "hours", [1, 2]),
    ],
)
def test_points_are_accuracy_at_time_in_a_unit_that_reads_well(seconds, unit, expected):
    names = NAMES[: len(seconds)]
    figure = cost_figure(summary([(n, 0.5, s) for n, s in zip(names, seconds, strict=True)]))
    for name, x in zip(names, expected, strict=True):
        assert (points(figure)[name].get_xdata(), points(figure)[name].get_ydata()) == ([x], [0.5])
    assert figure.axes[0].get_xlabel() == f"time of a run ({unit})"
    assert figure.axes[0].get_ylabel() == "accuracy"


@pytest.mark.parametrize(("longest", "scale"), [(500, "linear"), (501, "log")])
def test_the_axis_is_logarithmic_beyond_five_times(longest, scale):
    figure = cost_figure(summary([("a", 0.5, 100), ("b", 0.6, longest)]))
    assert figure.axes[0].get_xscale() == scale
    assert not any("$" in text or "times" in text for text in all_texts(figure))


def test_intervals_are_drawn_where_there_are_any():
    table = summary([("a", 0.5, 10), ("b", 0.6, 20)])
    assert segments(cost_figure(table)) == []
    found = segments(cost_figure(table.assign(low=[0.4, 0.55], high=[0.6, 0.65])))
    np.testing.assert_allclose(found, [[[10, 0.4], [10, 0.6]], [[20, 0.55], [20, 0.65]]])


def segments(figure):
    return [each for lines in figure.axes[0].collections for each in lines.get_segments()]


@pytest.mark.parametrize("n", [1, 2, 4, 12])
@pytest.mark.parametrize("longest", [1.02, 3, 100])
@pytest.mark.parametrize("interval", [False, True])
def test_names_lie_on_nothing_and_are_not_cut(n, longest, interval):
    rng = np.random.default_rng(n)
    accuracy = 0.6 + rng.normal(0, 0.03, n)
    table = summary(list(zip(NAMES[:n], accuracy, np.geomspace(60, 60 * longest, n), strict=True)))
    if interval:
        table = table.assign(low=accuracy - 0.04, high=accuracy + 0.04)
    figure = cost_figure(table, "A notice. " * 12)
    assert overlapping(figure) == []
    assert outside(figure) == []
    assert set(NAMES[:n]) <= set(all_texts(figure))


def test_equal_experiments_have_names_apart():
    figure = cost_figure(summary([(name, 0.5, 60) for name in NAMES[:5]]))
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_awkward_names_are_shown_as_they_are():
    figure = cost_figure(summary([(name, 0.5, 60 + i) for i, name in enumerate(AWKWARD[:4])]))
    assert set(AWKWARD[:4]) <= set(all_texts(figure))
    assert overlapping(figure) == []


def test_looks_go_by_the_order_or_as_given():
    table = summary([("a", 0.5, 60), ("b", np.nan, 60), ("c", 0.6, 60)])
    assert points(cost_figure(table))["c"].get_color() == SERIES[2]
    assert points(cost_figure(table, styles=series("xyzabc")))["c"].get_color() == SERIES[5]


@pytest.mark.parametrize("rows", [[], [("a", np.nan, 10)], [("a", 0.5, np.nan)]])
def test_without_numbers_it_says_so(rows):
    assert "nothing to show" in all_texts(cost_figure(summary(rows)))
