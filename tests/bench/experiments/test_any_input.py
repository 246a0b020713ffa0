"""Whatever is thrown at it: a suite, or an error that the person who made it can read."""

import copy
import dataclasses
import json
import math
import string
import tomllib
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.errors import UserError
from bench.experiments.config import load_suite, parse_seeds
from bench.experiments.identity import identify
from bench.experiments.spec import (
    Augment,
    DataSpec,
    Experiment,
    Freezing,
    Optimizer,
    Phase,
    Published,
    Schedule,
    Suite,
)
from tests.bench.suites import GOOD, STUDY, write

STUDY_TEXT = STUDY.read_text(encoding="utf-8")
RECORDS = (Suite, DataSpec, Augment, Experiment, Optimizer, Schedule, Freezing, Phase, Published)
KEYS = [
    *("suite", "data", "defaults", "experiment", "profile", "photos", "plain", "counted", "quick"),
    *sorted({field.name for record in RECORDS for field in dataclasses.fields(record)}),
]
keys = st.sampled_from(KEYS) | st.text(max_size=8) | st.sampled_from(["*", "Aa", "p*", "[", "a.b"])
scalars = (
    st.sampled_from(
        ["adam", "step", "none", "cosine", "sgd", "plain", "photos", "x.pt", "~a/b", ""]
    )
    | st.sampled_from([0, 1, 2, 5, 32, 0.1, 0.5, 1e-4, -1, 2**63, 10**30, 16**3500])
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.text(max_size=8)
    | st.dates()
    | st.datetimes()
    | st.times()
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
)


