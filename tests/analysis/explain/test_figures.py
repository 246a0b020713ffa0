"""Figures show the arrays that they are given, and say in words what is right and wrong."""

import io

import numpy as np
import pytest

from analysis.explain.examples import FilterView, SaliencyExample, Seen
from analysis.explain.figures import filters_figure, overlay, saliency_figure
from tests.analysis.explain.networks import random_images

NOTICE = "These are drawn."


def seen(number=0, true="fox", predicted="fox"):
    return Seen(random_images(1, 16, number)[0], f"{true}/{number}.png", true, predicted, 0.75)


def example(number=0, true="fox", predicted="fox", map_=None):
    one = seen(number, true, predicted)
    place = np.random.default_rng(number).random((16, 16)) if map_ is None else map_
    return SaliencyExample(
        one.image, one.path, one.true, one.predicted, one.confidence, place, "Grad-CAM at x, 4 × 4"
    )


def view(n, n_seen=2, colours=True):
    rng = np.random.default_rng(0)
    shape = (n, 3, 3, 3) if colours else (n, 3, 3)
    return FilterView(
        "layer4.1.conv2",
        64,
        48,
        rng.normal(size=shape).astype(np.float32),
        rng.normal(size=(n_seen, n, 5, 5)).astype(np.float32),
        tuple(seen(number, predicted=name) for number, name in enumerate(["fox", "cat"][:n_seen])),
    )


def every(figure):
    """All axes that are seen, in the order in which they were made."""
    return [axes for axes in figure.get_axes() if axes.get_visible()]


def pictures(figure):
    return [axes.images[0].get_array() for axes in every(figure) if axes.images]


def words(figure):
    texts = [figure.get_suptitle(), figure.get_supxlabel()]
    return "\n".join([*texts, *(axes.get_title() for axes in every(figure))])


def drawn(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=40)
    return buffer.getvalue()


@pytest.mark.parametrize(("n", "n_seen", "colours"), [(8, 2, True), (5, 2, False), (1, 1, True)])
def test_kernels_photos_and_maps_are_shown_as_they_are(n, n_seen, colours):
    given = view(n, n_seen, colours)
    shown = pictures(filters_figure(given, "resnet, seed 0", NOTICE))
    assert len(shown) == n + n_seen + n_seen * n
    for picture, kernel in zip(shown[:n], given.kernels, strict=True):
        scale = np.abs(kernel).max()
        np.testing.assert_allclose(picture, 0.5 + kernel / (2 * scale), rtol=1e-6)
    for picture, one in zip(shown[n : n + n_seen], given.seen, strict=True):
        np.testing.assert_array_equal(picture, one.image)
    maps = [one for of_image in given.maps for one in of_image]
    for picture, one in zip(shown[n + n_seen :], maps, strict=True):
        np.testing.assert_array_equal(picture, one)


def test_a_filters_maps_share_one_scale_over_the_images():
    figure = filters_figure(view(4), "resnet, seed 0")
    scales = [axes.images[0].get_clim() for axes in every(figure)[6:]]
    assert scales[:4] == scales[4:]
    assert len(set(scales)) == 4


def test_it_is_said_whose_filters_these_are_what_was_said_and_that_they_are_drawn():
    said = words(filters_figure(view(4, colours=False), "resnet, seed 0", NOTICE))
    for part in (
        "resnet, seed 0: what layer4.1.conv2 looks for",
        "the first 4 of 64 filters, 3 × 3, the mean over 48 input channels",
        "true: fox ✓ said: fox, 75 %",
        "true: fox ✗ said: cat, 75 %",
        NOTICE,
    ):
        assert part in said.replace("\n", " ")


def test_saliency_shows_each_image_and_below_it_the_overlay_wrong_ones_last():
    given = [example(0), example(1), example(2, predicted="cat")]
    figure = saliency_figure(given, "resnet, seed 0", NOTICE)
    shown = pictures(figure)
    for index, number in enumerate([0, 1]):
        np.testing.assert_array_equal(shown[index], given[number].image)
        np.testing.assert_allclose(shown[2 + index], overlay(given[number]))
    np.testing.assert_array_equal(shown[4], given[2].image)
    np.testing.assert_allclose(shown[5], overlay(given[2]))
    said = words(figure)
    assert said.count("✓ said: fox, 75 %") == 2
    assert said.count("✗ said: cat, 75 %") == 1
    assert "Grad-CAM at x, 4 × 4" in said
    assert NOTICE in said.replace("\n", " ")


def test_a_map_of_nothing_is_named_so():
    empty = saliency_figure([example(map_=np.zeros((16, 16)))], "resnet, seed 0")
    texts = [text.get_text() for axes in every(empty) for text in axes.texts]
    assert texts == ["no place speaks for it"]


def test_the_overlay_is_brightest_where_the_map_is_highest():
    ramp = np.linspace(0, 1, 256).reshape(16, 16)
    grey = SaliencyExample(
        np.full((16, 16, 3), 90, np.uint8), "a.png", None, "fox", 0.5, ramp, "Grad-CAM"
    )
    luminance = overlay(grey) @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luminance.ravel()) >= -1e-3).all()
    assert luminance[-1, -1] > luminance[0, 0] + 0.3


def test_names_are_neither_formulas_nor_too_long_and_own_images_have_no_mark():
    own = SaliencyExample(
        random_images(1, 16)[0], "$x^$.png", None, "a$b$" * 20, 0.5, np.ones((16, 16)), "Grad-CAM"
    )
    figure = saliency_figure([own], "$ \\ %", NOTICE)
    assert drawn(figure).startswith(b"\x89PNG")
    said = words(figure)
    assert "✓" not in said
    assert "✗" not in said
    assert "$x^$.png" in said
    assert max(map(len, said.splitlines())) < 120


def test_sixty_four_filters_and_many_images_are_drawn():
    assert drawn(filters_figure(view(64), "resnet, seed 0", NOTICE)).startswith(b"\x89PNG")
    many = [example(number, predicted="cat") for number in range(6)]
    assert drawn(saliency_figure(many, "resnet, seed 0")).startswith(b"\x89PNG")
