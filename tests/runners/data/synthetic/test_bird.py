"""The shapes that birds' feet press."""

from dataclasses import replace

import numpy as np
import pytest

from runners.data.synthetic.bird import bird_shapes
from runners.data.synthetic.draws import Draws
from runners.data.synthetic.morphology import BirdFoot
from runners.data.synthetic.shapes import Bone, Skin
from runners.data.synthetic.species import SPECIES

from .pressed import grid, pressed

FEET = {one.name: one.feet[0] for one in SPECIES if isinstance(one.feet[0], BirdFoot)}
PLAIN = BirdFoot(length_cm=10.0, width=1.0, toe_width=0.08, claw=0.0)
PRINTS = 12


def prints(foot):
    return [bird_shapes(foot, Draws("print", number)) for number in range(PRINTS)]


def of(kind, shapes):
    return [shape for shape in shapes if isinstance(shape, kind)]


@pytest.mark.parametrize("name", FEET)
def test_a_print_lies_about_within_its_bounds(name):
    foot = FEET[name]
    x, y = grid(128, 2.4)
    for shapes in prints(foot):
        inside = pressed(shapes, size=128, width=2.4).distance < 0
        assert np.abs(x[inside]).max() < foot.width / 2 + 0.16
        assert y[inside].max() < 0.55 + foot.claw
        assert y[inside].min() > -0.52 - foot.hind_toe


@pytest.mark.parametrize("n_toes", [3])
def test_three_toes_point_forward_from_one_root(n_toes):
    for shapes in prints(PLAIN):
        toes = [bone for bone in of(Bone, shapes) if bone.width0 == PLAIN.toe_width]
        assert len(toes) == n_toes
        left, middle, right = toes
        assert left.x1 < middle.x1 < right.x1
        assert all(toe.y1 > toe.y0 for toe in toes)
        roots = np.array([(toe.x0, toe.y0) for toe in toes])
        assert np.ptp(roots, axis=0).max() < 0.11


def test_the_middle_toe_is_longest_where_the_outer_ones_are_shorter():
    for shapes in prints(replace(PLAIN, side_toe=0.7)):
        left, middle, right = of(Bone, shapes)[0:6:2]
        assert middle.y1 > max(left.y1, right.y1)


def test_the_toes_open_as_far_as_the_print_is_wide():
    for width in (0.6, 1.0, 1.2):
        spans = []
        for shapes in prints(replace(PLAIN, width=width)):
            left, _, right = of(Bone, shapes)[0:6:2]
            spans.append(right.x1 - left.x1)
        assert np.mean(spans) == pytest.approx(width, rel=0.1)


def test_geese_have_skin_between_their_toes_and_turkeys_none():
    assert {len(of(Skin, shapes)) for shapes in prints(FEET["goose"])} == {2}
    assert {len(of(Skin, shapes)) for shapes in prints(FEET["turkey"])} == {0}


def test_full_webbing_reaches_the_tips():
    for shapes in prints(replace(PLAIN, webbing=1.0)):
        tips = {(toe.x1, toe.y1) for toe in of(Bone, shapes)[0:6:2]}
        corners = {point for skin in of(Skin, shapes) for point in skin.points[:2]}
        for corner in corners:
            assert min(np.hypot(corner[0] - x, corner[1] - y) for x, y in tips) < 0.04


def test_a_hind_toe_points_back_and_marks_in_three_of_four_prints():
    foot = replace(PLAIN, hind_toe=0.3)
    drawn = [bird_shapes(foot, Draws("hind", number)) for number in range(200)]
    backward = [[bone for bone in of(Bone, shapes) if bone.y1 < bone.y0] for shapes in drawn]
    assert {len(bones) for bones in backward} == {0, 1}
    assert sum(map(len, backward)) == pytest.approx(150, abs=25)
    assert not any(bone.y1 < bone.y0 for shapes in prints(PLAIN) for bone in of(Bone, shapes))


def test_knuckles_make_a_toe_wider():
    thin, thick = (
        pressed(prints(replace(PLAIN, knuckles=knuckles))[0], size=160).distance < 0
        for knuckles in (0.0, 1.2)
    )
    assert thick.sum() > 1.1 * thin.sum()
