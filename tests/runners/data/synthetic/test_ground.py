"""The ground: noise that is the same at any size, and its colour."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.ground import GROUNDS, octave, paint, roughness

keys = st.integers(0, 2**40)


class TestOctave:
    @given(key=keys, wavelength=st.floats(0.005, 0.5), sizes=st.tuples(*[st.integers(16, 96)] * 2))
    def test_it_takes_as_many_numbers_at_any_size(self, key, wavelength, sizes):
        after = []
        for size in sizes:
            draws = Draws(key)
            octave(size, wavelength, draws)
            after.append(draws.uniform())
        assert after[0] == after[1]

    @given(key=keys, size=st.integers(16, 64), wavelength=st.floats(0.005, 1.5))
    def test_it_is_noise_around_zero_of_about_1(self, key, size, wavelength):
        noise = octave(size, wavelength, Draws(key))
        assert noise.dtype == np.float32
        assert noise.shape == (size, size)
        assert np.abs(noise).max() <= 1.5

    def test_its_mean_is_zero(self):
        means = [octave(32, 0.2, Draws(number)).mean() for number in range(100)]
        assert abs(np.mean(means)) < 0.03

    @given(key=keys, wavelength=st.floats(0.1, 1.0))
    def test_it_is_smooth_where_its_wavelength_is_long(self, key, wavelength):
        size = 96
        noise = octave(size, wavelength, Draws(key))
        # From -1 to 1 within a wavelength; a cubic may be twice as steep as a straight line.
        steepest = 2 * 2.0 / (wavelength * size)
        for axis in (0, 1):
            assert np.abs(np.diff(noise, axis=axis)).max() <= steepest

    def test_it_is_finer_where_its_wavelength_is_shorter(self):
        changes = [
            np.abs(np.diff(octave(96, wavelength, Draws("a")), axis=0)).mean()
            for wavelength in (0.8, 0.4, 0.2, 0.1)
        ]
        assert changes == sorted(changes)
        assert changes[3] > 4 * changes[0]

    def test_it_fades_where_it_is_too_fine_to_see(self):
        # In 64 pixels: waves of 1.92, 1.28 and 0.32 pixels.
        spread = [octave(64, wavelength, Draws("a")).std() for wavelength in (0.03, 0.02, 0.005)]
        assert spread == sorted(spread, reverse=True)
        assert spread[0] > 2 * spread[2] > 0

    @given(key=keys, wavelength=st.floats(0.15, 1.0))
    def test_it_is_the_same_ground_at_another_size(self, key, wavelength):
        small, large = (octave(size, wavelength, Draws(key)) for size in (48, 96))
        shrunk = Image.fromarray(large).resize((48, 48), Image.Resampling.BOX)
        assert np.abs(np.asarray(shrunk) - small).max() < 0.12

    def test_each_key_has_its_own(self):
        first, again, other = (octave(32, 0.3, Draws(key)) for key in "aab")
        assert np.array_equal(first, again)
        assert abs(np.corrcoef(first.ravel(), other.ravel())[0, 1]) < 0.6


class TestRoughness:
    def test_it_is_the_sum_of_its_octaves(self):
        octaves = [(0.5, 0.3), (0.1, 0.05), (0.01, 0.02)]
        one_by_one = Draws("a")
        expected = sum(octave(40, length, one_by_one) * height for length, height in octaves)
        assert roughness(40, octaves, Draws("a")) == pytest.approx(expected, abs=1e-6)

    def test_without_octaves_it_is_flat(self):
        assert not roughness(16, [], Draws("a")).any()


class TestPaint:
    SIZE = 32
    NONE = np.zeros((SIZE, SIZE), np.float32)

    @pytest.mark.parametrize("ground", GROUNDS, ids=lambda one: one.name)
    def test_dry_ground_lies_between_two_of_its_colours(self, ground):
        colors = np.array(ground.colors)
        for number in range(10):
            found = paint(ground, self.NONE, self.NONE, Draws(number))
            assert found.dtype == np.float32
            assert found.shape == (self.SIZE, self.SIZE, 3)
            # Light and dark patches of 6 %, half as much again where noise overshoots.
            assert (found >= colors.min(axis=0) * 0.9).all()
            assert (found <= colors.max(axis=0) * 1.1).all()

    @pytest.mark.parametrize("ground", GROUNDS, ids=lambda one: one.name)
    def test_pressed_ground_is_darker(self, ground):
        pressed = self.NONE.copy()
        pressed[:, 16:] = 1
        dry, trodden = (paint(ground, each, self.NONE, Draws("a")) for each in (self.NONE, pressed))
        assert np.array_equal(dry[:, :16], trodden[:, :16])
        assert (trodden[:, 16:] < dry[:, 16:]).all()
        assert (trodden[:, 16:] > 0.5 * dry[:, 16:]).all()

    @pytest.mark.parametrize("ground", GROUNDS, ids=lambda one: one.name)
    def test_grains_differ_as_much_as_the_ground_says(self, ground):
        speckle = np.full_like(self.NONE, 1)
        plain, speckled = (
            paint(ground, self.NONE, each, Draws("a")) for each in (self.NONE, speckle)
        )
        assert speckled == pytest.approx(plain * (1 + ground.speckle), rel=1e-4)


class TestKinds:
    def test_there_are_five_with_a_name_each(self):
        names = [ground.name for ground in GROUNDS]
        assert names == ["mud", "dirt", "gravel", "sand", "snow"]

    def test_snow_is_brightest_and_mud_darkest(self):
        brightness = {ground.name: np.mean(ground.colors) for ground in GROUNDS}
        assert max(brightness, key=brightness.get) == "snow"
        assert min(brightness, key=brightness.get) == "mud"

    def test_only_mud_shines_and_it_darkens_most_when_pressed(self):
        assert [ground.name for ground in GROUNDS if ground.gloss] == ["mud"]
        assert max(GROUNDS, key=lambda ground: ground.dark_when_pressed).name == "mud"

    def test_edges_are_sharpest_in_mud(self):
        assert min(GROUNDS, key=lambda ground: ground.softness).name == "mud"

    def test_the_shade_on_snow_is_bluest(self):
        assert max(GROUNDS, key=lambda ground: ground.shadow_tint[2]).name == "snow"

    @pytest.mark.parametrize("ground", GROUNDS, ids=lambda one: one.name)
    def test_measures_are_in_range(self, ground):
        assert all(0 < part < 1 for color in ground.colors for part in color)
        least, most = ground.depth
        assert 0 < least < most < 0.3
        assert all(wavelength > 0 and height > 0 for wavelength, height in ground.grain)
