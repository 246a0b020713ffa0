"""Sixteen numbers say how an image looks; each does what it is there for."""

import numpy as np

from app.appearance import N_MEASURES, appearance


def of(image):
    return appearance(image[None])[0]


def flat(*color, side=32):
    return np.full((side, side, 3), color, dtype=np.uint8)


def stripes(width, side=32):
    columns = (np.arange(side) // width % 2 * 255).astype(np.uint8)
    return np.repeat(np.tile(columns, (side, 1))[..., None], 3, axis=2)


def test_there_is_a_row_an_image_and_each_depends_on_its_image_alone():
    images = np.stack([flat(9, 9, 9), stripes(4)])
    found = appearance(images)
    assert found.shape == (2, N_MEASURES)
    np.testing.assert_array_equal(found[1], of(stripes(4)))
    assert appearance(images[:0]).shape == (0, N_MEASURES)


def test_a_flat_colour_has_its_means_and_nothing_else():
    found = of(flat(255, 51, 0))
    np.testing.assert_allclose(found[:3], [1.0, 0.2, 0.0], atol=1e-6)
    np.testing.assert_allclose(found[3:6], np.log(0.01), atol=1e-4)
    np.testing.assert_allclose(found[6:8], np.log(0.005), atol=1e-4)
    np.testing.assert_allclose(found[8:], np.log(0.002), atol=1e-4)


def test_upright_stripes_slope_across_and_not_down():
    across, down = of(stripes(4))[8:10]
    # Of 31 steps across, 7 go from black to white or back.
    np.testing.assert_allclose(across, np.log(7 / 31 + 0.002), rtol=1e-5)
    np.testing.assert_allclose(down, np.log(0.002), rtol=1e-5)


def test_fine_stripes_are_gone_at_a_coarser_scale():
    fine = of(stripes(1))
    assert fine[8] > -0.01
    np.testing.assert_allclose(fine[10], np.log(0.002), rtol=1e-4)


def test_colour_that_varies_tells_from_grey_that_does():
    grey = np.repeat(np.random.default_rng(0).integers(0, 256, (32, 32, 1), np.uint8), 3, axis=2)
    colours = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    assert of(grey)[6] < -5
    assert of(colours)[6] > -1.5
