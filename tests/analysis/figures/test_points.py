"""Names beside points."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from analysis.figures.placement import measure
from analysis.figures.points import Point, label_points

from .frames import overlapping


def named(places, interval=0.0):
    figure = Figure(figsize=(4.4, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    points = [
        Point(f"experiment number {i}", x, y, y - interval, y + interval)
        for i, (x, y) in enumerate(places)
    ]
    return axes, label_points(axes, points)


def extent(label):
    return measure(label, label.figure.canvas.get_renderer())


@pytest.mark.parametrize("n", [1, 4, 12])
@pytest.mark.parametrize("spread", [0.01, 0.1, 0.4])
def test_names_keep_clear_of_each_other_of_points_and_of_the_edge(n, spread):
    rng = np.random.default_rng(n)
    places = np.clip(rng.normal(0.5, spread, (n, 2)), 0.05, 0.95)
    axes, labels = named(places)
    assert overlapping(axes.figure) == []
    edge = axes.get_window_extent()
    spots = axes.transData.transform(places)
    for label in labels:
        box = extent(label)
        assert edge.x0 <= box.x0 < box.x1 <= edge.x1
        assert edge.y0 <= box.y0 < box.y1 <= edge.y1
        assert not any(box.contains(x, y) for x, y in spots)


def test_a_name_with_room_stands_beside_its_point_without_a_line():
    _, (label,) = named([(0.3, 0.5)])
    assert label.get_position() == (6, 0)
    assert label.get_horizontalalignment() == "left"
    assert not label.arrow_patch.get_visible()


def test_a_name_goes_to_the_left_at_the_right_edge():
    _, (label,) = named([(0.97, 0.5)])
    assert label.get_position() == (-6, 0)
    assert label.get_horizontalalignment() == "right"


def test_a_name_without_room_beside_stands_beyond_the_end_of_the_interval():
    axes, (_, middle, _) = named([(0.45, 0.5), (0.5, 0.5), (0.55, 0.5)], interval=0.1)
    _, top = axes.transData.transform((0.5, 0.6))
    assert 0 < extent(middle).y0 - top < 10
    assert middle.get_horizontalalignment() == "center"
    assert not middle.arrow_patch.get_visible()


def test_a_name_that_stands_off_is_tied_to_its_point():
    _, labels = named([(0.5, 0.5)] * 6)
    assert any(label.arrow_patch.get_visible() for label in labels)


def test_places_are_the_same_each_time():
    places = np.random.default_rng(1).uniform(0.2, 0.8, (8, 2))
    first, second = ([label.get_position() for label in named(places)[1]] for _ in range(2))
    assert first == second


def test_names_keep_clear_of_intervals():
    axes, (first, _) = named([(0.5, 0.5), (0.6, 0.5)], interval=0.3)
    text = extent(first)
    x, _ = axes.transData.transform((0.6, 0.5))
    assert text.x1 < x or text.x0 > x
