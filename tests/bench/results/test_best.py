"""The best run of a suite is chosen by validation alone."""

import json

import pytest

from bench.results.records import best_by_validation, complete_runs
from tests.bench.finished_runs import finish_at, planned


def finish(results, name, seed, **measures):
    folder = finish_at(results, planned(name, seed))
    file = folder.path / "metrics.json"
    metrics = json.loads(file.read_text())
    metrics["val"] |= measures
    file.write_text(json.dumps(metrics))
    (folder.path / "COMPLETE").unlink()
    folder.seal()


def best(results):
    found = best_by_validation(complete_runs(results / "tracks"))
    return found.experiment, found.seed


def test_the_highest_accuracy_then_the_lowest_loss_then_the_first(tmp_path):
    finish(tmp_path, "plain", 0, accuracy=0.5, nll=1.0)
    finish(tmp_path, "plain", 3, accuracy=0.5, nll=0.9)
    assert best(tmp_path) == ("plain", 3)
    finish(tmp_path, "counted", 1, accuracy=0.5, nll=0.9)
    assert best(tmp_path) == ("counted", 1)
    finish(tmp_path, "phased", 2, accuracy=0.6, nll=9.0)
    assert best(tmp_path) == ("phased", 2)


def test_of_no_runs_none_is_best(tmp_path):
    with pytest.raises(ValueError, match="empty"):
        best(tmp_path)
