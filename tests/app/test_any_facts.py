"""Whatever stands in a file of facts: it is read, or each mistake is one line."""

import copy
import tomllib
from pathlib import Path

import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from app.facts import load_facts
from bench.errors import UserError
from tests.app.facts_files import GOOD

KEYS = ["sources", "species", "look_alike", "red_fox", "track", "front", "length_cm", "facts"]
keys = st.sampled_from(KEYS) | st.text(st.characters(codec="utf-8", exclude_characters="\0"))
scalars = (
    st.sampled_from(["paw", "bird", "guide", "red_fox", "", " ", 4, 4.5, -1, 2**63 - 1])
    | st.floats()
    | st.booleans()
    | st.dates()
    | st.text(st.characters(codec="utf-8"), max_size=8)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


def places(value, path=()):
    """The path of each value inside a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in inside:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from places(item, (*path, key))


DOCUMENT = tomllib.loads(GOOD)


def with_value(path, value):
    document = copy.deepcopy(DOCUMENT)
    owner = document
    for key in path[:-1]:
        owner = owner[key]
    owner[path[-1]] = value
    return document


def read(folder: Path, text: str) -> None:
    file = folder / "facts.toml"
    file.write_text(text, encoding="utf-8", newline="")
    try:
        load_facts(file)
        lines = []
    except UserError as error:
        lines = str(error).split("\n")
    assert all(line.startswith(f"{file}: ") for line in lines)


@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from(list(places(DOCUMENT))), value=values)
def test_any_value_in_any_place(tmp_path_factory, path, value):
    read(tmp_path_factory.getbasetemp(), tomlkit.dumps(with_value(path, value)))


@settings(max_examples=100, deadline=None)
@given(
    at=st.integers(0, len(GOOD)),
    n_cut=st.integers(0, 40),
    added=st.text(st.characters(codec="utf-8"), max_size=10),
)
def test_any_slip_of_the_hand(tmp_path_factory, at, n_cut, added):
    read(tmp_path_factory.getbasetemp(), GOOD[:at] + added + GOOD[at + n_cut :])
