"""Light on a height field, on shapes whose shading can be told by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.light import Sun, any_sun, shine

SIZE = 48
WHITE = (1.0, 1.0, 1.0)
LEFT = Sun(azimuth=270.0, elevation=30.0, direct=1.0)
STEPS = np.arange(SIZE, dtype=np.float32) - (SIZE - 1) / 2
COLUMNS, ROWS = np.meshgrid(STEPS, STEPS)
FLAT = np.zeros((SIZE, SIZE), np.float32)
HOLLOW = (-0.05 * np.exp(-(COLUMNS**2 + ROWS**2) / 60)).astype(np.float32)
POST = np.where((np.abs(COLUMNS) < 2) & (np.abs(ROWS) < 2), 0.1, 0.0).astype(np.float32)
RADIUS = np.hypot(COLUMNS, ROWS)

suns = st.builds(
    Sun, azimuth=st.floats(0, 360), elevation=st.floats(16, 75), direct=st.floats(0.2, 1.0)
)


def lit(height, sun, tint=WHITE, gloss=0.0):
    """The light from white ground of this height, float32 [S, S]."""
    color = np.ones((*height.shape, 3), np.float32)
    return shine(height, color, sun, tint, gloss)[..., 0]


class TestFlatGround:
    @given(sun=suns, level=st.floats(-1, 1, width=32))
    def test_it_is_lit_evenly_and_as_bright_under_any_sun(self, sun, level):
        found = lit(FLAT + np.float32(level), sun)
        assert np.allclose(found, 1, atol=1e-4)

    @given(sun=suns)
    def test_its_light_has_its_own_colour(self, sun):
        color = np.broadcast_to(np.array([0.2, 0.4, 0.6], np.float32), (SIZE, SIZE, 3))
        found = shine(FLAT, color, sun, WHITE, 0.0)
        assert found.dtype == np.float32
        assert np.allclose(found, color, atol=1e-4)

    def test_light_from_the_sky_has_its_tint(self):
        color = np.ones((SIZE, SIZE, 3), np.float32)
        found = shine(FLAT, color, Sun(0.0, 45.0, 0.5), (0.8, 1.0, 1.2), 0.0)
        assert found[0, 0] == pytest.approx([0.9, 1.0, 1.1], abs=1e-4)


class TestSlopes:
    @pytest.mark.parametrize("slope", [-0.2, 0.1, 0.3])
    def test_a_slope_is_lit_by_lamberts_law(self, slope):
        # Light from the left at 30 degrees meets a slope that rises to the right by `slope` at an
        # angle whose cosine is (sin 30 + slope cos 30) / sqrt(1 + slope^2); flat ground is 1.
        height = (COLUMNS * (slope / SIZE)).astype(np.float32)
        up, away = math.sin(math.radians(30)), math.cos(math.radians(30))
        expected = (up + slope * away) / math.sqrt(1 + slope**2) / up
        assert lit(height, LEFT)[16:-16, 16:-16] == pytest.approx(expected, abs=1e-3)

    @pytest.mark.parametrize(
        ("azimuth", "darker", "brighter"),
        [
            (270.0, COLUMNS < -3, COLUMNS > 3),
            (90.0, COLUMNS > 3, COLUMNS < -3),
            (0.0, ROWS < -3, ROWS > 3),
            (180.0, ROWS > 3, ROWS < -3),
        ],
        ids=["from the left", "from the right", "from the top", "from below"],
    )
    @pytest.mark.parametrize("direct", [0.4, 1.0])
    def test_a_hollow_is_darker_on_the_wall_next_to_the_light(
        self, azimuth, darker, brighter, direct
    ):
        found = lit(HOLLOW, Sun(azimuth, 40.0, direct))
        wall = RADIUS < 10
        assert found[wall & darker].mean() < 0.9 * found[wall & brighter].mean()

    def test_a_mound_is_lit_the_other_way(self):
        found = lit(-HOLLOW, LEFT)
        wall = RADIUS < 10
        assert found[wall & (COLUMNS < -3)].mean() > found[wall & (COLUMNS > 3)].mean()

    def test_under_an_overcast_sky_both_walls_are_alike_and_the_hollow_is_darker(self):
        found = lit(HOLLOW, replace(LEFT, direct=0.0))
        assert np.allclose(found, np.fliplr(found), atol=1e-4)
        assert found[RADIUS < 4].mean() < 0.95 * found[RADIUS > 20].mean()

    @given(height=st.sampled_from([HOLLOW, POST]), sun=suns, quarter=st.integers(1, 3))
    def test_turning_ground_and_sun_together_turns_the_picture(self, height, sun, quarter):
        turned = lit(np.rot90(height, -quarter), replace(sun, azimuth=sun.azimuth + 90 * quarter))
        expected = np.rot90(lit(height, sun), -quarter)
        # A shadow's steps are whole pixels, and half a pixel may be rounded either way.
        assert np.mean(np.abs(turned - expected) > 1e-3) < 0.02


class TestShadows:
    @staticmethod
    def shaded(sun):
        """Where the post, 0.1 high, keeps the sun from the ground."""
        return (lit(POST, sun) < 0.5) & (np.maximum(np.abs(COLUMNS), np.abs(ROWS)) > 3)

    @pytest.mark.parametrize(
        ("azimuth", "side"), [(270, COLUMNS), (90, -COLUMNS), (0, ROWS), (180, -ROWS)]
    )
    def test_they_fall_away_from_the_sun(self, azimuth, side):
        shaded = self.shaded(Sun(azimuth, 35.0, 1.0))
        assert shaded.any()
        assert side[shaded].min() > 0

    def test_a_lower_sun_casts_longer_ones(self):
        # 0.1 high: 0.1 / tan(elevation) long, which is 4.8 px at 45 degrees and 2.8 px at 60.
        reach = [
            COLUMNS[self.shaded(Sun(270.0, elevation, 1.0))].max(initial=0)
            for elevation in (25.0, 35.0, 45.0, 70.0)
        ]
        assert reach == sorted(reach, reverse=True)
        assert reach[0] > 1.5 * reach[2] > 0

    @pytest.mark.parametrize("size", [48, 96, 192])
    def test_they_are_as_long_at_any_size(self, size):
        steps = (np.arange(size, dtype=np.float32) + 0.5) / size - 0.5
        x, y = np.meshgrid(steps, steps)
        post = np.where((np.abs(x) < 0.04) & (np.abs(y) < 0.04), 0.1, 0.0).astype(np.float32)
        shaded = (lit(post, LEFT) < 0.5) & (x > 0.06)
        # The post would shade 0.1 / tan(30), but shadows are followed for an eighth of the width.
        assert x[shaded].max() == pytest.approx(0.04 + 0.125, abs=1.5 / size)

    def test_there_are_none_where_there_is_no_sun(self):
        found = lit(POST, replace(LEFT, direct=0.0))
        assert np.allclose(found, np.fliplr(found), atol=1e-4)


class TestShine:
    def test_wet_ground_only_gets_brighter(self):
        dull, wet = (lit(HOLLOW, Sun(270.0, 50.0, 0.7), gloss=gloss) for gloss in (0.0, 0.5))
        assert (wet >= dull).all()
        assert wet.max() > dull.max() + 0.1

    def test_it_shines_where_it_mirrors_the_sun(self):
        # From straight above, a sun at 60 degrees mirrors in a slope of 15 that faces it.
        shine_of = []
        for slope in (-math.tan(math.radians(15)), 0.0, math.tan(math.radians(15))):
            height = (COLUMNS * (slope / SIZE)).astype(np.float32)
            sun = Sun(270.0, 60.0, 1.0)
            shine_of.append((lit(height, sun, gloss=1.0) - lit(height, sun))[24, 24])
        assert max(shine_of) == shine_of[2] > 0.9


class TestAnySun:
    def test_low_light_is_usual_and_often_there_is_no_sun(self):
        found = [any_sun(Draws("sun", number)) for number in range(1_000)]
        overcast = [sun for sun in found if sun.direct < 0.5]
        sunny = [sun for sun in found if sun.direct >= 0.5]
        assert len(overcast) == pytest.approx(300, abs=60)
        assert all(45 <= sun.elevation <= 75 for sun in overcast)
        assert all(16 <= sun.elevation <= 50 for sun in sunny)
        quarters = np.bincount([int(sun.azimuth // 90) for sun in found])
        assert len(quarters) == 4
        assert quarters.min() > 180