def toml(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{toml(key)} = {toml(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool | float):
        return str(value).lower()
    return str(value) if isinstance(value, int) else value.isoformat()


def document(table: dict[str, Any]) -> str:
    return "".join(f"{toml(key)} = {toml(value)}\n" for key, value in table.items())


@settings(max_examples=30)
@given(st.dictionaries(keys, values, max_size=4))
def test_the_writer_of_these_tests_writes_toml(table):
    def same(a: Any, b: Any) -> bool:
        return a == b or (isinstance(a, float) and math.isnan(a)) or isinstance(a, dict | list)

    parsed = tomllib.loads(document(table))
    assert parsed.keys() == table.keys()
    assert all(same(value, parsed[key]) for key, value in table.items())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("suites")


def suite_or_readable_error(file, **options) -> Suite | None:
    try:
        suite = load_suite(file, **options)
    except UserError as error:
        check_readable(error)
        return None
    check_sound(suite)
    return suite


def check_readable(error: UserError) -> None:
    for line in str(error).split("\n"):
        assert line.strip()
        assert line.isprintable()
        assert "Traceback" not in line


def check_sound(suite: Suite) -> None:
    """What everything downstream relies on."""
    assert isinstance(suite, Suite)
    assert suite.experiments
    assert suite.seeds
    assert suite.data.root.is_absolute()
    names = [suite.name, *(one.name for one in suite.experiments)]
    assert all(set(name) <= {*string.ascii_letters, *string.digits, *"-_"} for name in names)
    for one in suite.experiments:
        assert one.epochs > 0
        assert 0 < one.optimizer.lr < math.inf
        assert len(identify(suite.data, one, "0" * 64, None, suite.seeds[0])) == 12


@settings(max_examples=100)
@given(st.dictionaries(keys, values, max_size=6))
def test_random_tables(folder, table):
    suite_or_readable_error(write(folder, document(table)))


def tables_in(table: dict[str, Any]) -> list[dict[str, Any]]:
    found = [table]
    for value in table.values():
        if isinstance(value, dict):
            found += tables_in(value)
    return found


@settings(max_examples=100)
@given(st.data())
def test_a_good_suite_with_random_changes_to_its_tables(folder, data):
    table = copy.deepcopy(tomllib.loads(GOOD))
    for _ in range(data.draw(st.integers(1, 3))):
        changed = data.draw(st.sampled_from(tables_in(table)))
        if changed and data.draw(st.booleans()):
            key = data.draw(st.sampled_from(sorted(changed)))
            value = changed.pop(key)
            key = data.draw(st.just(key) | keys)
            changed[key] = data.draw(values | st.just(value))
        else:
            changed[data.draw(keys)] = data.draw(values)
    profile = data.draw(st.sampled_from([None, "quick", "drawn"]))
    suite_or_readable_error(write(folder, document(table)), profile=profile)


def mutate(data: st.DataObject, text: str) -> str:
    lines = text.splitlines(keepends=True)
    here, there = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    match data.draw(st.sampled_from(["drop", "twice", "swap", "value", "cut", "insert"])):
        case "drop":
            del lines[here]
        case "twice":
            lines.insert(there, lines[here])
        case "swap":
            lines[here], lines[there] = lines[there], lines[here]
        case "value":
            name, equals, _ = lines[here].partition("=")
            lines[here] = f"{name}{equals} {toml(data.draw(values))}\n" if equals else lines[here]
        case "cut":
            start = data.draw(st.integers(0, len(text)))
            return text[:start] + text[start + data.draw(st.integers(1, 30)) :]
        case _:
            start = data.draw(st.integers(0, len(text)))
            return text[:start] + data.draw(st.text(max_size=3)) + text[start:]
    return "".join(lines)


@settings(max_examples=100)
@given(st.data())
def test_the_study_with_random_changes_to_its_text(folder, data):
    text = STUDY_TEXT
    for _ in range(data.draw(st.integers(1, 3))):
        text = mutate(data, text) or text
    suite_or_readable_error(write(folder, text))


@settings(max_examples=100)
@given(st.integers(0, len(STUDY_TEXT)), st.integers(0, 3), st.binary(max_size=3))
def test_the_study_with_random_bytes(folder, start, n_gone, inserted):
    content = STUDY_TEXT.encode()
    suite_or_readable_error(write(folder, content[:start] + inserted + content[start + n_gone :]))


paths = st.lists(keys, min_size=1, max_size=5).map(".".join) | st.sampled_from(
    [
        "suite.data",
        "suite.seeds",
        "data.photos.root",
        "data.photos.augment.color_jitter",
        "defaults.optimizer.lr",
        "experiment.plain.weights",
        "experiment.*.freezing",
        "experiment.p*.schedule",
        "experiment.plain.published.per_class",
    ]
)
sensible = st.sampled_from(
    [
        "experiment.plain.epochs=7",
        "experiment.p*.optimizer.lr=1",
        "defaults.schedule={ name = 'cosine' }",
        "experiment.*.freezing=none",
        "suite.seeds=[4, 5]",
        "data.photos.root=.",
    ]
)
assignments = (
    sensible
    | sensible
    | st.text(max_size=20)
    | st.text(st.characters(categories=["Cs", "Ll"]), max_size=5).map("suite.name=".__add__)
    | st.builds("{}={}".format, paths, values.map(toml))
    | st.builds("{}={}".format, paths, st.text(max_size=12))
)


@settings(max_examples=100)
@example(set_=["experiment.plain.Epochs=1"], profile=None, names=[])
@example(set_=["data.photos.root=~nobody-at-all/x"], profile=None, names=[])
@example(set_=["data.photos.root="], profile=None, names=[])
@example(set_=[f"data.photos.root=0x{'f' * 5000}"], profile=None, names=[])
@example(set_=["defaults.epochs=1\n[x]"], profile="quick", names=["\x85"])
@given(
    set_=st.lists(assignments, min_size=1, max_size=3),
    profile=st.sampled_from([None, "quick", "empty", "nonesuch"]) | st.text(max_size=5),
    names=st.just([]) | st.lists(st.sampled_from(["*", "p*", "[!p]*"]) | st.text(max_size=5)),
)
def test_random_command_lines(folder, set_, profile, names):
    suite_or_readable_error(write(folder), assignments=set_, profile=profile, names=names)


@settings(max_examples=100)
@given(st.text(max_size=12) | st.text("0123456789-, ", max_size=12))
def test_random_seeds(text):
    try:
        seeds = parse_seeds(text)
    except UserError as error:
        check_readable(error)
    else:
        assert seeds
        assert all(0 <= seed < 10**18 for seed in seeds)
        assert len(set(seeds)) == len(seeds)
