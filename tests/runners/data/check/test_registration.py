"""A cropped picture is laid over the whole one."""

import numpy as np
from scipy import ndimage

from runners.data.check.reading import SIDE
from runners.data.check.registration import details, registered_likeness


def waves(stretch=1.0, shift=0.0):
    """A pattern seen through a window that is stretched and shifted, by parts of half a side."""
    places = ((np.arange(SIDE) + 0.5) * 2 / SIDE - 1) * stretch + shift
    x, y = places[None, :], places[:, None]
    values = np.sin(9 * x + 2 * y) + np.cos(8 * y - 3 * x) + np.sin(5 * (x + y) ** 2)
    return np.rint(127 + 40 * values).astype(np.uint8)


def test_stretch_and_shift_are_undone():
    whole = np.repeat(waves()[None], 3, 0)
    cropped = np.stack([waves(0.9), waves(0.95, 0.05), waves(1, 0.1)])
    assert (registered_likeness(whole, cropped) > 0.97).all()
    assert (registered_likeness(cropped, whole) > 0.97).all()
    one, other = (details(each).reshape(3, -1) for each in (whole, cropped))
    plain = [np.corrcoef(a, b)[0, 1] for a, b in zip(one, other, strict=True)]
    assert max(plain) < 0.9


def test_other_pictures_stay_apart():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(40, SIDE, SIDE))
    smooth = ndimage.gaussian_filter(noise, (0, 2.5, 2.5))
    scaled = np.clip(127 + 300 * smooth, 0, 255).astype(np.uint8)
    assert registered_likeness(scaled[:20], scaled[20:]).max() < 0.9


def test_details_have_neither_the_mean_nor_a_broad_slope():
    slope = np.tile(np.linspace(0, 200, SIDE), (SIDE, 1))
    inner = details(slope[None])[0, 12:20, 12:20]
    assert np.abs(inner).max() < 0.5


def test_nothing_gives_nothing():
    nothing = np.zeros((0, SIDE, SIDE), np.uint8)
    assert registered_likeness(nothing, nothing).shape == (0,)


def test_pictures_without_details_are_like_nothing():
    flat = np.full((1, SIDE, SIDE), 9, np.uint8)
    assert registered_likeness(flat, flat)[0] == 0
