"""Any foot as shapes, and how individuals differ."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.feet import shapes_of, vary
from runners.data.synthetic.invented import invent
from runners.data.synthetic.species import SPECIES

from .pressed import pressed

REAL = [(one.name, foot) for one in SPECIES for foot in one.feet]
INVENTED = [foot for one in invent(3, 30) for foot in one.feet]
any_foot = st.sampled_from([foot for _, foot in REAL] + INVENTED)


@given(foot=any_foot, key=st.integers(0, 2**40))
def test_every_foot_leaves_a_print(foot, key):
    shapes = shapes_of(foot, Draws(key))
    assert shapes == shapes_of(foot, Draws(key))
    found = pressed(shapes, size=48)
    assert found.depth.max() > 0.3
    assert found.depth.max() <= 1
    assert np.isfinite(found.depth).all()
    assert np.isfinite(found.distance).all()


@pytest.mark.parametrize(("name", "foot"), REAL)
def test_the_largest_part_of_a_print_is_not_cut_off_at_its_bounds(name, foot):
    """What is pressed lies within the print's own square, but for claws, nails and toes' tips."""
    depth = pressed(shapes_of(foot, Draws("a", name)), size=96).depth
    assert depth[24:72, 24:72].sum() > 0.8 * depth.sum()


@given(foot=any_foot, key=st.integers(0, 2**40))
def test_individuals_have_their_species_toes_and_what_is_missing_stays_missing(foot, key):
    other = vary(foot, 0.1, Draws(key))
    assert type(other) is type(foot)
    for field in fields(foot):
        value, varied = getattr(foot, field.name), getattr(other, field.name)
        if isinstance(value, float) and value > 0:
            assert 0.1 * value <= varied <= 1.4 * value
        else:
            assert varied == value


def test_without_spread_all_individuals_are_alike():
    for _, foot in REAL:
        assert vary(foot, 0.0, Draws("a")) == foot


def test_measures_spread_as_far_as_the_species_says():
    foot = SPECIES[0].feet[0]
    widths = [vary(foot, 0.09, Draws(number)).width for number in range(2_000)]
    assert np.mean(widths) == pytest.approx(foot.width, rel=0.01)
    assert np.std(widths) / foot.width == pytest.approx(0.09, rel=0.1)


def test_one_key_gives_one_individual():
    foot = SPECIES[0].feet[0]
    assert vary(foot, 0.1, Draws("a")) == vary(foot, 0.1, Draws("a"))
    assert vary(foot, 0.1, Draws("a")) != vary(foot, 0.1, Draws("b"))
