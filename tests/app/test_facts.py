"""Facts are found by class name, and a file with a mistake says so in one line."""

import pytest

from app.facts import key_of, load_facts
from bench.errors import UserError
from tests.app.facts_files import GOOD, changed, load, mistake

FOX = "species.red_fox"
LONG = "x" * 401
FRONT = "front = { n_toes = 4, length_cm = [4.5, 6.5], width_cm = [4, 5] }"
BIRD_HIND = "hind = { n_toes = 4, length_cm = [15, 17], width_cm = [11, 13] }"
PAIR = '["red_fox", "grey_heron"]'


class TestLookingUp:
    @pytest.mark.parametrize("name", ["red_fox", "redfox", "Redfox", "red-fox", "RED FOX"])
    def test_spelling_of_a_class_does_not_matter(self, tmp_path, name):
        assert load(tmp_path).of(name).common_name == "Red fox"

    @pytest.mark.parametrize("name", ["bobcat", "Bob-Cat", "western grey squirrel", "Mule_Deer"])
    def test_own_species_are_found_in_other_spellings(self, name):
        assert load_facts().of(name) is not None

    @pytest.mark.parametrize("name", ["domestic_cat", "fox", "", "_"])
    def test_an_unknown_class_has_no_facts(self, tmp_path, name):
        assert load(tmp_path).of(name) is None
        assert load_facts().of(name) is None

    def test_pairs_are_found_in_either_order_and_any_spelling(self, tmp_path):
        facts = load(tmp_path)
        found = facts.look_alike("Grey Heron", "redfox")
        assert found.tell_apart == "One is a bird."
        assert facts.look_alike("red_fox", "grey_heron") is found

    def test_an_unwritten_pair_is_not_found(self, tmp_path):
        facts = load(tmp_path)
        assert facts.look_alike("red_fox", "red_fox") is None
        assert facts.look_alike("red_fox", "domestic_cat") is None

    def test_letters_of_any_script_count(self):
        assert key_of("Füchse_2") == "füchse2"
        assert key_of("лиса") == "лиса"


class TestFile:
    def test_numbers_and_citations_are_read(self, tmp_path):
        fox = load(tmp_path).of("red_fox")
        assert fox.track.front.length_cm == (4.5, 6.5)
        assert fox.track.front.width_cm == (4.0, 5.0)
        assert fox.track.hind.n_toes == 4
        assert fox.sources == ("A. Tracker, Tracks, 2nd edition, 2020",)

    def test_a_bird_has_no_front_foot(self, tmp_path):
        assert load(tmp_path).of("grey_heron").track.front is None

    def test_pairs_may_be_left_out(self, tmp_path):
        assert load(tmp_path, GOOD[: GOOD.index("[[look_alike]]")]).look_alikes == ()

    def test_facts_cannot_be_changed(self, tmp_path):
        facts = load(tmp_path)
        with pytest.raises(TypeError):
            facts.species["dog"] = facts.species["red_fox"]


