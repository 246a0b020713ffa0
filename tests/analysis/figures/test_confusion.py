"""What a confusion figure shows, and that it can be read."""

import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgb

from analysis.figures import confusion_figure, themed_svg
from analysis.figures.theme import DARK, INK, LIGHT, ON_FILL

from .contrast import contrast
from .frames import all_texts, outside, overlapping


def matrix_of(counts, names=None):
    names = names or [f"class {i}" for i in range(len(counts))]
    return pd.DataFrame(np.asarray(counts, dtype=np.int64), index=names, columns=names)


def drawn(matrix, notice=""):
    """The figure's cell texts, by (row, column), and its image, once it was really drawn."""
    figure = confusion_figure(matrix, "a $title_", notice)
    figure.savefig(io.BytesIO(), format="png", dpi=100)
    axes = figure.axes[0]
    texts = {(round(t.get_position()[1]), round(t.get_position()[0])): t for t in axes.texts}
    return figure, texts, axes.images[0].get_array()


def test_colours_are_shares_of_the_true_class_and_cells_say_the_counts():
    _, texts, shares = drawn(matrix_of([[6, 2], [0, 5]]))
    np.testing.assert_allclose(shares, [[0.75, 0.25], [0, 1]])
    assert {cell: text.get_text() for cell, text in texts.items()} == {
        (0, 0): "6",
        (0, 1): "2",
        (1, 1): "5",
    }


def test_a_class_without_images_is_neither_white_nor_an_error():
    _, _, shares = drawn(matrix_of([[3, 0], [0, 0]]))
    assert np.ma.getmaskarray(np.ma.masked_invalid(shares)).tolist() == [
        [False, False],
        [True, True],
    ]


@pytest.mark.parametrize(("k", "written"), [(2, True), (18, True), (200, False)])
def test_counts_are_written_only_where_they_can_be_read(k, written):
    figure, texts, _ = drawn(matrix_of(np.full((k, k), 123)))
    assert bool(texts) == written
    cell = figure.axes[0].get_window_extent().width / k
    for text in list(texts.values())[:1]:
        assert text.get_window_extent().width < cell
    assert max(figure.get_size_inches()) < 17


@pytest.mark.parametrize("k", [2, 18, 60])
def test_the_notice_is_whole_and_below_all_else(k):
    notice = (
        "A sentence of a hundred letters or so, in $MANY$ wide words, that says what this is not."
    )
    matrix = matrix_of(np.full((k, k), 3), [f"western_squirrel_{i}" for i in range(k)])
    figure, _, _ = drawn(matrix, notice)
    text = figure.texts[-1]
    assert text.get_text().split() == notice.split()
    box = text.get_window_extent()
    assert figure.bbox.x0 <= box.x0
    assert box.x1 <= figure.bbox.x1
    assert figure.bbox.y0 <= box.y0
    assert box.y1 <= min(axes.get_tightbbox().y0 for axes in figure.axes)


def test_the_notice_takes_nothing_from_the_matrix():
    matrix = matrix_of([[3, 0], [1, 2]])
    without, _, _ = drawn(matrix)
    beside, _, _ = drawn(matrix, "A sentence. " * 20)
    assert len(without.texts) == len(beside.texts) - 1
    sizes = [figure.axes[0].get_window_extent().width for figure in (without, beside)]
    assert sizes[1] == pytest.approx(sizes[0], rel=0.05)


def test_signs_that_mean_mathematics_are_shown_as_they_are():
    figure, _, _ = drawn(matrix_of([[1, 0], [0, 1]], ["a$x$", "b_{"]))
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a$x$", "b_{"]
    assert not any(label.get_parse_math() for label in axes.get_yticklabels())
    (title,) = figure.texts
    assert title.get_text() == "a $title_"
    assert not title.get_parse_math()


def test_an_order_moves_rows_and_columns_alike():
    matrix = matrix_of([[6, 2, 0], [1, 5, 0], [0, 0, 4]], ["a", "b", "c"])
    figure = confusion_figure(matrix, "", order=["c", "a", "b"])
    figure.canvas.draw()
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["c", "a", "b"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["c", "a", "b"]
    expected = [[1, 0, 0], [0, 6 / 8, 2 / 8], [0, 1 / 6, 5 / 6]]
    np.testing.assert_allclose(axes.images[0].get_array(), expected)


@pytest.mark.parametrize("order", [["a"], ["a", "a", "b"], ["a", "b", "x"]])
def test_an_order_that_leaves_a_class_out_is_refused(order):
    matrix = matrix_of(np.eye(3), ["a", "b", "c"])
    with pytest.raises(ValueError, match="each of the 3 classes once"):
        confusion_figure(matrix, "", order=order)


def test_no_classes_give_a_figure_that_says_so():
    assert "nothing to show" in all_texts(confusion_figure(matrix_of(np.empty((0, 0))), "none"))


@pytest.mark.parametrize("k", [2, 18, 200])
def test_no_text_lies_on_another_or_is_cut(k):
    names = [f"western_squirrel_{i}" for i in range(k)]
    figure = confusion_figure(matrix_of(np.full((k, k), 12), names), "a title " * 8, "Notice. " * 9)
    assert overlapping(figure) == []
    assert outside(figure) == []


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_counts_stand_out_from_their_cells_on_any_paper(theme):
    ink_of = {INK: theme["--ink"], ON_FILL: ON_FILL}
    shades = [(100, i) for i in range(0, 1000, 50)]
    for here, elsewhere in shades:
        figure = confusion_figure(matrix_of([[here, elsewhere], [0, 1]]), "")
        axes = figure.axes[0]
        *blue, alpha = axes.images[0].cmap(here / (here + elsewhere))
        paper = np.array(to_rgb(theme["--paper"]))
        cell = to_hex(alpha * np.array(blue) + (1 - alpha) * paper)
        text = next(t for t in axes.texts if t.get_position() == (0, 0))
        assert contrast(ink_of[text.get_color()], cell) > 3.5


def test_an_svg_gets_the_cells_themselves():
    markup = themed_svg(confusion_figure(matrix_of([[1, 0], [0, 1]]), ""), "", "one")
    assert "image-rendering:crisp-edges" in markup.replace(" ", "")


def test_pyplot_is_left_alone():
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    drawn(matrix_of([[1, 0], [0, 1]]))
    assert pyplot.get_fignums() == before
