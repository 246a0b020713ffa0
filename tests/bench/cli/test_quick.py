"""The quick suite as a newcomer meets it: an empty folder, one command, sensible figures.

Slow: it runs all of it, and both networks from scratch besides.
"""

import json

import pytest

from tests.bench.cli.command import bench

QUICK = ("--quick", "--results", "results")
PRETRAINED = ("resnet18-baseline", "vit-full-finetune")
LOOK_ALIKES = [
    {"gray_fox", "bob_cat"},
    {"gray_fox", "coyote"},
    {"bob_cat", "coyote"},
    {"mouse", "rat"},
    {"mink", "otter"},
]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A folder in which `bench run --all --quick` was run, and what it said."""
    home = tmp_path_factory.mktemp("quick")
    return home, bench(home, "run", "--all", *QUICK, timeout=1500)


def report_of(home, *arguments):
    answer = bench(home, "report", "--json", *QUICK, *arguments)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.mark.slow
def test_it_runs_in_an_empty_folder_and_says_what_it_is(ran):
    _, answer = ran
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "the one that comes with bench is used" in answer.stderr
    assert answer.stdout.count("drawn footprints") >= 2
    assert "say nothing about real tracks" in answer.stdout
    for part in ("Experiments", "Accuracy per class", "Confused pairs", "written to", "bench ui"):
        assert part in answer.stdout


@pytest.mark.slow
def test_the_best_method_is_neither_a_lottery_nor_perfect(ran):
    home, _ = ran
    summary = report_of(home)["summary"]
    assert {row["n_seeds"] for row in summary} == {2}
    assert 0.60 <= max(row["macro_accuracy"] for row in summary) <= 0.95


@pytest.mark.slow
def test_species_that_look_alike_are_confused_most(ran):
    home, _ = ran
    pairs = report_of(home)["confused_pairs"]
    worst = [{row["a"], row["b"]} for row in pairs if row["experiment"] == "all"][:5]
    assert sum(pair in worst for pair in LOOK_ALIKES) >= 2, worst


@pytest.mark.slow
@pytest.mark.parametrize("experiment", PRETRAINED)
def test_pretrained_beats_the_same_network_from_scratch(ran, experiment):
    home, _ = ran
    pretrained = {row["experiment"]: row["macro_accuracy"] for row in report_of(home)["summary"]}
    scratch = ("--set", f"experiment.{experiment}.weights=none")
    answer = bench(home, "run", experiment, *QUICK, *scratch, "--jobs", "2", timeout=900)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    (row,) = report_of(home, experiment, *scratch)["summary"]
    assert row["n_seeds"] == 2
    assert pretrained[experiment] >= row["macro_accuracy"] + 0.10
