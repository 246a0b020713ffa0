"""What a figure of classes shows."""

import numpy as np
import pytest

from analysis.figures import per_class_figure, png
from analysis.figures.theme import SERIES

from .frames import AWKWARD, all_texts, outside, overlapping, per_class

RNG = np.random.default_rng(0)


def rows_of(figure):
    """The names of the rows, from the top."""
    (axes,) = figure.axes
    labels = sorted(
        zip(axes.get_yticks(), [label.get_text() for label in axes.get_yticklabels()], strict=True)
    )
    assert axes.yaxis_inverted()
    return [name for _, name in labels]


def marks(figure, name, column="accuracy"):
    return next(each for each in figure.axes[0].lines if each.get_label() == f"{name}: {column}")


def many(n_experiments, n_classes):
    # The later, the better.
    return per_class(
        {
            f"experiment {i}": RNG.uniform(0.05 * i, 0.05 * i + 0.4, n_classes)
            for i in range(n_experiments)
        }
    )


def test_the_best_class_is_on_top_by_the_mean_of_the_experiments():
    figure = per_class_figure(per_class({"a": [0.2, 0.9, 0.5], "b": [0.8, 0.7, 0.1]}))
    assert rows_of(figure) == ["class 001", "class 000", "class 002"]  # 0.8, 0.5, 0.3


def test_markers_and_intervals_are_the_numbers():
    figure = per_class_figure(per_class({"a": [0.25, 0.5], "b": [0.75, 1.0]}))
    np.testing.assert_array_equal(marks(figure, "a").get_xdata(), [0.25, 0.5])
    np.testing.assert_array_equal(marks(figure, "b").get_xdata(), [0.75, 1.0])
    intervals = {each.get_label(): each for each in figure.axes[0].collections}
    ends = [segment[:, 0] for segment in intervals["b"].get_segments()]
    np.testing.assert_allclose(ends, [[0.65, 0.85], [0.9, 1.0]])
    heights = [segment[0, 1] for segment in intervals["b"].get_segments()]
    np.testing.assert_allclose(heights, marks(figure, "b").get_ydata())


def test_the_marks_of_a_class_stand_in_its_row_side_by_side():
    figure = per_class_figure(many(8, 5))
    names = rows_of(figure)
    ys = np.array([marks(figure, f"experiment {i}").get_ydata() for i in range(8)])
    rows = [names.index(f"class {i:03}") for i in range(5)]
    assert (np.abs(ys - rows) < 0.5).all()
    assert (np.diff(ys, axis=0) > 0).all()


def test_experiments_differ_by_marker_and_colour():
    figure = per_class_figure(many(8, 3))
    looks = [marks(figure, f"experiment {i}") for i in range(8)]
    assert len({look.get_marker() for look in looks}) == 8
    assert [look.get_color() for look in looks] == list(SERIES)


def test_published_values_are_hollow():
    figure = per_class_figure(per_class({"a": [0.5, 0.6], "b": [0.4, 0.3]}, {"a": {1: 0.9}}))
    found = marks(figure, "a", "published")
    np.testing.assert_array_equal(found.get_xdata(), [np.nan, 0.9])
    assert found.get_markerfacecolor() == "none"
    assert found.get_marker() == marks(figure, "a").get_marker()
    assert "published" in all_texts(figure)


def test_without_published_values_nothing_is_said_of_them():
    figure = per_class_figure(per_class({"a": [0.5]}))
    assert not any("published" in text for text in all_texts(figure))


@pytest.mark.parametrize(("n_experiments", "half"), [(1, 30), (4, 30), (6, 20), (8, 15)])
def test_of_200_classes_the_best_and_worst_are_shown_and_it_says_so(n_experiments, half):
    table = many(n_experiments, 200)
    figure = per_class_figure(table)
    means = table.groupby("class")["accuracy"].mean().sort_values(ascending=False)
    assert rows_of(figure) == [*means.index[:half], *means.index[-half:]]
    assert f"The {half} best and {half} worst of 200 classes" in figure.texts[0].get_text()
    assert figure.get_figheight() < 26


def test_60_classes_are_all_shown():
    figure = per_class_figure(many(4, 60))
    assert len(rows_of(figure)) == 60
    assert "\n" not in figure.texts[0].get_text()


def test_of_ten_experiments_the_eight_best_are_shown_and_it_says_so():
    figure = per_class_figure(many(10, 6))
    names = {text.get_text() for text in figure.legends[0].get_texts()}
    assert names == {f"experiment {i}" for i in range(2, 10)}
    assert "The 8 best of 10 experiments" in figure.texts[0].get_text()


@pytest.mark.parametrize("n_classes", [1, 2, 18, 200])
@pytest.mark.parametrize("n_experiments", [1, 4, 8])
def test_no_text_lies_on_another_or_is_cut(n_classes, n_experiments):
    figure = per_class_figure(many(n_experiments, n_classes), "A notice. " * 12)
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_long_and_awkward_names_are_shown_and_fit():
    table = per_class({f"experiment {i} " + "x" * 60: RNG.uniform(0, 1, 8) for i in range(2)})
    awkward = [f"{i} {name}" for i, name in enumerate(AWKWARD[:4] + ["y" * 80] * 4)]
    table["class"] = table["class"].map(dict(zip(table["class"].unique(), awkward, strict=True)))
    figure = per_class_figure(table)
    assert overlapping(figure) == []
    assert outside(figure) == []
    assert "2 狐" in rows_of(figure)
    assert png(figure)


def test_a_class_without_images_has_no_row():
    table = per_class({"a": [0.5, np.nan]})
    assert rows_of(per_class_figure(table)) == ["class 000"]


def test_without_classes_it_says_so():
    for table in (per_class({}), per_class({"a": [np.nan]})):
        assert "nothing to show" in all_texts(per_class_figure(table))