WRONG = [
    # unknown and missing keys
    ("[sources]", "[source]", "source: unknown section", "did you mean 'sources'?"),
    ("habitat =", "habitats =", f"{FOX}.habitats: unknown key", "did you mean 'habitat'?"),
    ('habitat = "Almost anything."', "", f"{FOX}.habitat: missing", "each species needs it"),
    ("claws = ", "claw = ", f"{FOX}.track.claw: unknown key", "did you mean 'claws'?"),
    ('gait = "A trot."', "", f"{FOX}.track.gait: missing", "each track needs it"),
    ("n_toes = 4, ", "", f"{FOX}.track.front.n_toes: missing", "each print needs it"),
    ("length_cm", "length", f"{FOX}.track.front.length: unknown key", "'length_cm'?"),
    ("step_cm", "step", f"{FOX}.track.step: unknown key", "did you mean 'step_cm'?"),
    ("tell_apart", "differ", "look_alike.0.differ: unknown key", "known: classes, tell_apart"),
    # wrong types and values
    ('"Almost anything."', "3", f"{FOX}.habitat = 3", "should be a valid string"),
    ('["It hears mice under snow."]', '"x"', f"{FOX}.facts = 'x'", "should be a list"),
    ('["It hears mice under snow."]', "[]", f"{FOX}.facts = []", "at least 1 item"),
    ('"LC"', '"lc"', f"{FOX}.iucn_category = 'lc'", "'LC', 'NT', 'VU'"),
    ('"paw"', '"paws"', f"{FOX}.track.foot = 'paws'", "did you mean 'paw'?"),
    ("[30, 40]", "[40, 30]", f"{FOX}.track.step_cm = [40, 30]", "should be [least, most]"),
    ("[30, 40]", "[30]", f"{FOX}.track.step_cm.1: missing", ""),
    ("[30, 40]", "35", f"{FOX}.track.step_cm = 35", "should be a list"),
    ("[30, 40]", '["30 cm", 40]', f"{FOX}.track.step_cm.0 = '30 cm'", "valid number"),
    ("[30, 40]", "[0, 40]", f"{FOX}.track.step_cm.0 = 0", "greater than 0"),
    ("[30, 40]", "[30, inf]", f"{FOX}.track.step_cm.1 = inf", "1000"),
    ("[30, 40]", "[nan, 40]", f"{FOX}.track.step_cm.0 = nan", "1000"),
    ("[30, 40]", "[true, 40]", f"{FOX}.track.step_cm.0 = True", "valid number"),
    ("n_toes = 4", "n_toes = 6", f"{FOX}.track.front.n_toes = 6", "less than or equal to 5"),
    ("n_toes = 4", "n_toes = 4.0", f"{FOX}.track.front.n_toes = 4.0", "valid integer"),
    (FRONT, "front = 4", f"{FOX}.track.front = 4", "should be a table"),
    # texts
    ('"Almost anything."', '""', f"{FOX}.habitat = ''", "should be one line of 1 to 400"),
    ('"Almost anything."', '" x"', f"{FOX}.habitat = ' x'", "without blanks at its ends"),
    ('"Almost anything."', '"a\\nb"', f"{FOX}.habitat = 'a\\nb'", "should be one line"),
    ('"Almost anything."', f'"{LONG}"', f"{FOX}.habitat = 'xxx", "it has 401"),
    ('["It hears mice under snow."]', '["x", ""]', f"{FOX}.facts.1 = ''", "should be one line"),
    ('"A. Tracker, Tracks, 2nd edition, 2020"', '""', "sources.guide = ''", "should be one line"),
    # what hangs together
    ('sources = ["guide"]', 'sources = ["gide"]', f"{FOX}.sources.0 = 'gide'", "mean 'guide'?"),
    (FRONT, "", f"{FOX}.track.front: missing", "each track but a bird's needs it"),
    (BIRD_HIND, f"{BIRD_HIND}\n{FRONT}", "Grey-Heron.track.front: a bird has no", "leave it out"),
    (PAIR, '["red_fox", "heron"]', "look_alike.0.classes", "'heron' has no facts"),
    (PAIR, '["red_fox", "redfox"]', "look_alike.0.classes", "two different classes"),
    (PAIR, '["red_fox"]', "look_alike.0.classes.1: missing", ""),
    ("[species.Grey-Heron]", "[species.RedFox]", "species.RedFox", "in another spelling"),
    ("[species.Grey-Heron]", '[species."_"]', "species._", "a letter or digit"),
]


class TestMistakes:
    @pytest.mark.parametrize(("old", "new", "says", "hints"), WRONG)
    def test_one_line_says_where_and_what_would_be_right(self, tmp_path, old, new, says, hints):
        said = mistake(tmp_path, changed(old, new).replace(*_renamed(new)))
        lines = [line for line in said.splitlines() if says in line]
        assert len(lines) == 1
        assert hints in lines[0]

    def test_mistakes_of_all_species_are_said_together(self, tmp_path):
        said = mistake(tmp_path, GOOD.replace('"LC"', '"safe"'))
        assert [line.count("iucn_category = 'safe'") for line in said.splitlines()] == [1, 1]

    def test_a_pair_stands_only_once(self, tmp_path):
        again = '\n[[look_alike]]\nclasses = ["Grey-Heron", "RED-FOX"]\ntell_apart = "Feathers."\n'
        said = mistake(tmp_path, GOOD + again)
        assert "look_alike.1.classes" in said
        assert said.endswith("is the pair of look_alike.0 again")

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "it has no [species.CLASS] table; one is needed"),
            ("[species]\nfox = 3\n", "species.fox = 3: should be a table"),
            ("species = 3\n", "species = 3: should be a table"),
            ("look_alike = 3\n" + GOOD[: GOOD.index("[[")], "look_alike = 3: should be a list"),
            ("x = ", "is not valid UTF-8 TOML: "),
            (b"x = '\xff'", "is not valid UTF-8 TOML: "),
            ("[species.fox]\nhabitat = 2020-01-31\n", "is a date or time"),
            ("x = " + "[" * 5000, "nested too deeply"),
            (".".join("x" * 3000) + " = 1", "is nested too deeply"),
        ],
    )
    def test_a_file_that_is_none_says_so(self, tmp_path, text, says):
        assert says in mistake(tmp_path, text)

    def test_a_missing_file_is_named(self, tmp_path):
        with pytest.raises(UserError, match=r"nowhere.toml: no such file; it should hold facts"):
            load_facts(tmp_path / "nowhere.toml")

    def test_a_folder_cannot_be_read(self, tmp_path):
        with pytest.raises(UserError, match="cannot be read: Is a directory"):
            load_facts(tmp_path)


def _renamed(new):
    """A table under a new name takes the tables inside it along."""
    if not new.startswith("[species."):
        return "", ""
    return "[species.Grey-Heron.track]", new.replace("]", ".track]")
