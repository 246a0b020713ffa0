"""What is said of a pair that nobody has written about comes from the marks, and only from them."""

from dataclasses import replace
from itertools import combinations
from types import MappingProxyType

import pytest

from app.differences import centimetres, differences, tell_apart
from app.facts import Facts, load_facts
from tests.app.facts_files import load

OWN = load_facts()


@pytest.fixture
def fox(tmp_path):
    return load(tmp_path).of("red_fox")


def beside(fox, name="Dog", **marks):
    """The fox, and another species whose track differs in these marks alone."""
    other = replace(fox, common_name=name, track=replace(fox.track, **marks))
    return Facts(MappingProxyType({"red_fox": fox, "other": other}))


def said(fox, **marks):
    return differences(beside(fox, **marks), "red_fox", "other")


class TestDifferences:
    def test_toes(self, fox):
        five = replace(fox.track.hind, n_toes=5)
        assert said(fox, hind=five) == ["Toes: Red fox 4, Dog 4 in front and 5 behind."]
        five_each = {"front": replace(fox.track.front, n_toes=5), "hind": five}
        assert said(fox, **five_each) == ["Toes: Red fox 4, Dog 5."]

    def test_claws(self, fox):
        assert said(fox, claws="seldom") == ["Claw marks: Red fox clear, Dog seldom."]

    def test_webbing(self, fox):
        assert said(fox, webbing="wide") == ["Webbing: Red fox none, Dog wide."]

    def test_lengths_that_are_apart(self, fox):
        large = replace(fox.track.front, length_cm=(8.0, 10.0))
        assert said(fox, front=large) == [
            "Length of the front print: Red fox 4.5–6.5 cm, Dog 8–10 cm."
        ]

    @pytest.mark.parametrize(("most", "n_said"), [(10.9, 0), (11.1, 1)])
    def test_lengths_that_overlap_count_from_half_as_long_again(self, fox, most, n_said):
        """The fox's middle is 5.5 cm, so 8.25 cm is half as long again: of [5.5, 11]."""
        large = replace(fox.track.front, length_cm=(5.5, most))
        assert len([one for one in said(fox, front=large) if one.startswith("Length")]) == n_said

    def test_steps_that_are_apart(self, fox):
        assert said(fox, step_cm=(50.0, 60.0)) == [
            "From print to print: Red fox 30–40 cm, Dog 50–60 cm."
        ]
        assert said(fox, step_cm=(10.0, 20.0)) == [
            "From print to print: Red fox 30–40 cm, Dog 10–20 cm."
        ]

    def test_another_kind_of_foot_comes_first_and_its_toes_say_nothing_more(self, fox):
        split = {"front": replace(fox.track.front, n_toes=2), "claws": "none"}
        split["hind"] = replace(fox.track.hind, n_toes=2)
        assert said(fox, foot="hoof", **split) == ["Foot: Red fox a paw, Dog a split hoof."]

    def test_beside_a_bird_its_print_is_compared_with_a_hind_print(self, tmp_path):
        assert differences(load(tmp_path), "red_fox", "grey_heron") == [
            "Foot: Red fox a paw, Grey heron a bird's foot.",
            "Length of the print: Red fox 4–6 cm, Grey heron 15–17 cm.",
            "From print to print: Red fox 30–40 cm, Grey heron 50–60 cm.",
        ]

    def test_where_marks_agree_that_is_said(self, fox):
        (only,) = said(fox)
        assert only.startswith("The marks alone hardly part them. ")
        assert only.endswith("Length of the front print: Red fox 4.5–6.5 cm, Dog 4.5–6.5 cm.")

    @pytest.mark.parametrize(
        ("a", "b"), [("red_fox", "cat"), ("cat", "red_fox"), ("red_fox", "RedFox"), ("x", "y")]
    )
    def test_nothing_of_unknown_classes_or_of_one_class(self, tmp_path, a, b):
        assert differences(load(tmp_path), a, b) == []
        assert tell_apart(load(tmp_path), a, b) == []


class TestTellingApart:
    def test_what_is_written_comes_before_what_is_made(self, tmp_path):
        assert tell_apart(load(tmp_path), "grey_heron", "red_fox") == ["One is a bird."]

    def test_without_it_the_marks_speak(self, fox):
        facts = beside(fox, claws="seldom")
        assert tell_apart(facts, "red_fox", "other") == differences(facts, "red_fox", "other")

    def test_each_pair_of_the_18_species_can_be_told_apart(self):
        for a, b in combinations(OWN.species, 2):
            assert tell_apart(OWN, a, b)
            assert len(differences(OWN, a, b)) == len(differences(OWN, b, a)) >= 1
            assert not any("hardly" in one for one in differences(OWN, a, b)), (a, b)

    def test_hooves_differ_by_their_halves(self):
        said = differences(OWN, "horse", "muledeer")
        assert said[0] == "Foot: Horse a single hoof, Mule deer a split hoof."


def test_centimetres_as_people_read_them():
    assert centimetres((4.0, 6.5)) == "4–6.5 cm"
    assert centimetres((100.0, 125.0)) == "100–125 cm"
    assert centimetres((5.0, 5.0)) == "5 cm"
