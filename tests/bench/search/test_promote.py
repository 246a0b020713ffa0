"""The best trial becomes an experiment of the file, whose other bytes stay as they are."""

import dataclasses
from pathlib import Path

import pytest

from bench.errors import UserError
from bench.experiments.config import load_suite
from bench.experiments.identity import settings
from bench.experiments.search_config import load_search
from bench.search.outcome import TrialRow
from bench.search.promote import new_seeds, promote

from .homes import SUITE

PACKAGED = Path(__file__).parents[3] / "experiments.toml"
PRECISE = "defaults.precision=bf16"
VALUES = {"optimizer.lr": 0.0123456789, "optimizer.momentum": 0.5}


def row(values):
    return TrialRow(7, "complete", 0.625, values, 3, 3, 1.0, "", None, (), {})


def written(folder, text, values=VALUES, name="better", profile=None, search="net", sets=()):
    """The file after a promotion, and the new experiment as it reads, with what was wanted."""
    file = folder / "experiments.toml"
    file.write_text(text)
    loaded = load_search(file, search, profile=profile, assignments=sets)
    made = promote(loaded, row(values), 20, name, None)
    assert made.name == name
    (read,) = load_suite(file, profile=profile, names=[name]).experiments
    return file.read_text(), read, loaded.experiment(values)


def core(experiment):
    left_out = ("name", "published", "chosen_on_seeds")
    return {k: v for k, v in settings(experiment).items() if k not in left_out}


def test_the_file_is_what_it_was_and_the_new_table_at_its_end(tmp_path):
    after, read, wanted = written(tmp_path, SUITE)
    assert after.startswith(SUITE.rstrip("\n") + "\n\n# Chosen by `bench search net`: trial 7")
    assert "the best of 20 by" in after
    assert "val_macro_accuracy = 0.6250 on the validation images of tiny, seed 0." in after
    assert core(read) == core(wanted)
    assert read.optimizer.lr == 0.0123456789
    assert read.chosen_on_seeds == (0,)


def test_what_set_said_while_it_was_searched_is_written_too(tmp_path):
    _, read, wanted = written(
        tmp_path, SUITE, sets=("defaults.epochs=7", "defaults.precision=bf16")
    )
    assert core(read) == core(wanted)
    assert (read.epochs, read.precision) == (7, "bf16")


def test_searched_in_a_profile_it_is_what_was_searched_in_that_profile(tmp_path):
    values = {"optimizer.lr": 0.002, "batch_size": 16, "label_smoothing": 0.1}
    text = PACKAGED.read_text()
    after, read, wanted = written(
        tmp_path, text, values, "vit-better", "quick", "vit-full-finetune"
    )
    assert after.startswith(text.rstrip("\n"))
    assert core(read) == core(wanted)
    assert read.published is None
    (plain,) = load_suite(tmp_path / "experiments.toml", names=["vit-better"]).experiments
    assert plain.model == "timm:vit_base_patch16_224"
    assert plain.optimizer.lr == 1e-4, "what was searched in the profile holds in it alone"


def test_what_is_there_already_is_refused(tmp_path):
    file = tmp_path / "experiments.toml"
    file.write_text(SUITE)
    loaded = load_search(file, "net")
    with pytest.raises(UserError, match=r"experiment.net: is there already; name another one"):
        promote(loaded, row(VALUES), 5, "net", None)
    with pytest.raises(UserError, match="should be up to 100 letters"):
        promote(loaded, row(VALUES), 5, "a/b", None)
    own = {"optimizer.lr": 1e-4, "optimizer.momentum": 0.0}
    with pytest.raises(UserError, match=r"has the settings of experiment.net"):
        promote(loaded, row(own), 5, "better", None)
    assert file.read_text() == SUITE


@pytest.mark.parametrize(
    ("suite", "searched", "new"),
    [((0, 1), (0,), (1, 2)), ((0, 1, 2), (0, 1), (2, 3, 4)), ((5,), (5,), (0, 1))],
)
def test_new_seeds_are_none_that_were_searched(tmp_path, suite, searched, new):
    file = tmp_path / "experiments.toml"
    file.write_text(SUITE)
    loaded = load_search(file, "net")
    loaded = dataclasses.replace(
        loaded,
        suite=dataclasses.replace(loaded.suite, seeds=suite),
        search=dataclasses.replace(loaded.search, seeds=searched),
    )
    assert new_seeds(loaded) == new
