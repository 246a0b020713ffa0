"""What the figures of calibration show."""

import numpy as np
import pandas as pd
import pytest

from analysis.figures import reliability_figure, selective_figure, series
from analysis.figures.theme import SERIES

from .frames import all_texts, outside, overlapping, reliability, selective

BEFORE = reliability("a", [(3, 10, 0.25, 0.1), (9, 40, 0.65, 0.5), (14, 100, 0.98, 1.0)])
AFTER = reliability("a", [(4, 50, 0.3, 0.3), (12, 100, 0.85, 0.9)])


def dots(axes):
    return next(each for each in axes.collections if each.get_label() == "accuracy")


def test_dots_are_accuracy_at_confidence():
    above = reliability_figure(BEFORE, AFTER, "a").axes[:2]
    for axes, table in zip(above, (BEFORE, AFTER), strict=True):
        np.testing.assert_array_equal(dots(axes).get_offsets(), table[["confidence", "accuracy"]])


def test_lines_tie_the_dots_to_the_diagonal():
    axes = reliability_figure(BEFORE, None, "a").axes[0]
    ties = next(each for each in axes.collections if each.get_label() != "accuracy")
    expected = [[[x, x], [x, y]] for x, y in BEFORE[["confidence", "accuracy"]].to_numpy()]
    np.testing.assert_array_equal(ties.get_segments(), expected)
    (diagonal,) = axes.lines
    assert (list(diagonal.get_xdata()), list(diagonal.get_ydata())) == ([0, 1], [0, 1])


def test_the_area_of_a_dot_goes_with_its_answers():
    sizes = dots(reliability_figure(BEFORE, None, "a").axes[0]).get_sizes()
    np.testing.assert_allclose(sizes / sizes.max(), [0.1, 0.4, 1.0])


def test_bars_count_the_answers_of_each_bin():
    _, _, below, beside = reliability_figure(BEFORE, AFTER, "a").axes
    for axes, table in ((below, BEFORE), (beside, AFTER)):
        np.testing.assert_allclose([bar.get_height() for bar in axes.patches], table["n"])
        np.testing.assert_allclose([bar.get_x() for bar in axes.patches], table["low"])


def test_both_panels_have_one_scale():
    above = reliability_figure(BEFORE, AFTER, "a").axes[:2]
    assert all(axes.get_xlim() == axes.get_ylim() == (0, 1) for axes in above)
    assert [axes.get_title(loc="left") for axes in above] == ["as trained", "with temperature"]


def test_without_a_temperature_there_is_one_panel():
    figure = reliability_figure(BEFORE, None, "a")
    assert len(figure.axes) == 2
    assert "with temperature" not in all_texts(figure)


def test_it_takes_only_the_rows_of_its_experiment():
    other = reliability("b", [(7, 1, 0.5, 0.5)])
    figure = reliability_figure(pd.concat([other, BEFORE]), None, "a")
    assert len(dots(figure.axes[0]).get_offsets()) == 3


@pytest.mark.parametrize("after", [None, AFTER], ids=["one", "two"])
def test_no_text_of_reliability_lies_on_another_or_is_cut(after):
    name = "resnet18-progressive-unfreezing-and-more"
    tables = [t if t is None else t.assign(experiment=name) for t in (BEFORE, after)]
    figure = reliability_figure(*tables, name, "A notice. " * 12)
    assert overlapping(figure) == []
    assert outside(figure) == []


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].lines}


def test_lines_are_accuracy_over_coverage():
    table = selective({"a": 0.6, "b": 0.8})
    found = lines(selective_figure(table, ["a", "b"]))
    for name in ("a", "b"):
        own = table.loc[table["experiment"] == name]
        np.testing.assert_array_equal(found[name].get_xdata(), own["coverage"])
        np.testing.assert_array_equal(found[name].get_ydata(), own["accuracy"])


def test_the_key_is_in_the_order_of_the_lines_at_full_coverage():
    figure = selective_figure(selective({"a": 0.5, "b": 0.9, "c": 0.7}), ["a", "b", "c"])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["b", "c", "a"]


def test_looks_go_by_the_order_of_the_experiments_or_as_given():
    table = selective({"c": 0.5})
    assert lines(selective_figure(table, ["a", "b", "c"]))["c"].get_color() == SERIES[2]
    given = selective_figure(table, ["c"], styles=series(["x", "c"]))
    assert lines(given)["c"].get_color() == SERIES[1]


def test_lines_differ_without_colour():
    found = lines(selective_figure(selective({str(i): i / 10 for i in range(8)}), "01234567"))
    assert len({line.get_marker() for line in found.values()}) == 8


def test_bands_are_there_while_they_can_be_told_apart():
    for n, n_bands in ((1, 1), (3, 3), (4, 0)):
        table = selective({str(i): 0.5 for i in range(n)})
        assert len(selective_figure(table, list("0123")).axes[0].collections) == n_bands


def test_one_seed_has_no_band():
    table = selective({"a": 0.5}).assign(sd=np.nan)
    (band,) = selective_figure(table, ["a"]).axes[0].collections
    assert all(len(path.vertices) == 0 for path in band.get_paths())


def test_of_ten_the_eight_best_are_shown_and_it_says_so():
    names = [f"experiment {i}" for i in range(10)]
    figure = selective_figure(selective({n: i / 10 for i, n in enumerate(names)}), names)
    assert set(lines(figure)) == set(names[2:])
    assert "The 8 best of 10 experiments" in figure.texts[0].get_text()
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_without_numbers_they_say_so():
    for figure in (
        reliability_figure(BEFORE.iloc[:0], None, "a"),
        reliability_figure(BEFORE, AFTER, "other"),
        selective_figure(selective({}), ["a"]),
        selective_figure(selective({"a": 0.5}), []),
    ):
        assert "nothing to show" in all_texts(figure)
