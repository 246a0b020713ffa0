"""Whole photos: what is on them, at any size."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.ground import GROUNDS
from runners.data.synthetic.invented import invent
from runners.data.synthetic.scene import photograph
from runners.data.synthetic.species import SPECIES

BY_NAME = {one.name: one for one in SPECIES}
keys = st.integers(0, 2**40)
species = st.sampled_from([*SPECIES, *invent(5, 10)])


def photo_of(one, key, size=32):
    return photograph(one, size, Draws("scene", one.name, key))


@pytest.fixture(scope="module")
def album():
    """Eight photos of each species, 32 pixels."""
    return [(one.name, photo_of(one, key)) for one in SPECIES for key in range(8)]


@settings(max_examples=40)
@given(one=species, key=keys, size=st.sampled_from([16, 33, 48]))
def test_a_photo_of_any_species_at_any_size(one, key, size):
    photo = photo_of(one, key, size)
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.shape == (size, size, 3)
    assert photo.relief.dtype == np.float32
    assert photo.relief.shape == (size, size)
    assert 1 <= photo.n_prints <= 4
    assert photo.ground in {ground.name for ground in GROUNDS}


@settings(max_examples=20)
@given(one=species, key=keys)
def test_one_key_gives_one_photo(one, key):
    first, second = photo_of(one, key), photo_of(one, key)
    assert np.array_equal(first.pixels, second.pixels)
    assert np.array_equal(first.relief, second.relief)
    assert not np.array_equal(first.pixels, photo_of(one, key + 1).pixels)


@settings(max_examples=30)
@given(one=species, key=keys)
def test_the_size_of_the_picture_does_not_change_what_is_on_it(one, key):
    small, large = (photo_of(one, key, size) for size in (48, 96))
    assert (small.ground, small.n_prints) == (large.ground, large.n_prints)
    shrunk = Image.fromarray(large.relief).resize((48, 48), Image.Resampling.BOX)
    assert np.abs(np.asarray(shrunk) - small.relief).mean() < 0.02


def test_a_large_photo_can_be_drawn():
    photo = photo_of(SPECIES[0], 0, 256)
    assert photo.pixels.shape == (256, 256, 3)


def test_every_ground_occurs_and_none_is_too_dark_or_too_bright(album):
    means = defaultdict(list)
    for _, photo in album:
        means[photo.ground].append(photo.pixels.mean())
    assert means.keys() == {ground.name for ground in GROUNDS}
    for found in means.values():
        assert min(found) > 50
        assert max(found) < 220
    assert np.mean(means["snow"]) > np.mean(means["mud"]) + 20


def test_every_photo_has_contrast(album):
    assert min(photo.pixels.std() for _, photo in album) > 4


def test_a_print_is_in_every_photo_and_fills_none(album):
    for name, photo in album:
        assert photo.relief.min() >= 0, name
        assert 0.3 < photo.relief.max() < 2, name
        assert 0.01 < (photo.relief > 0.2).mean() < 0.85, name


def test_hoppers_leave_groups_of_prints_and_elephants_at_most_two():
    def numbers(name):
        return [photo_of(BY_NAME[name], key, 16).n_prints for key in range(60)]

    assert np.mean(np.array(numbers("mouse")) > 1) > 0.6
    assert np.mean(np.array(numbers("coyote")) > 1) < 0.45
    assert set(numbers("elephant")) == {1, 2}
    assert 4 in numbers("mouse")


def test_light_tells_the_relief(album):
    """Where it is steep, the picture changes: shading is of the print and not painted on."""
    steep, level = [], []
    for _, photo in album:
        grey = photo.pixels.mean(axis=2)
        change = np.hypot(*np.gradient(grey))
        slope = np.hypot(*np.gradient(photo.relief))
        steep.append(change[slope > 0.15].mean() if (slope > 0.15).any() else np.nan)
        level.append(change[slope < 0.01].mean() if (slope < 0.01).any() else np.nan)
    assert np.nanmean(steep) > 1.3 * np.nanmean(level)
