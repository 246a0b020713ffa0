"""species.toml: all 18 species, every field filled, and numbers that agree with how they are drawn.

What the drawn footprints take from the guides (`runners.data.synthetic.species`) was written apart
from species.toml, so that either would show a slip in the other.
"""

from dataclasses import fields, is_dataclass
from itertools import combinations, pairwise

import pytest

from app.facts import load_facts
from app.naming import within
from app.species import LONGEST_TEXT
from runners.data.synthetic.morphology import BirdFoot, Hoof, Paw, RoundFoot
from runners.data.synthetic.species import SPECIES

FACTS = load_facts()
DRAWN = {species.name: species for species in SPECIES}
NAMES = sorted(DRAWN)
# Groups in which each is easily taken for each other one.
ALIKE = [
    ("bob_cat", "lion", "coyote", "gray_fox"),
    ("mouse", "rat", "western_grey_squirrel"),
    ("mink", "otter", "skunk", "raccoon"),
    ("beaver", "otter", "raccoon"),
    ("muledeer", "horse"),
    ("goose", "turkey"),
    ("black_bear", "lion"),
    ("black_bear", "raccoon"),
    ("elephant", "horse"),
    ("gray_fox", "mink"),
]


def marks_of(name):
    """The marks of each foot, in the order in which the feet are drawn."""
    track = FACTS.species[name].track
    return [marks for marks in (track.front, track.hind) if marks is not None]


def feet_of(name):
    """The drawn feet, one for each of the species' prints."""
    feet, n_prints = DRAWN[name].feet, len(marks_of(name))
    return feet if len(feet) == n_prints else feet * n_prints


def texts_in(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_in(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts_in(getattr(value, field.name))


def test_all_species_of_the_data_set_and_no_other():
    assert sorted(FACTS.species) == NAMES
    assert len(NAMES) == 18


@pytest.mark.parametrize("name", NAMES)
class TestSpecies:
    def test_texts_can_be_read_on_a_phone(self, name):
        texts = list(texts_in(FACTS.species[name]))
        assert len(texts) >= 20
        assert all(0 < len(text) <= LONGEST_TEXT and text == text.strip() for text in texts)

    def test_three_facts_of_whole_sentences(self, name):
        facts = FACTS.species[name].facts
        assert len(set(facts)) == 3
        assert all(fact[0].isupper() and fact[-1] == "." for fact in facts)

    def test_sources_are_books_or_pages(self, name):
        sources = FACTS.species[name].sources
        assert len(set(sources)) == len(sources) >= 2
        assert all(any(c.isdigit() for c in one) or "www." in one for one in sources)
        assert any("Track" in source for source in sources)

    def test_each_animal_is_named_by_genus_and_species(self, name):
        genus, species = FACTS.species[name].scientific_name.split()
        assert genus.istitle()
        assert species.islower()

    def test_kind_of_foot_is_as_drawn(self, name):
        kinds = {"paw": Paw, "hoof": Hoof, "bird": BirdFoot, "sole": RoundFoot}
        kind = kinds[FACTS.species[name].track.foot]
        assert all(isinstance(foot, kind) for foot in DRAWN[name].feet)

    def test_toes_are_as_drawn(self, name):
        """An elephant is drawn with the nail more, on each foot, that it sometimes has."""
        n_more = int(FACTS.species[name].track.foot == "sole")
        for marks, foot in zip(marks_of(name), feet_of(name), strict=True):
            assert marks.n_toes == n_toes_drawn(foot) - n_more

    def test_drawn_length_is_within_range(self, name):
        for marks, foot in zip(marks_of(name), feet_of(name), strict=True):
            assert marks.length_cm[0] <= foot.length_cm <= marks.length_cm[1]

    def test_drawn_width_is_within_range(self, name):
        """The elephant's front print is drawn round; paws' drawn widths are looser than lengths."""
        for marks, foot in zip(marks_of(name), feet_of(name), strict=True):
            least, most = marks.width_cm
            assert least / 1.15 <= foot.length_cm * foot.width <= most * 1.15

    def test_claws_mark_where_they_are_drawn(self, name):
        feet = [foot for foot in DRAWN[name].feet if isinstance(foot, Paw | BirdFoot)]
        shown = FACTS.species[name].track.claws in ("show", "faint")
        assert shown == any(foot.claw > 0 for foot in feet)

    def test_webbing_is_wide_where_it_is_drawn_wide(self, name):
        webs = [getattr(foot, "webbing", 0.0) for foot in DRAWN[name].feet]
        assert (FACTS.species[name].track.webbing == "wide") == (max(webs) > 0.5)

    def test_a_step_is_longer_than_the_print(self, name):
        track = FACTS.species[name].track
        assert track.step_cm[1] > track.hind.length_cm[1]


def n_toes_drawn(foot):
    match foot:
        case Hoof():
            return foot.halves
        case BirdFoot():
            return 3 + (foot.hind_toe >= 0.1)  # a goose's high hind toe seldom marks
        case RoundFoot():
            return foot.n_nails
        case _:
            return foot.n_toes


def test_front_prints_from_mouse_to_elephant():
    order = (
        *("mouse", "rat", "western_grey_squirrel", "gray_fox", "bob_cat", "coyote"),
        *("lion", "black_bear", "elephant"),
    )
    lengths = [sum(FACTS.species[name].track.front.length_cm) / 2 for name in order]
    assert all(shorter < longer for shorter, longer in pairwise(lengths))


def test_lion_is_said_to_be_the_mountain_lion():
    lion = FACTS.of("lion")
    assert lion.scientific_name == "Puma concolor"
    assert "data set" in lion.class_name_means


def test_only_the_elephant_is_endangered_and_the_domestic_horse_not_assessed():
    categories = {name: facts.iucn_category for name, facts in FACTS.species.items()}
    assert {name: one for name, one in categories.items() if one != "LC"} == {
        "elephant": "EN",
        "horse": "NE",
    }


def test_an_african_bush_elephant_has_its_own_number_of_nails():
    """The forest elephant and the Asian one usually have five in front and four behind."""
    track = FACTS.of("elephant").track
    assert (track.front.n_toes, track.hind.n_toes) == (4, 3)
    assert "usually four in front and three behind" in track.toes


def test_names_inside_a_sentence_keep_the_capitals_that_english_gives_them():
    names = (within(facts.common_name) for facts in FACTS.species.values())
    assert {name for name in names if name != name.lower()} == {
        "North American beaver",
        "American black bear",
        "African bush elephant",
        "Canada goose",
        "American mink",
        "North American river otter",
    }


def test_pairs_that_models_confuse_are_written_about():
    assert len(FACTS.look_alikes) >= 30
    for group in ALIKE:
        for a, b in combinations(group, 2):
            assert FACTS.look_alike(a, b) is not None, (a, b)


@pytest.mark.parametrize("pair", FACTS.look_alikes, ids=lambda pair: "-".join(pair.classes))
def test_what_is_written_of_a_pair_is_found_in_either_order(pair):
    a, b = pair.classes
    assert FACTS.look_alike(a, b) is FACTS.look_alike(b, a) is pair
    assert 20 <= len(pair.tell_apart) <= LONGEST_TEXT
