"""The 18 species' feet, held against what field guides say of tracks."""

import itertools

import pytest

from runners.data.synthetic.invented import _difference
from runners.data.synthetic.morphology import BirdFoot, Hoof, Paw, RoundFoot
from runners.data.synthetic.species import SPECIES

BY_NAME = {one.name: one for one in SPECIES}
FEET = {one.name: one.feet for one in SPECIES}
PAWS = [(one.name, foot) for one in SPECIES for foot in one.feet if isinstance(foot, Paw)]
CATS, DOGS = ("bob_cat", "lion"), ("coyote", "gray_fox")
FIVE_TOED = ("beaver", "black_bear", "mink", "otter", "raccoon", "skunk")
RODENTS = ("mouse", "rat", "western_grey_squirrel")


def each(names):
    """The feet of these species, with their names."""
    return [(name, foot) for name in names for foot in FEET[name]]


def feet_of(names):
    """A test for each foot of these species."""
    return pytest.mark.parametrize(
        "foot", [pytest.param(foot, id=name) for name, foot in each(names)]
    )


def test_they_are_the_folders_of_openanimaltracks_in_their_order():
    assert [one.name for one in SPECIES] == [
        "beaver",
        "black_bear",
        "bob_cat",
        "coyote",
        "elephant",
        "goose",
        "gray_fox",
        "horse",
        "lion",
        "mink",
        "mouse",
        "muledeer",
        "otter",
        "raccoon",
        "rat",
        "skunk",
        "turkey",
        "western_grey_squirrel",
    ]


class TestKinds:
    def test_birds_have_birds_feet_and_the_rest_have_not(self):
        birds = {name for name, feet in FEET.items() if isinstance(feet[0], BirdFoot)}
        assert birds == {"goose", "turkey"}

    def test_horses_and_deer_have_hooves_and_elephants_round_soles(self):
        assert {n for n, feet in FEET.items() if isinstance(feet[0], Hoof)} == {"horse", "muledeer"}
        assert {n for n, feet in FEET.items() if isinstance(feet[0], RoundFoot)} == {"elephant"}

    @pytest.mark.parametrize("species", SPECIES, ids=lambda one: one.name)
    def test_all_feet_of_a_species_are_of_one_kind(self, species):
        assert 1 <= len(species.feet) <= 2
        assert len({type(foot) for foot in species.feet}) == 1


class TestToes:
    @feet_of(CATS + DOGS)
    def test_cats_and_dogs_show_four(self, foot):
        assert foot.n_toes == 4

    @feet_of(FIVE_TOED)
    def test_weasels_bears_raccoons_and_beavers_show_five(self, foot):
        assert foot.n_toes == 5

    @pytest.mark.parametrize("name", RODENTS)
    def test_rodents_show_four_in_front_and_five_behind(self, name):
        front, hind = FEET[name]
        assert (front.n_toes, hind.n_toes) == (4, 5)
        assert front.length_cm < hind.length_cm

    def test_a_deers_hoof_has_two_halves_and_a_horses_one(self):
        assert {foot.halves for foot in FEET["muledeer"]} == {2}
        assert {foot.halves for foot in FEET["horse"]} == {1}

    def test_a_deers_hoof_is_pointed_and_a_horses_round_with_a_frog(self):
        (horse,) = FEET["horse"]
        assert all(foot.point > 10 * horse.point for foot in FEET["muledeer"])
        assert horse.frog > 0
        assert all(foot.frog == 0 for foot in FEET["muledeer"])

    def test_one_toe_of_a_cat_leads_more_than_of_a_dog(self):
        leads = {name: min(foot.lead for foot in FEET[name]) for name in CATS + DOGS}
        assert min(leads[name] for name in CATS) > max(leads[name] for name in DOGS)
        assert leads["coyote"] == 0


class TestClaws:
    @feet_of(CATS)
    def test_cats_draw_theirs_in(self, foot):
        assert foot.claw == 0

    @feet_of(sorted({name for name, _ in PAWS if name not in CATS}))
    def test_all_other_paws_show_them(self, foot):
        assert foot.claw > 0.01

    def test_a_skunks_front_claws_reach_furthest(self):
        longest = max(PAWS, key=lambda one: one[1].claw + one[1].claw_gap)
        assert longest == ("skunk", FEET["skunk"][0])


