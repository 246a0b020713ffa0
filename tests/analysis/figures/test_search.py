"""What the figures of a search show."""

import numpy as np
import pytest

from analysis.figures.rendering import png, themed_svg
from analysis.figures.search_course import search_curves_figure, search_history_figure
from analysis.figures.search_parameters import (
    search_importances_figure,
    search_parallel_figure,
    search_slices_figure,
)
from tests.analysis.searches import made

from .frames import all_texts

FIGURES = [
    search_history_figure,
    search_curves_figure,
    search_importances_figure,
    search_slices_figure,
    search_parallel_figure,
]


@pytest.mark.parametrize("draw", FIGURES)
def test_each_can_be_drawn_says_the_notice_and_stands_an_empty_search(draw):
    figure = draw(made(), "These are drawn.")
    assert "These are drawn." in all_texts(figure)
    assert png(figure).startswith(b"\x89PNG")
    assert themed_svg(draw(made()), "what it shows", "s").startswith("<svg")
    nothing = made(trials=made().trials.iloc[:0], curves=made().curves.iloc[:0], importances={})
    assert "nothing to show" in all_texts(draw(nothing))


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def test_the_history_is_a_staircase_over_the_trials():
    (axes,) = search_history_figure(made()).axes
    drawn = lines(axes)
    np.testing.assert_allclose(
        drawn["best"].get_xydata(), [[0, 0.5], [2, 0.75], [4, 0.75], [4, 0.75]]
    )
    np.testing.assert_allclose(drawn["complete"].get_xydata(), [[0, 0.5], [2, 0.75], [4, 0.75]])
    np.testing.assert_allclose(drawn["pruned"].get_xydata(), [[1, 0.25]])
    assert axes.get_ylabel() == "val_macro_accuracy"


def test_the_curves_count_epochs_from_one_and_the_best_stands_out():
    (axes,) = search_curves_figure(made()).axes
    drawn = lines(axes)
    assert set(drawn) == {"trial 0", "trial 1", "trial 2", "trial 3"}  # 4 was not trained
    assert list(drawn["trial 1"].get_xdata()) == [1, 2, 3]
    widths = {name: line.get_linewidth() for name, line in drawn.items()}
    assert max(widths, key=widths.get) == "trial 2"


def test_importances_are_bars_with_their_shares():
    figure = search_importances_figure(made())
    assert {"75 %", "25 %", "optimizer.lr", "optimizer.name"} <= set(all_texts(figure))


def test_slices_have_an_axis_a_parameter_each_with_its_own_scale():
    figure = search_slices_figure(made())
    rate, name, momentum, spare = figure.axes
    assert rate.get_xscale() == "log"
    assert [text.get_text() for text in name.get_xticklabels()] == ["adam", "sgd"]
    complete, pruned = momentum.lines
    np.testing.assert_allclose(complete.get_xdata(), [np.nan, 0.5, 0.5])
    np.testing.assert_allclose(pruned.get_xdata(), [0.9])
    assert not spare.axison


def test_parallel_coordinates_end_at_the_value():
    (axes,) = search_parallel_figure(made()).axes
    drawn = [line for line in axes.lines if len(line.get_xdata()) == 4]
    ends = sorted(float(line.get_ydata()[-1]) for line in drawn)
    assert ends == [0.0, 1.0, 1.0]
    assert {"0.001", "0.01", "0.5", "0.75", "adam", "sgd"} <= set(all_texts(figure_of(axes)))


def figure_of(axes):
    return axes.get_figure()
