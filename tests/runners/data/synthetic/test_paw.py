"""The shapes that paws press."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.morphology import Paw
from runners.data.synthetic.paw import paw_shapes
from runners.data.synthetic.shapes import Bone, Egg, Skin
from runners.data.synthetic.species import SPECIES

from .pressed import grid, pressed

PAWS = [(one.name, foot) for one in SPECIES for foot in one.feet if isinstance(foot, Paw)]
PRINTS = 12
PLAIN = Paw(
    length_cm=5.0,
    width=1.0,
    n_toes=4,
    toe_length=0.28,
    toe_width=0.16,
    toe_arc=0.2,
    pad_length=0.35,
    pad_width=0.6,
    pad_y=-0.3,
    lobes=1,
)


def prints(paw):
    """The shapes of some prints of one paw."""
    return [paw_shapes(paw, Draws("print", number)) for number in range(PRINTS)]


def of(kind, shapes):
    return [shape for shape in shapes if isinstance(shape, kind)]


@pytest.mark.parametrize(("name", "paw"), PAWS)
def test_a_print_has_all_its_toes_and_a_pad(name, paw):
    for shapes in prints(replace(paw, lobes=1, heel=0.0)):
        assert len(of(Egg, shapes)) == paw.n_toes + 1


@pytest.mark.parametrize("name", ["bob_cat", "lion"])
def test_a_cats_toes_and_pad_are_five_hollows_apart(name):
    for foot in (foot for owner, foot in PAWS if owner == name):
        for shapes in prints(foot):
            inside = pressed(of(Egg, shapes), size=192).distance < 0
            assert ndimage.label(inside)[1] == 4 + 1


@pytest.mark.parametrize("name", ["bob_cat", "lion", "coyote", "gray_fox"])
def test_a_cats_and_a_dogs_toes_do_not_touch_the_pad(name):
    for foot in (foot for owner, foot in PAWS if owner == name):
        for shapes in prints(foot):
            eggs = of(Egg, shapes)
            toes, pad = (pressed(part, size=160).distance < 0 for part in (eggs[-4:], eggs[:-4]))
            assert not (toes & pad).any()


@pytest.mark.parametrize(("name", "paw"), PAWS)
def test_toes_lie_around_the_front_of_the_pad_from_left_to_right(name, paw):
    for shapes in prints(replace(paw, lobes=1, heel=0.0)):
        _, *toes = of(Egg, shapes)
        assert min(toe.y for toe in toes) > paw.pad_y - paw.pad_length / 2
        assert np.mean([toe.y for toe in toes]) > paw.pad_y + paw.pad_length / 4
        assert [toe.x for toe in toes] == sorted(toe.x for toe in toes)


@pytest.mark.parametrize(("name", "paw"), PAWS)
def test_a_print_lies_about_within_its_bounds(name, paw):
    x, y = grid(128, 2.4)
    for shapes in prints(paw):
        inside = pressed(shapes, size=128, width=2.4).distance < 0
        assert np.abs(x[inside]).max() < paw.width / 2 + 0.14
        assert y[inside].min() > -0.55
        assert y[inside].max() < 0.58 + 1.5 * (paw.claw + paw.claw_gap)


@pytest.mark.parametrize(("name", "paw"), PAWS)
def test_a_print_whose_heel_touches_is_about_as_long_and_as_wide_as_it_should_be(name, paw):
    x, y = grid(128, 2.4)
    lengths, widths = [], []
    for shapes in prints(paw):
        inside = pressed(of(Egg, shapes), size=128, width=2.4).distance < 0
        lengths.append(np.ptp(y[inside]))
        widths.append(np.ptp(x[inside]))
    assert 0.85 < max(lengths) < 1.12
    assert np.mean(widths) == pytest.approx(paw.width, rel=0.15)


def test_two_prints_of_one_paw_differ_a_little():
    first, second = prints(PLAIN)[:2]
    assert first != second
    for one, other in zip(first, second, strict=True):
        assert abs(one.x - other.x) + abs(one.y - other.y) < 0.15


def test_one_key_gives_one_print():
    assert paw_shapes(PLAIN, Draws("a")) == paw_shapes(PLAIN, Draws("a"))


class TestClaws:
    def test_a_paw_that_draws_them_in_shows_none(self):
        assert not any(of(Bone, shapes) for shapes in prints(PLAIN))

    def test_others_show_them_in_most_prints_ahead_of_each_toe(self):
        clawed = replace(PLAIN, claw=0.1, claw_gap=0.03)
        shown = [len(of(Bone, paw_shapes(clawed, Draws("claws", n)))) for n in range(200)]
        # Each of four claws marks in 9 of 10 prints; in 3 of 20 none does.
        assert np.mean(shown) == pytest.approx(4 * 0.85 * 0.9, rel=0.1)
        assert set(shown) >= {0, 3, 4}
        assert max(shown) == 4
        for shapes in prints(clawed):
            toes = of(Egg, shapes)[1:]
            for claw in of(Bone, shapes):
                toe = min(toes, key=lambda one: abs(one.x - claw.x0) + abs(one.y - claw.y0))
                assert claw.y1 > claw.y0 > toe.y + toe.length / 2 - 0.03

    def test_they_taper_to_a_point(self):
        for shapes in prints(replace(PLAIN, claw=0.1)):
            assert all(claw.width1 < claw.width0 < PLAIN.toe_width for claw in of(Bone, shapes))


class TestLead:
    def test_one_of_the_two_middle_toes_leads(self):
        for lead in (0.0, 0.1):
            tips = np.array(
                [
                    [toe.y + toe.length / 2 for toe in of(Egg, shapes)[1:]]
                    for shapes in prints(replace(PLAIN, lead=lead))
                ]
            ).mean(axis=0)
            assert tips[2] - tips[1] == pytest.approx(lead, abs=0.02)


class TestThumb:
    def test_the_innermost_of_five_toes_sits_further_back_and_is_smaller(self):
        paw = replace(PLAIN, n_toes=5, thumb=0.12)
        for shapes in prints(paw):
            inner, *_, outer = of(Egg, shapes)[1:]
            assert inner.y < outer.y
        lengths = [[toe.length for toe in of(Egg, shapes)[1:]] for shapes in prints(paw)]
        inner, *others = np.mean(lengths, axis=0)
        assert inner < 0.93 * min(others)

    def test_of_four_toes_none_is_a_thumb(self):
        with_thumb = replace(PLAIN, thumb=0.12)
        assert paw_shapes(with_thumb, Draws("a")) == paw_shapes(PLAIN, Draws("a"))


class TestPad:
    @pytest.mark.parametrize("lobes", [1, 2, 3])
    def test_its_lobes_are_at_its_hind_edge(self, lobes):
        shapes = of(Egg, prints(replace(PLAIN, lobes=lobes))[0])
        body, rest = shapes[0], shapes[1 : len(shapes) - PLAIN.n_toes]
        assert len(rest) == (lobes if lobes > 1 else 0)
        assert all(lobe.y < body.y for lobe in rest)
        assert sum(lobe.x for lobe in rest) == pytest.approx(0)

    def test_it_is_a_triangle_where_it_is_pointed(self):
        """Wide in front as behind, or narrow: a quarter of its length from its two ends."""

        def widths(point):
            shapes = prints(replace(PLAIN, pad_point=point))[0]
            inside = pressed(of(Egg, shapes)[:1], size=192).distance < 0
            _, y = grid(192)
            quarter = PLAIN.pad_length / 4
            rows = [
                int(np.abs(y[:, 0] - (PLAIN.pad_y + side * quarter)).argmin()) for side in (1, -1)
            ]
            return [int(inside[row].sum()) for row in rows]

        front, back = widths(0.0)
        assert front == pytest.approx(back, abs=2)
        front, back = widths(1.0)
        assert front < 0.75 * back

    def test_toes_and_pads_do_not_all_press_as_deep(self):
        depths = [shape.depth for shapes in prints(PLAIN) for shape in shapes]
        assert 0.05 < min(depths) < max(depths) <= 1
        assert len(set(depths)) > PRINTS


class TestSole:
    def test_a_heel_touches_in_most_prints_and_never_where_there_is_none(self):
        paw = replace(PLAIN, heel=0.3, pad_y=0.0)
        n_eggs = [len(of(Egg, paw_shapes(paw, Draws("heel", n)))) for n in range(200)]
        assert set(n_eggs) == {5, 6}
        assert n_eggs.count(6) / 200 == pytest.approx(0.8, abs=0.1)
        assert {len(of(Egg, shapes)) for shapes in prints(PLAIN)} == {5}

    @pytest.mark.parametrize("n_pads", [1, 2])
    def test_pads_of_the_heel_lie_behind_the_pad(self, n_pads):
        paw = replace(PLAIN, heel=0.25, heel_pads=n_pads, pad_y=-0.1)
        found = [of(Egg, shapes)[:-5] for shapes in prints(paw)]
        assert {len(pads) for pads in found} == {0, n_pads}
        for pads in found:
            assert all(pad.y < paw.pad_y - paw.pad_length / 4 for pad in pads)


class TestSkinAndFingers:
    def test_skin_joins_each_toe_to_the_next(self):
        assert not any(of(Skin, shapes) for shapes in prints(PLAIN))
        for shapes in prints(replace(PLAIN, n_toes=5, webbing=0.6)):
            assert len(of(Skin, shapes)) == 4

    def test_more_webbing_reaches_further(self):
        reach = [
            max(
                y
                for skin in of(Skin, paw_shapes(replace(PLAIN, webbing=web), Draws("a")))
                for _, y in skin.points
            )
            for web in (0.2, 0.5, 0.9)
        ]
        assert reach == sorted(set(reach))

    def test_fingers_join_the_toes_to_the_pad(self):
        hand = replace(PLAIN, bones=True)
        for shapes in prints(hand):
            fingers = of(Bone, shapes)
            assert len(fingers) == PLAIN.n_toes
            assert ndimage.label(pressed(shapes, size=160).distance < 0)[1] == 1
