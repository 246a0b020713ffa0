"""The shapes that hooves press."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.hoof import hoof_shapes
from runners.data.synthetic.morphology import Hoof
from runners.data.synthetic.shapes import Bone, Wall
from runners.data.synthetic.species import SPECIES

from .pressed import grid, pressed

HOOVES = [(one.name, foot) for one in SPECIES for foot in one.feet if isinstance(foot, Hoof)]
CLOVEN = Hoof(length_cm=8.0, width=0.8, cleft=0.1, splay_degrees=0.0)
SINGLE = Hoof(length_cm=13.0, width=0.95, halves=1, point=0.05, frog=0.8)
PRINTS = 12


def prints(hoof):
    return [hoof_shapes(hoof, Draws("print", number)) for number in range(PRINTS)]


def inside(shapes, size=128, width=2.4):
    return pressed(shapes, size=size, width=width).distance < 0


@pytest.mark.parametrize(("name", "hoof"), HOOVES)
def test_a_print_lies_about_within_its_bounds(name, hoof):
    x, y = grid(128, 2.4)
    for shapes in prints(hoof):
        found = inside(shapes)
        assert np.abs(x[found]).max() < hoof.width / 2 + 0.12
        assert y[found].max() < 0.55
        assert y[found].min() > (-0.78 if hoof.dewclaws else -0.55)


class TestCloven:
    def test_it_is_two_halves_apart(self):
        for shapes in prints(CLOVEN):
            assert ndimage.label(inside(shapes, 256))[1] == 2

    def test_the_halves_are_mirror_images_but_for_what_each_print_varies(self):
        x, _ = grid(128, 2.4)
        for shapes in prints(CLOVEN):
            found = inside(shapes)
            left, right = found[x < 0].sum(), found[x > 0].sum()
            assert left == pytest.approx(right, rel=0.15)

    def test_the_gap_is_as_wide_as_the_cleft_where_the_halves_do_not_open(self):
        x, y = grid(256, 2.4)
        row = int(np.abs(y[:, 0]).argmin())
        gaps = []
        for shapes in prints(CLOVEN):
            columns = np.flatnonzero(inside(shapes, 256)[row])
            widest = np.argmax(np.diff(columns))
            gaps.append(x[0, columns[widest + 1]] - x[0, columns[widest]])
        assert np.mean(gaps) == pytest.approx(CLOVEN.cleft, abs=0.03)

    def test_halves_that_open_are_further_apart_in_front_than_behind(self):
        x, y = grid(192, 2.4)

        def gap(found, height):
            columns = x[0, np.flatnonzero(found[int(np.abs(y[:, 0] - height).argmin())])]
            return columns[columns > 0].min() - columns[columns < 0].max()

        for shapes in prints(replace(CLOVEN, splay_degrees=15.0, cleft=0.2)):
            found = inside(shapes, 192)
            assert gap(found, 0.25) > gap(found, -0.25)

    def test_a_pointed_hoof_is_narrower_in_front(self):
        x, y = grid(192, 2.4)

        def widths(point):
            found = inside(prints(replace(CLOVEN, point=point))[0], 192)
            return [np.ptp(x[found & (np.abs(y - at) < 0.02)]) for at in (0.3, -0.3)]

        front, back = widths(0.0)
        assert front == pytest.approx(back, rel=0.1)
        front, back = widths(0.8)
        assert front < 0.8 * back

    def test_dewclaws_mark_behind_it_in_some_prints_and_only_where_it_has_them(self):
        counts = {
            has: {len(shapes) for shapes in prints(replace(CLOVEN, dewclaws=has))}
            for has in (False, True)
        }
        assert counts == {False: {2}, True: {2, 4}}


class TestSingle:
    def test_it_is_in_one_piece(self):
        for shapes in prints(replace(SINGLE, frog=0.0)):
            assert ndimage.label(inside(shapes))[1] == 1

    def test_its_wall_is_deeper_than_its_sole_and_open_behind(self):
        x, y = grid(192, 2.4)
        for shapes in prints(replace(SINGLE, frog=0.0)):
            depth = pressed(shapes, size=192, width=2.4).depth
            middle = depth[(np.abs(x) < 0.1) & (np.abs(y) < 0.1)].mean()
            front = depth[np.abs(x) < 0.02].max()
            heel = depth[(np.abs(x) < 0.1) & (np.abs(y + 0.46) < 0.03)].max()
            assert front > 0.95
            assert middle < 0.8
            assert heel < 0.8

    def test_its_frog_is_a_wedge_of_two_bars_that_meet_in_front(self):
        for shapes in prints(SINGLE):
            assert len([shape for shape in shapes if isinstance(shape, Wall)]) == 1
            left, right = (shape for shape in shapes if isinstance(shape, Bone))
            assert (left.x0, left.y0) == (right.x0, right.y0)
            assert left.x1 == -right.x1 < 0
            assert left.y1 == right.y1 < left.y0
            assert left.depth == SINGLE.frog
