"""Runs are told apart in the list, and a damaged one is named as such."""

from dataclasses import replace

from app.chooser import label
from bench.results.store import RunFolder
from tests.bench.trained_runs import survey


def test_a_run_says_how_often_it_was_right(home):
    runs = survey(home).records
    said = label(runs[0], runs)
    assert said.startswith("net · seed 0 · right on ")
    assert said.endswith("of test")


def test_two_runs_of_one_name_are_told_apart(home):
    run = survey(home).records[0]
    other = replace(run, folder=RunFolder(run.folder.path.with_name("0-feed00000000")))
    assert label(other, (run, other)) == "net · seed 0 · feed00000000 · damaged"
    assert run.folder.path.name.partition("-")[2] in label(run, (run, other))
