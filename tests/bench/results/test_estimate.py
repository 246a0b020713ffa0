"""How long a run will take."""

import pytest

from bench.results.estimate import Throughput
from bench.results.records import complete_runs
from tests.bench.finished_runs import finish_at, planned


@pytest.fixture
def throughput(tmp_path):
    """Three runs of 2 epochs over 10 images: 3, 5 and 1 seconds an image and epoch."""
    finish_at(tmp_path, planned("a", 0), seconds=60.0)
    finish_at(tmp_path, planned("a", 1), seconds=100.0)
    finish_at(tmp_path, planned("b", 0, model="timm:vit_tiny"), seconds=20.0)
    return Throughput.measured(complete_runs(tmp_path / "tracks"))


def test_another_seed_takes_what_the_seeds_took_on_average(throughput):
    assert throughput.estimate(planned("a", 2), n_train=10) == 80.0


def test_a_run_like_it_scales_with_images_and_epochs(throughput):
    run = planned("other", epochs=5)
    assert throughput.estimate(run, n_train=100) == pytest.approx(4.0 * 100 * 5)
    run = planned("other", epochs=5, model="timm:vit_tiny")
    assert throughput.estimate(run, n_train=100) == pytest.approx(1.0 * 100 * 5)


@pytest.mark.parametrize(
    "unlike", [{"model": "timm:resnet50"}, {"image_size": 128}, {"batch_size": 16}]
)
def test_of_a_run_unlike_all_nothing_is_known(throughput, unlike):
    assert throughput.estimate(planned("other", **unlike), n_train=10) is None


def test_without_results_nothing_is_known(tmp_path):
    throughput = Throughput.measured(complete_runs(tmp_path / "tracks"))
    assert throughput.estimate(planned("a"), n_train=10) is None


def test_epochs_that_were_stopped_early_count_as_they_were(tmp_path):
    finish_at(tmp_path, planned("a", epochs=40), seconds=60.0, epochs=3)
    throughput = Throughput.measured(complete_runs(tmp_path / "tracks"))
    assert throughput.estimate(planned("b", epochs=1), n_train=10) == pytest.approx(20.0)


def test_damaged_results_do_not_count(tmp_path):
    damaged = finish_at(tmp_path, planned("a", 0), seconds=1000.0)
    (damaged.path / "metrics.json").write_text("{}")
    finish_at(tmp_path, planned("a", 1), seconds=100.0)
    throughput = Throughput.measured(complete_runs(tmp_path / "tracks"))
    assert throughput.estimate(planned("a", 2), n_train=10) == 100.0


def test_a_run_without_epochs_does_not_count(tmp_path):
    finish_at(tmp_path, planned("a", 0), epochs=0)
    throughput = Throughput.measured(complete_runs(tmp_path / "tracks"))
    assert throughput.estimate(planned("b"), n_train=10) is None
