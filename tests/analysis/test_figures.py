"""What a confusion figure shows, and that it can be read."""

import io

import numpy as np
import pandas as pd
import pytest

from analysis.figures import confusion_figure


def matrix_of(counts, names=None):
    names = names or [f"class {i}" for i in range(len(counts))]
    return pd.DataFrame(np.asarray(counts, dtype=np.int64), index=names, columns=names)


def drawn(matrix):
    """The figure's cell texts, by (row, column), and its image, once it was really drawn."""
    figure = confusion_figure(matrix, "a $title_")
    figure.savefig(io.BytesIO(), format="png", dpi=50)
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


def test_signs_that_mean_mathematics_are_shown_as_they_are():
    figure, _, _ = drawn(matrix_of([[1, 0], [0, 1]], ["a$x$", "b_{"]))
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a$x$", "b_{"]
    assert not any(label.get_parse_math() for label in axes.get_yticklabels())
    assert not axes.title.get_parse_math()


def test_pyplot_is_left_alone():
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    drawn(matrix_of([[1, 0], [0, 1]]))
    assert pyplot.get_fignums() == before
