"""Facts about tracks are shown of a data set of tracks, and of no other that shares a name."""

import pytest
import streamlit as st

from app.facts import load_facts
from app.shown import shown_for
from app.wording import ANYTHING, TRACKS
from tests.app.facts_files import GOOD

CIFAR = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SPECIES = tuple(load_facts().species)


@pytest.fixture(autouse=True)
def _fresh():
    st.cache_resource.clear()


def test_a_horse_among_other_things_makes_no_data_set_of_tracks():
    shown = shown_for(None, CIFAR)
    assert shown.subject is ANYTHING
    assert shown.of("horse") is None
    assert shown.name("horse") == "Horse"


@pytest.mark.parametrize(
    ("classes", "is_tracks"),
    [
        (SPECIES, True),
        (SPECIES[:3], True),
        (SPECIES[:2], False),
        ((*SPECIES[:4], "wolf"), True),
        ((*SPECIES[:4], "wolf", "cat"), False),
    ],
    ids=["all", "three", "two", "four of five", "four of six"],
)
def test_the_classes_must_be_those_of_the_facts_but_for_a_few(classes, is_tracks):
    shown = shown_for(None, classes)
    assert (shown.subject is TRACKS) is is_tracks
    assert (shown.of(SPECIES[0]) is not None) is is_tracks


def test_facts_that_were_asked_for_are_shown_of_whichever_class_has_some(tmp_path):
    file = tmp_path / "facts.toml"
    file.write_text(GOOD, encoding="utf-8")
    shown = shown_for(file, ("cat", "dog", "red_fox"))
    assert shown.subject is TRACKS
    assert shown.of("red_fox").scientific_name == "Vulpes vulpes"
    assert shown.of("cat") is None
