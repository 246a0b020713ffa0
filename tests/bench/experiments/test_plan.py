"""Which runs a suite makes, and in which order."""

import pytest

from bench.experiments.identity import identify
from bench.experiments.plan import plan
from tests.bench.suites import changed, load

FINGERPRINT = "f" * 64


@pytest.fixture
def suite(tmp_path):
    return load(tmp_path)


@pytest.fixture
def weights(suite):
    return {suite.experiments[1].name: "a" * 64}


def test_all_experiments_of_a_seed_come_before_the_next_seed(suite, weights):
    runs = plan(suite, FINGERPRINT, weights, threads=2)
    assert [(run.seed, run.experiment.name) for run in runs] == [
        (0, "plain"),
        (0, "counted"),
        (0, "phased"),
        (1, "plain"),
        (1, "counted"),
        (1, "phased"),
    ]
    assert [run.experiment for run in runs[:3]] == list(suite.experiments)
    assert {(run.suite, run.data, run.fingerprint) for run in runs} == {
        ("tracks", suite.data, FINGERPRINT)
    }


def test_seeds_come_in_the_order_in_which_they_were_named(tmp_path):
    runs = plan(load(tmp_path, seeds=(5, 2), names=["plain"]), FINGERPRINT, {}, threads=1)
    assert [run.seed for run in runs] == [5, 2]


def test_threads_are_the_experiments_or_else_the_given_ones(tmp_path):
    suite = load(tmp_path, changed(("epochs = 3", "threads = 3")), seeds=(0,))
    assert [run.threads for run in plan(suite, FINGERPRINT, {}, threads=2)] == [3, 2, 2]


def test_identities_are_all_different_and_the_configuration_is_that_of_all_seeds(suite, weights):
    runs = plan(suite, FINGERPRINT, weights, threads=2)
    assert len({run.identity for run in runs}) == 6
    configurations = {}
    for run in runs:
        configurations.setdefault(run.experiment.name, set()).add(run.configuration)
    assert [len(found) for found in configurations.values()] == [1, 1, 1]
    assert len(set.union(*configurations.values())) == 3


def test_an_identity_covers_data_weights_and_seed(suite, weights):
    run = plan(suite, FINGERPRINT, weights, threads=2)[4]
    assert (run.experiment.name, run.seed) == ("counted", 1)
    assert run.identity == identify(suite.data, run.experiment, FINGERPRINT, "a" * 64, 1)
    assert run.configuration == identify(suite.data, run.experiment, FINGERPRINT, "a" * 64, None)


def test_threads_do_not_change_what_a_run_is(suite, weights):
    few, many = (plan(suite, FINGERPRINT, weights, threads) for threads in (1, 8))
    assert [run.identity for run in few] == [run.identity for run in many]