class TestSoles:
    @feet_of(CATS + DOGS)
    def test_cats_and_dogs_walk_on_their_toes(self, foot):
        assert foot.heel == 0

    @pytest.mark.parametrize("name", ["black_bear", "raccoon", "skunk"])
    def test_bears_raccoons_and_skunks_put_down_their_hind_heels(self, name):
        front, hind = FEET[name]
        assert hind.heel > 0.3
        assert hind.heel > front.heel
        assert hind.width < front.width

    def test_a_cats_track_is_round_and_a_dogs_longer_than_wide(self):
        assert all(0.9 < foot.width < 1.1 for _, foot in each(CATS))
        assert all(foot.width < 0.95 for _, foot in each(DOGS))

    def test_a_cats_pad_has_three_lobes_behind_and_is_the_larger_one(self):
        assert {foot.lobes for _, foot in each(CATS)} == {3}
        assert {foot.lobes for _, foot in each(DOGS)} == {2}
        largest_of_a_dog = max(foot.pad_width / foot.width for _, foot in each(DOGS))
        assert all(
            foot.pad_length * foot.pad_width > dog.pad_length * dog.pad_width
            for (_, foot), (_, dog) in itertools.product(each(CATS), each(DOGS))
        )
        assert FEET["lion"][0].pad_width / FEET["lion"][0].width > largest_of_a_dog

    def test_a_raccoons_and_a_beavers_fingers_mark(self):
        assert {name for name, foot in PAWS if foot.bones} == {"beaver", "raccoon"}


class TestSkin:
    def test_geese_are_webbed_and_turkeys_are_not(self):
        assert all(foot.webbing > 0.5 for foot in FEET["goose"])
        assert all(foot.webbing == 0 for foot in FEET["turkey"])

    def test_of_mammals_a_beavers_hind_foot_is_webbed_most_then_an_otters(self):
        most = sorted({(foot.webbing, name) for name, foot in PAWS}, reverse=True)
        assert [name for _, name in most[:3]] == ["beaver", "otter", "mink"]

    def test_a_turkeys_hind_toe_marks_and_a_gooses_hardly(self):
        assert FEET["turkey"][0].hind_toe > 2 * FEET["goose"][0].hind_toe


class TestSizes:
    def test_from_mouse_to_elephant(self):
        longest = {name: max(foot.length_cm for foot in feet) for name, feet in FEET.items()}
        order = ["mouse", "mink", "coyote", "lion", "horse", "elephant"]
        assert sorted(order, key=longest.__getitem__) == order
        assert min(longest, key=longest.__getitem__) == "mouse"
        assert max(longest, key=longest.__getitem__) == "elephant"
        pairs = ["mouse rat", "mink otter", "bob_cat lion", "gray_fox coyote", "skunk raccoon"]
        for small, large in map(str.split, pairs):
            assert longest[small] < longest[large]

    @pytest.mark.parametrize("name", ["black_bear", "raccoon", "skunk", *RODENTS])
    def test_hind_feet_are_longer_than_front_feet(self, name):
        front, hind = FEET[name]
        assert front.length_cm < hind.length_cm

    def test_an_elephants_front_foot_is_rounder_than_its_hind_foot(self):
        front, hind = FEET["elephant"]
        assert front.width > hind.width

    def test_toes_side_by_side_fit_into_the_width(self):
        for name, foot in PAWS:
            assert foot.n_toes * foot.toe_width <= foot.width, name


class TestHowTheyAreShown:
    def test_hoppers_are_shown_in_groups_most(self):
        often = {one.name for one in SPECIES if one.group >= 0.5}
        assert often == {"mink", *RODENTS}

    @pytest.mark.parametrize("species", SPECIES, ids=lambda one: one.name)
    def test_shares_chances_and_variations_are_in_range(self, species):
        assert 0 <= species.group <= 1
        assert species.share > 0
        assert 0 < species.variation < 0.15

    def test_the_set_is_unbalanced(self):
        shares = [one.share for one in SPECIES]
        assert max(shares) >= 5 * min(shares)


class TestLookAlikes:
    """Measures of the shape alone; how large an animal is, a photo does not show."""

    @staticmethod
    def apart(name, other):
        return min(_difference(a, b) for a in FEET[name] for b in FEET[other])

    @pytest.mark.parametrize(
        "group", [(*CATS, *DOGS), ("mink", "otter"), ("mouse", "rat"), ("goose", "turkey")]
    )
    def test_they_are_nearer_to_one_another_than_to_any_other(self, group):
        within = max(self.apart(a, b) for a, b in itertools.combinations(group, 2))
        without = min(self.apart(a, b) for a in group for b in BY_NAME if b not in group)
        assert within < without

    def test_a_gray_fox_is_between_bobcat_and_coyote(self):
        direct = self.apart("bob_cat", "coyote")
        assert self.apart("gray_fox", "bob_cat") < direct
        assert self.apart("gray_fox", "coyote") < direct

    def test_no_two_species_have_the_same_foot(self):
        feet = [foot for one in SPECIES for foot in one.feet]
        assert len(set(feet)) == len(feet)
