"""Shapes pressed into ground: depth and distance, by hand where they can be."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.feet import shapes_of
from runners.data.synthetic.press import REACH, Placement, blank, press
from runners.data.synthetic.shapes import Bone, Egg, Skin, Wall
from runners.data.synthetic.species import SPECIES

from .pressed import SOFTNESS, UPRIGHT, grid, pressed

DISC = Egg(0.0, 0.0, 0.0, 0.6, 0.6, flat=1.0)
ROD = Bone(-0.2, -0.1, 0.3, 0.2, 0.1, 0.1, depth=0.7)
CORNERED = Skin(((-0.2, -0.2), (0.4, -0.1), (0.0, 0.3)), 0.5)
HOOF_WALL = Wall(Egg(0.0, 0.0, 0.0, 1.0, 0.9), thickness=0.1)
SHAPES = {"egg": DISC, "bone": ROD, "skin": CORNERED, "wall": HOOF_WALL}
SIZE = 128
X, Y = grid(SIZE)

foot_shapes = st.builds(
    lambda species, key: shapes_of(species.feet[0], Draws(key)),
    st.sampled_from(SPECIES),
    st.integers(0, 1000),
)


class TestDepth:
    @pytest.mark.parametrize("name", SHAPES)
    def test_it_is_zero_far_away_and_nearly_full_inside(self, name):
        found = pressed([SHAPES[name]], size=SIZE)
        assert not found.depth[found.distance > 2 * SOFTNESS].any()
        well_inside = found.depth[found.distance < -1.3 * SOFTNESS]
        assert well_inside.size
        assert well_inside == pytest.approx(getattr(SHAPES[name], "depth", 1.0), abs=1e-3)

    @pytest.mark.parametrize("name", SHAPES)
    def test_deeper_inside_is_never_less_deep(self, name):
        found = pressed([SHAPES[name]], size=SIZE)
        outside_in = np.argsort(-found.distance.ravel(), kind="stable")
        assert (np.diff(found.depth.ravel()[outside_in]) > -1e-5).all()

    def test_a_soft_edge_is_half_as_deep_on_the_outline_of_a_rod(self):
        found = pressed([replace(ROD, depth=1.0)], size=SIZE)
        on_the_edge = found.depth[np.abs(found.distance) < 0.002]
        assert on_the_edge == pytest.approx(0.5, abs=0.07)

    def test_a_softer_edge_is_less_steep(self):
        steepest = [
            np.abs(np.diff(pressed([DISC], size=SIZE, softness=soft).depth, axis=1)).max()
            for soft in (0.02, 0.04, 0.08)
        ]
        assert steepest == sorted(steepest, reverse=True)
        assert steepest[0] > 1.5 * steepest[2]

    def test_a_round_hollow_slopes_to_its_middle_and_a_flat_one_has_a_floor(self):
        round_, flat = (pressed([replace(DISC, flat=flat)], size=SIZE).depth for flat in (0, 1))
        inner = np.hypot(X, Y) < 0.2
        assert np.ptp(flat[inner]) < 1e-6
        assert np.ptp(round_[inner]) > 0.1
        assert round_[np.hypot(X, Y) < 0.02].min() > 0.95

    def test_weight_that_leans_right_presses_the_right_side_deeper(self):
        # 1 + 0.3 u: where u is 0.25, a depth of 1.075, and 0.925 on the other side.
        depth = pressed([DISC], size=SIZE, lean=(0.3, 0.0)).depth
        row = SIZE // 2
        at = [int(np.abs(X[row] - u).argmin()) for u in (-0.25, 0.0, 0.25)]
        assert depth[row, at] == pytest.approx(1 + 0.3 * X[row, at], abs=1e-3)
        forward = pressed([DISC], size=SIZE, lean=(0.0, 0.3)).depth
        assert np.allclose(forward, np.rot90(depth), atol=1e-5)


class TestDistance:
    def test_to_a_disc_it_is_the_distance_to_the_middle_less_the_radius(self):
        distance = pressed([DISC], size=SIZE).distance
        near = np.hypot(X, Y) < 0.4
        assert distance[near] == pytest.approx((np.hypot(X, Y) - 0.3)[near], abs=1e-5)

    def test_to_a_rod_it_is_that_to_its_nearest_point_less_half_its_width(self):
        distance = pressed([ROD], size=SIZE).distance
        # A thousand points along the rod's axis stand for it.
        steps = np.linspace(0, 1, 1000)
        axis = np.stack([-0.2 + 0.5 * steps, -0.1 + 0.3 * steps])
        expected = np.hypot(X[..., None] - axis[0], Y[..., None] - axis[1]).min(axis=-1) - 0.05
        near = expected < 0.1
        assert distance[near] == pytest.approx(expected[near], abs=1e-3)

    def test_in_a_triangle_it_is_that_to_the_nearest_side(self):
        distance = pressed([CORNERED], size=SIZE).distance
        sides = []
        for i in range(3):
            (x0, y0), (x1, y1) = CORNERED.points[i], CORNERED.points[(i + 1) % 3]
            # The corners go round to the left, so that the inside is on the left of each side.
            cross = (x1 - x0) * (Y - y0) - (y1 - y0) * (X - x0)
            sides.append(-cross / math.hypot(x1 - x0, y1 - y0))
        expected = np.max(sides, axis=0)
        inside = expected < 0
        assert inside.sum() > 100
        assert distance[inside] == pytest.approx(expected[inside], abs=1e-5)
        assert (distance[~inside] >= 0).all()

    def test_a_triangle_is_the_same_whichever_way_round_its_corners_are_named(self):
        other = replace(CORNERED, points=CORNERED.points[::-1])
        first, second = (pressed([shape], size=SIZE) for shape in (CORNERED, other))
        assert np.allclose(first.distance, second.distance, atol=1e-6)

    @pytest.mark.parametrize(("length", "width", "angle"), [(0.8, 0.4, 0), (0.5, 0.9, 30)])
    def test_it_is_negative_just_inside_an_ellipse(self, length, width, angle):
        egg = Egg(0.1, -0.05, angle, length, width)
        distance = pressed([egg], size=SIZE).distance
        turn = math.radians(angle)
        along = (X - 0.1) * math.sin(turn) + (Y + 0.05) * math.cos(turn)
        across = (X - 0.1) * math.cos(turn) - (Y + 0.05) * math.sin(turn)
        ellipse = (along / length * 2) ** 2 + (across / width * 2) ** 2
        assert (distance[ellipse < 0.99] < 0).all()
        assert (distance[ellipse > 1.01] > 0).all()

    @pytest.mark.parametrize("egg", [Egg(0.0, 0.0, 0.0, 0.5, 0.12), Egg(0.1, 0.0, 35.0, 0.3, 0.5)])
    def test_to_an_ellipse_it_is_at_most_that_to_its_nearest_point_and_more_than_half(self, egg):
        around, turn = np.linspace(0, 2 * np.pi, 2000), math.radians(egg.angle)
        along, across = np.cos(around) * egg.length / 2, np.sin(around) * egg.width / 2
        outline_x = egg.x + along * math.sin(turn) + across * math.cos(turn)
        outline_y = egg.y + along * math.cos(turn) - across * math.sin(turn)
        distance = pressed([egg], size=SIZE).distance
        nearest = np.hypot(X[..., None] - outline_x, Y[..., None] - outline_y).min(axis=-1)
        rim = (distance > 0) & (nearest < REACH)
        assert rim.sum() > 500
        # The outline is 2,000 points, so its nearest one may be a hair farther than the outline.
        assert (distance <= nearest + 1e-3)[rim].all()
        assert (distance >= nearest / 2)[rim].all()

    @pytest.mark.parametrize("name", [*SHAPES, "toe"])
    def test_it_falls_evenly_as_far_as_it_counts(self, name):
        shape = SHAPES.get(name) or Egg(0.0, 0.0, 0.0, 0.34, 0.10)
        distance = pressed([shape], size=SIZE).distance
        steps = np.abs(np.diff(distance, axis=0))
        near = (distance > 0) & (distance < REACH - 0.02)
        assert steps[near[1:] | near[:-1]].max() < 0.05  # three pixels of 2 / 128

    def test_a_band_has_an_inside_a_middle_that_is_not_in_it_and_an_opening_behind(self):
        distance = pressed([HOOF_WALL], size=SIZE).distance

        def at(x, y):
            return distance[int(np.abs(Y[:, 0] - y).argmin()), int(np.abs(X[0] - x).argmin())]

        assert at(0, 0.47) < 0
        assert at(0.42, 0) < 0
        assert at(0, 0) > 0.2
        assert at(0, -0.47) > 0


class TestEggs:
    def test_a_tapering_egg_is_narrower_in_front(self):
        inside = pressed([replace(DISC, taper=0.6)], size=SIZE).distance < 0
        assert inside[(Y > 0.15)].sum() < 0.5 * inside[Y < -0.15].sum()

    @pytest.mark.parametrize(("cut", "keep"), [(0.0, 1), (0.0, -1), (-0.4, 1), (0.5, -1)])
    def test_a_cut_egg_ends_at_a_straight_edge_and_keeps_one_side(self, cut, keep):
        inside = pressed([replace(DISC, cut=cut, keep=keep)], size=SIZE).distance < 0
        whole = pressed([DISC], size=SIZE).distance < 0
        assert (inside == (whole & (keep * (X - cut * 0.3) > 0))).all()


class TestPlaces:
    @given(shapes=foot_shapes)
    def test_a_left_foot_is_the_mirror_image_of_a_right_one(self, shapes):
        right, left = (
            pressed(shapes, replace(UPRIGHT, mirror=mirror), size=64) for mirror in (1, -1)
        )
        assert np.allclose(left.depth, np.fliplr(right.depth), atol=1e-5)
        assert np.allclose(left.distance < 0, np.fliplr(right.distance < 0))

    @given(shapes=foot_shapes, quarter=st.integers(1, 3))
    def test_a_turned_print_is_turned_clockwise(self, shapes, quarter):
        upright = pressed(shapes, size=64)
        turned = pressed(shapes, replace(UPRIGHT, angle=90.0 * quarter), size=64)
        assert np.allclose(turned.depth, np.rot90(upright.depth, -quarter), atol=1e-3)

    @given(shapes=foot_shapes)
    def test_a_moved_print_is_moved_right_and_up(self, shapes):
        # In 64 pixels of a view 2 wide, 0.25 is 8 pixels.
        there = pressed(shapes, size=64, width=4.0)
        moved = pressed(shapes, replace(UPRIGHT, x=0.5, y=0.25), size=64, width=4.0)
        assert np.allclose(moved.depth, np.roll(there.depth, (-4, 8), (0, 1)), atol=1e-4)

    @given(shapes=foot_shapes)
    def test_a_print_of_half_the_length_fills_a_view_of_half_the_width(self, shapes):
        whole = pressed(shapes, size=64)
        small = pressed(shapes, replace(UPRIGHT, length=0.5), size=64, width=1.0)
        assert np.allclose(small.depth, whole.depth, atol=1e-4)

    def test_a_print_outside_the_view_leaves_nothing(self):
        found = pressed([DISC], replace(UPRIGHT, x=5.0))
        assert not found.depth.any()
        assert (found.distance > 1).all()


class TestSeveral:
    def test_where_two_overlap_the_deeper_counts_in_any_order(self):
        first, second = Placement(-0.1, 0, 20, 0.8, 1), Placement(0.15, 0.1, -10, 0.7, -1)
        both, reversed_ = blank(64), blank(64)
        for into, places in ((both, (first, second)), (reversed_, (second, first))):
            for place in places:
                press(into, *grid(64), [DISC, ROD], place, SOFTNESS, (0.0, 0.0))
        alone = [pressed([DISC, ROD], place, size=64) for place in (first, second)]
        for name, join in (("depth", np.maximum), ("distance", np.minimum)):
            expected = join(getattr(alone[0], name), getattr(alone[1], name))
            assert np.array_equal(getattr(both, name), expected)
            assert np.array_equal(getattr(reversed_, name), expected)

    @given(shapes=foot_shapes)
    def test_everything_is_float32(self, shapes):
        found = pressed(shapes, size=32)
        assert found.depth.dtype == found.distance.dtype == np.float32

    def test_where_nobody_walked_nothing_is_pressed(self):
        ground = blank(16)
        assert ground.depth.shape == ground.distance.shape == (16, 16)
        assert not ground.depth.any()
        assert (ground.distance > 1).all()

    def test_the_shapes_of_a_print_may_come_in_any_order(self):
        shapes = [DISC, ROD, CORNERED, HOOF_WALL]
        first, second = (pressed(order, size=64) for order in (shapes, shapes[::-1]))
        assert np.array_equal(first.depth, second.depth)
        assert np.array_equal(first.distance, second.distance)
