"""A search's declaration: what it means, and what is refused before anything runs."""

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import UserError
from bench.experiments.search_config import corners, grid, load_search
from bench.experiments.search_space import searchable
from bench.experiments.search_spec import Choices, Condition, Range, Search, assignments
from bench.experiments.spec import Experiment
from bench.search.space import by_hand

SUITE = """
[suite]
name = "tracks"
data = "photos"
[data.photos]
root = "pictures"
[defaults]
optimizer = { name = "sgd", lr = 1e-3 }
[experiment.net]
model = "embedded:resnet18_slim"
epochs = 5
[search.net]
experiment = "net"
[search.net.space]
"optimizer.lr" = { low = 1e-5, high = 1e-1, log = true }
"optimizer.name" = { choices = ["adam", "sgd"] }
"optimizer.momentum" = { low = 0.0, high = 0.9, when = { "optimizer.name" = "sgd" } }
[profile.quick.search.net]
trials = 3
[profile.quick.search.net.space]
"optimizer.lr" = { high = 1e-2 }
"optimizer.momentum" = "none"
[profile.other.search.net.space]
"optimizer.lr" = { choices = [0.1, 0.2] }
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "experiments.toml"
    path.write_text(SUITE)
    return path


def load(file, *assignments, profile=None):
    return load_search(file, "net", profile=profile, assignments=assignments)


def mistakes(file, *assignments):
    with pytest.raises(UserError) as caught:
        load(file, *assignments)
    return str(caught.value).replace(str(file), "FILE").splitlines()


def test_what_is_declared_is_read(file):
    search = load(file).search
    assert search.metric == "val_macro_accuracy"
    assert search.space == (
        Range("optimizer.lr", 1e-5, 0.1, log=True),
        Choices("optimizer.name", ("adam", "sgd")),
        Range("optimizer.momentum", 0.0, 0.9, when=(Condition("optimizer.name", ("sgd",)),)),
    )


def test_a_profile_and_set_are_laid_over_it(file):
    quick = load(file, profile="quick").search
    assert quick.trials == 3
    assert [one.key for one in quick.space] == ["optimizer.lr", "optimizer.name"]
    assert quick.space[0] == Range("optimizer.lr", 1e-5, 1e-2, log=True)
    assert load(file, profile="other").search.space[0] == Choices("optimizer.lr", (0.1, 0.2))
    over = load(file, "search.net.space.optimizer.lr.low=1e-3", "search.net.seeds=[3, 4]").search
    assert over.space[0] == Range("optimizer.lr", 1e-3, 0.1, log=True)
    assert over.seeds == (3, 4)


def test_a_trial_is_the_experiment_with_other_values(file):
    loaded = load(file)
    made = loaded.experiment({"optimizer.lr": 0.5, "optimizer.name": "adam"})
    assert made.name == "search.net"
    assert (made.optimizer.name, made.optimizer.lr, made.epochs) == ("adam", 0.5, 5)


SPACE = "search.net.space"
REFUSED = [
    ("optimizer.lrr.low=1", "optimizer.lrr: no setting of an experiment; did you mean"),
    ("optimizer.lr.low=1.0", "optimizer.lr: low = 1.0 is above high = 0.1"),
    ("optimizer.lr.low=0.0", "optimizer.lr.low = 0.0: should be above 0, since log = true"),
    ("optimizer.lr.step=0.1", "optimizer.lr: has step and log = true"),
    ("optimizer.lr.high=inf", "optimizer.lr.high = inf: should be a finite number"),
    ("optimizer.lr.low='x'", "optimizer.lr.low = 'x': should be a finite number"),
    ("optimizer.lr.log=1", "optimizer.lr.log = 1: should be true or false"),
    ("optimizer.lr.hihg=1", "optimizer.lr.hihg: unknown key; did you mean 'high'?"),
    ("optimizer.lr=1", "optimizer.lr = 1: should be a table with low and high"),
    ("epochs={low=0, high=3}", "epochs = 0: should be greater than 0"),
    ("epochs={low=1.5, high=3}", "epochs.low = 1.5: should be a whole number"),
    ("epochs={low=1}", "epochs: missing high"),
    ("epochs={low=1, high=4, step=2}", "epochs.high = 4: is not low plus a whole number of steps"),
    ("epochs={low=1, high=4, step=0}", "epochs.step = 0: should be above 0"),
    ("model={low=1, high=2}", "model: takes no numbers; should have choices"),
    ("model={choices=[]}", "model.choices = []: should be a list of at least one value"),
    ("model={choices=['a', 'a']}", "'a' is named twice"),
    ("precision={choices=['fp32', 'fp16']}", "precision = 'fp16': should be"),
    ("threads={low=1, high=2}", "threads is not searched: it does not change the outcome"),
    ("optimizer.momentum.high=1.0", "optimizer.momentum = 1.0: should be less than 1"),
    ("optimizer.momentum.when={}", "momentum belongs to sgd, not to adam"),
    ("optimizer.momentum.when.optimizer.name='rms'", "it never has this value; it is one of"),
    ("optimizer.momentum.when={ epochs = 3 }", "when: epochs is not searched"),
    ("optimizer.momentum.when={ 'optimizer.lr' = 7.0 }", "it never has this value; it is from"),
    ("optimizer.name.when={ 'optimizer.momentum' = 0.5 }", "wait for each other"),
    ("optimizer.name.when='sgd'", "should be a table, such as"),
    ("optimizer={choices=['none']}", "is a part of optimizer, which is searched too"),
    ("batch_size={choices=[8], low=1}", "has choices, to which low does not belong"),
]


@pytest.mark.parametrize(("assignment", "said"), REFUSED)
def test_an_impossible_space_is_refused_in_a_line_that_says_why(file, assignment, said):
    lines = mistakes(file, f"{SPACE}.{assignment}")
    assert any(said in line for line in lines), lines
    assert all(SPACE in line for line in lines)
    assert len(lines) == 1 or "is a part of" in said


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("metric=test_accuracy", "= 'test_accuracy': a search never looks at the test set"),
        ("metric=val_acc", "metric = 'val_acc': should be"),
        ("experiment=nett", "there is no such experiment; did you mean 'net'?"),
        ("sampler=gird", "did you mean 'grid'?"),
        ("sampler=grid", "optimizer.lr: a grid needs a step, or choices"),
        ("trials=0", "trials = 0: should be greater than 0"),
        ("seeds=[0, 0]", "a seed is named twice"),
        ("trails=3", "trails: unknown key; did you mean 'trials'?"),
        ("space=3", "space = 3: should be a table"),
    ],
)
def test_an_impossible_search_is_refused(file, assignment, said):
    (line,) = mistakes(file, f"search.net.{assignment}")
    assert said in line


def test_a_search_that_is_not_there_is_refused(file):
    with pytest.raises(UserError, match=r"nett: there is no such search; did you mean 'net'"):
        load_search(file, "nett")
    with pytest.raises(UserError, match="there is no such search"):
        load(file, "search.nett.trials=3")


def test_by_hand_is_what_the_experiment_has_where_the_space_holds_it(file):
    loaded = load(file)
    assert by_hand(loaded.search, loaded.base) == {
        "optimizer.lr": 1e-3,
        "optimizer.name": "sgd",
        "optimizer.momentum": 0.0,
    }
    outside = load(file, f"{SPACE}.optimizer.lr.low=0.01")
    assert by_hand(outside.search, outside.base) is None


def test_every_setting_that_can_be_searched_is_one_of_an_experiment():
    known = searchable()
    assert {"optimizer.lr", "freezing.trainable_blocks", "schedule.name", "batch_size"} <= set(
        known
    )
    fields = {field.name for field in dataclasses.fields(Experiment)}
    assert {key.partition(".")[0] for key in known} <= fields


def ranges():
    numbers = st.floats(-1e3, 1e3).map(lambda x: round(x, 3))
    return st.tuples(numbers, numbers, st.booleans()).map(
        lambda drawn: {"low": drawn[0], "high": drawn[1], "log": drawn[2]}
    )


@given(
    st.dictionaries(
        st.sampled_from(["optimizer.lr", "label_smoothing", "clip_norm", "epochs", "optimizer.x"]),
        st.one_of(
            ranges(), st.fixed_dictionaries({"choices": st.lists(st.integers(), max_size=3)})
        ),
        min_size=1,
    )
)
def test_a_space_is_refused_or_every_trial_of_it_is_an_experiment(tmp_path_factory, space):
    """Whatever is declared: a mistake in one line each, or corners that the spec allows."""
    file = Path(tmp_path_factory.mktemp("space")) / "experiments.toml"
    head, _, _ = SUITE.partition("[search.net.space]")
    tables = [f"{json.dumps(key)} = {inline(table)}" for key, table in space.items()]
    file.write_text(head + "[search.net.space]\n" + "\n".join(tables))
    try:
        loaded = load(file)
    except UserError as error:
        lines = str(error).splitlines()
        assert all(line.startswith(f"{file}: search.net") for line in lines)
        return
    made = [loaded.experiment(values) for values in corners(loaded.search)]
    assert made
    for parameter in loaded.search.space:
        assert all(parameter.holds(value) for value in parameter.extremes)


def inline(table):
    return "{ " + ", ".join(f"{key} = {json.dumps(value)}" for key, value in table.items()) + " }"


@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_a_grid_has_every_combination_once_and_conditions_hold_in_each(sizes, conditional):
    space = tuple(
        Choices(
            f"p{index}",
            tuple(range(size)),
            (Condition(f"p{index - 1}", (0,)),) if index and conditional[index] else (),
        )
        for index, size in enumerate(sizes)
    )
    search = Search("s", "e", space=space)
    cells = grid(search)
    assert len({tuple(sorted(cell.items())) for cell in cells}) == len(cells)
    for cell in cells:
        for one in space:
            holds = all(cell.get(c.key, "absent") in c.values for c in one.when)
            assert (one.key in cell) == holds
    assert {tuple(c.items()) for c in cells} == {
        tuple(c.items()) for c in assignments(space, {one.key: one.choices for one in space})
    }
