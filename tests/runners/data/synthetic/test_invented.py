"""Species that do not exist, and that none of them is like a real one."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.data.synthetic.invented import invent, is_like_a_real_one
from runners.data.synthetic.morphology import BirdFoot, Hoof, Paw, RoundFoot
from runners.data.synthetic.species import SPECIES

REAL = [(one.name, foot) for one in SPECIES for foot in one.feet]
seeds = st.integers(0, 2**40)


@pytest.mark.parametrize("seed", [0, 1, 2026])
def test_none_is_like_a_real_one(seed):
    for species in invent(seed, 50):
        assert not any(is_like_a_real_one(foot) for foot in species.feet)


@pytest.mark.parametrize(("name", "foot"), REAL)
def test_each_real_foot_is_like_a_real_one(name, foot):
    assert is_like_a_real_one(foot)


@pytest.mark.parametrize(("name", "foot"), REAL)
def test_so_is_one_that_differs_a_little_in_each_measure(name, foot):
    near = {
        field.name: getattr(foot, field.name) * 1.1
        for field in fields(foot)
        if isinstance(getattr(foot, field.name), float)
    }
    assert is_like_a_real_one(replace(foot, **near))


@pytest.mark.parametrize(("name", "foot"), REAL)
def test_size_alone_makes_no_other_species(name, foot):
    assert is_like_a_real_one(replace(foot, length_cm=foot.length_cm * 30))


def test_measures_that_do_not_show_make_none():
    by_name = dict(REAL)
    assert is_like_a_real_one(replace(by_name["bob_cat"], heel_pads=2, thumb=0.16, claw_gap=0.1))
    assert is_like_a_real_one(replace(by_name["horse"], cleft=0.2, splay_degrees=22, dewclaws=True))
    assert is_like_a_real_one(replace(by_name["muledeer"], frog=1.0))


def test_another_number_of_toes_or_halves_makes_one():
    by_name = dict(REAL)
    assert not is_like_a_real_one(replace(by_name["bob_cat"], n_toes=6))
    assert not is_like_a_real_one(replace(by_name["horse"], halves=2))


@given(seed=seeds)
def test_the_first_ones_are_the_same_however_many_are_asked_for(seed):
    assert invent(seed, 5) == invent(seed, 10)[:5]


@given(seed=seeds)
def test_another_seed_gives_other_species(seed):
    first, second = invent(seed, 3), invent(seed + 1, 3)
    assert not {one.feet for one in first} & {one.feet for one in second}


def test_names_differ_and_sort_as_they_are_numbered():
    names = [one.name for one in invent(0, 120)]
    assert len(set(names)) == 120
    assert names == sorted(names)
    assert not set(names) & {one.name for one in SPECIES}


def test_there_are_all_kinds_of_feet_and_paws_of_three_to_six_toes():
    feet = [foot for one in invent(0, 120) for foot in one.feet]
    assert {type(foot) for foot in feet} == {Paw, Hoof, BirdFoot, RoundFoot}
    assert {foot.n_toes for foot in feet if isinstance(foot, Paw)} == {3, 4, 5, 6}
    assert {foot.halves for foot in feet if isinstance(foot, Hoof)} == {1, 2}


@given(seed=seeds)
def test_measures_are_such_as_feet_can_have(seed):
    for species in invent(seed, 5):
        assert 1 <= len(species.feet) <= 2
        assert 0 <= species.group <= 1
        assert species.share > 0
        for foot in species.feet:
            assert 1 <= foot.length_cm < 40
            assert 0.5 <= foot.width <= 1.3
            if isinstance(foot, Paw):
                assert foot.n_toes * foot.toe_width <= foot.width
                assert -0.5 < foot.pad_y < 0.5
