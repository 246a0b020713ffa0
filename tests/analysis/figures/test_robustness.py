"""The figures of corrupted images: what they draw, and any name."""

import numpy as np
import pandas as pd
import pytest

from analysis.figures.corrupted import corrupted_figure
from analysis.figures.rendering import png, themed_svg
from analysis.figures.robustness import robustness_figure
from analysis.figures.theme import series
from analysis.robustness import robustness
from tests.analysis.corrupted import ALPHA, CLASSES, answers

from .frames import AWKWARD


def strengths(names=("alpha",), right=ALPHA["alpha", 0]):
    made = answers({(name, 0): right for name in names})
    return robustness(made, CLASSES, names).strengths


def test_each_panel_has_a_line_an_experiment_from_the_clean_images_on():
    table = robustness(answers(), CLASSES, ["alpha"]).strengths
    figure = robustness_figure(table)
    panels = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_title(loc="left") for axes in panels] == ["blur", "snow"]
    (blur,), (snow,) = (axes.get_lines() for axes in panels)
    np.testing.assert_array_equal(blur.get_xdata(), [0, 1, 2])
    np.testing.assert_allclose(blur.get_ydata(), [5 / 6, 1 / 2, 1 / 6])
    np.testing.assert_allclose(snow.get_ydata(), [5 / 6, 1, 1 / 3])
    assert blur.get_color() == series(["alpha"])["alpha"].colour


def test_the_look_is_that_of_the_other_figures():
    looks = series(["first", "alpha"])
    figure = robustness_figure(strengths(), styles=looks)
    assert figure.axes[0].get_lines()[0].get_color() == looks["alpha"].colour


@pytest.mark.parametrize("n_kinds", [1, 4, 9])
def test_any_number_of_corruptions_has_its_panels(n_kinds):
    one = strengths()
    clean, blur = one.iloc[:1], one.loc[one["corruption"] == "blur"]
    more = [blur.assign(corruption=f"kind {k}") for k in range(n_kinds)]
    figure = robustness_figure(pd.concat([clean, *more]))
    assert sum(axes.axison for axes in figure.axes) == n_kinds
    assert png(figure).startswith(b"\x89PNG")


def test_any_name_and_no_result_can_be_drawn():
    assert "<title" in themed_svg(robustness_figure(strengths(AWKWARD), "note"), "alt", "f")
    assert png(robustness_figure(strengths().iloc[:0]))


def test_the_image_stands_first_and_each_corruption_in_a_pair():
    image = np.full((8, 8, 3), 7, dtype=np.uint8)
    variants = {"blur": [image + 1, image + 2], "$snow_": [image + 3, image + 4]}
    figure = corrupted_figure(image, variants, (3, 5), "<a> $b_", "note")
    shown = [axes for axes in figure.axes if axes.images]
    labels = ["as it is", "blur 3", "blur 5", "$snow_ 3", "$snow_ 5"]
    assert [axes.get_title(loc="left") for axes in shown] == labels
    assert [int(axes.images[0].get_array()[0, 0, 0]) for axes in shown] == [7, 8, 9, 10, 11]
    assert themed_svg(figure, "alt", "f").startswith("<svg")
