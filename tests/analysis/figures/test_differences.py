"""What a figure of differences shows."""

import numpy as np
import pandas as pd
import pytest

from analysis.figures import differences_figure

from .frames import AWKWARD, all_texts, comparisons, outside, overlapping

FOUR = comparisons({"a": 0.5, "b": 0.7, "c": 0.64, "d": 0.71})


def rows_of(figure):
    """The pairs of the rows, from the top."""
    (axes,) = figure.axes
    names = [(text.get_position()[1], text.get_text()) for text in axes.texts]
    firsts, seconds = sorted(names)[::2], sorted(names)[1::2]
    assert axes.yaxis_inverted()
    assert all(second.startswith("− ") for _, second in seconds)
    return [(a, b.removeprefix("− ")) for (_, a), (_, b) in zip(firsts, seconds, strict=True)]


def marks(figure, marker):
    line = next(each for each in figure.axes[0].lines if each.get_marker() == marker)
    return dict(zip((int(y) for y in line.get_ydata()), line.get_xdata(), strict=True))


def test_rows_are_pairs_and_the_greatest_difference_is_on_top():
    pairs = rows_of(differences_figure(FOUR))
    ordered = FOUR.sort_values("difference", ascending=False)
    assert pairs == list(zip(ordered["a"], ordered["b"], strict=True))


def test_marks_are_differences_full_where_significant_and_hollow_elsewhere():
    figure = differences_figure(FOUR)
    ordered = FOUR.sort_values("difference", ascending=False).reset_index(drop=True)
    full, hollow = marks(figure, "o"), marks(figure, "D")
    for row, difference, p in ordered[["difference", "p_holm"]].itertuples():
        assert (full if p < 0.05 else hollow)[row] == difference
    assert len(full) + len(hollow) == 6
    assert {"p < 0.05 (Holm)", "can't be told apart"} <= set(all_texts(figure))


def test_a_pair_without_a_p_is_hollow():
    figure = differences_figure(FOUR.assign(p_holm=np.nan))
    assert len(marks(figure, "D")) == 6
    assert marks(figure, "o") == {}


def test_intervals_are_low_to_high_and_zero_is_in_sight():
    figure = differences_figure(FOUR)
    (axes,) = figure.axes
    ordered = FOUR.sort_values("difference", ascending=False)
    ends = [segment[:, 0] for segment in axes.collections[-1].get_segments()]
    np.testing.assert_allclose(ends, ordered[["low", "high"]])
    zero = next(line for line in axes.lines if line.get_label() == "no difference")
    assert list(zero.get_xdata()) == [0, 0]
    left, right = axes.get_xlim()
    assert left < min(0, FOUR["low"].min())
    assert right > max(0, FOUR["high"].max())


def test_zero_is_in_sight_where_all_differ():
    left, right = differences_figure(comparisons({"a": 0.9, "b": 0.1})).axes[0].get_xlim()
    assert left < 0 < right


def test_the_measure_is_chosen():
    both = pd.concat([FOUR, comparisons({"a": 0.9, "b": 0.1}, "macro_accuracy")])
    assert len(rows_of(differences_figure(both))) == 6
    figure = differences_figure(both, "macro_accuracy")
    assert rows_of(figure) == [("a", "b")]
    assert figure.texts[0].get_text() == "Differences in macro accuracy"


def test_of_many_pairs_those_with_the_best_are_shown_and_it_says_so():
    values = {f"experiment {i}": 0.5 + 0.01 * (i * 5 % 8) for i in range(8)}  # 3 is the best
    figure = differences_figure(comparisons(values))
    pairs = rows_of(figure)
    assert {a for a, _ in pairs} == {"experiment 3"}
    assert len(pairs) == 7
    assert "experiment 3 (the best) minus each other" in figure.texts[0].get_text()
    shown = marks(figure, "o") | marks(figure, "D")
    for row, (_, other) in enumerate(pairs):
        assert shown[row] == pytest.approx(values["experiment 3"] - values[other])
    segments = figure.axes[0].collections[-1].get_segments()
    for row, segment in enumerate(segments):
        np.testing.assert_allclose(segment[:, 0], [shown[row] - 0.04, shown[row] + 0.04])


@pytest.mark.parametrize("n", [2, 4, 6, 12])
def test_no_text_lies_on_another_or_is_cut(n):
    values = {f"resnet18-progressive-unfreezing-and-more-{i}": i / 20 for i in range(n)}
    figure = differences_figure(comparisons(values), notice="A notice. " * 12)
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_awkward_names_are_shown_as_they_are():
    values = {name: i / 10 for i, name in enumerate(AWKWARD[:4])}
    figure = differences_figure(comparisons(values))
    assert {name for pair in rows_of(figure) for name in pair} == set(AWKWARD[:4])
    assert overlapping(figure) == []


def test_without_pairs_it_says_so():
    for table, measure in ((comparisons({"a": 1}), "accuracy"), (FOUR, "other")):
        assert "nothing to show" in all_texts(differences_figure(table, measure))
