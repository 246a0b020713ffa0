"""A run that failed is in MLflow too: that it did, why, and how far it came."""

import shutil

from bench.tracking import is_mirrored
from bench.tracking.suites import runs_to_mirror

from .seen import own_uri, seen, sync
from .tracked_runs import START, SUITE, write_failed_run, write_run


def test_it_has_status_reason_and_the_curves_so_far(results):
    write_run(results, "baseline", 0)
    write_failed_run(results, "baseline", 1)
    assert sync(results).n_created == 2
    store = seen(results)
    failed = store.runs["baseline seed 1"]
    assert (failed.info.status, failed.info.start_time) == ("FAILED", START)
    assert failed.data.tags["trackbench.status"] == "failed"
    note = failed.data.tags["mlflow.note.content"]
    assert note.startswith("**Failed**: diverged: the loss was not finite")
    assert "Try: a lower rate" in note
    assert failed.data.params["optimizer.lr"] == "0.001"
    curve = store.histories()["baseline seed 1", "val_accuracy"]
    assert [(step, value) for step, value, _ in curve] == [(0, 0.25), (1, 0.75)]
    assert store.artifacts("baseline seed 1") == {"run.json", "failure.json", "log.txt"}
    parent = store.runs["baseline"]
    assert parent.info.status == "FINISHED"
    assert parent.data.tags["trackbench.status"] == "failed"
    assert parent.data.metrics["n_seeds"] == 1
    assert "Failed: seed 1." in parent.data.tags["mlflow.note.content"]


def test_mirrored_again_nothing_changes_and_the_marker_knows_it(results):
    write_failed_run(results, "frozen", 0)
    uri = own_uri(results)
    assert not is_mirrored(results, SUITE, uri, runs_to_mirror(results / SUITE))
    assert sync(results).n_created == 1
    assert is_mirrored(results, SUITE, uri, runs_to_mirror(results / SUITE))
    before = seen(results)
    assert (before.runs["frozen"].info.status, before.n_runs) == ("FAILED", 2)
    outcome = sync(results)
    assert (outcome.n_created, outcome.n_present, outcome.warnings) == (0, 1, ())
    assert seen(results).histories() == before.histories()


def test_once_it_is_complete_the_failure_is_gone(results, tmp_path):
    # The failure is another machine's, so that it lies at another place.
    elsewhere = tmp_path / "elsewhere"
    write_failed_run(elsewhere, "baseline", 0)
    shutil.copy(results / "mlflow.db", elsewhere)
    sync(elsewhere)
    shutil.copy(elsewhere / "mlflow.db", results)
    write_run(results, "baseline", 0)
    assert sync(results).n_created == 1
    runs = seen(results).runs
    assert len(runs) == seen(results).n_runs == 2
    assert {run.info.status for run in runs.values()} == {"FINISHED"}
    assert {run.data.tags["trackbench.status"] for run in runs.values()} == {"complete"}


def test_one_that_never_began_is_left_out(results):
    folder = write_failed_run(results, "baseline", 0)
    (folder.path / "run.json").unlink()
    assert runs_to_mirror(results / SUITE) == []
