"""Each run is mirrored once, whatever happened in between, and nothing else is touched."""

import logging
import os
import statistics
import warnings

import pandas as pd
import pytest

from bench.results.records import complete_runs
from bench.tracking import is_mirrored, mirror

from .seen import ARTIFACTS, own_uri, seen, sync
from .tracked_runs import FOUR, HISTORY, SUITE, right, write_run, write_runs


def test_the_first_mirror_prints_nothing_and_stays_in_results(first_mirror):
    folder, done = first_mirror
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path.name for path in folder.iterdir()] == ["results"]
    assert (folder / "results" / "mlartifacts").is_dir()


def test_one_seed_has_no_deviation(results):
    write_runs(results, ("baseline", 0))
    sync(results)
    metrics = seen(results).runs["baseline"].data.metrics
    assert metrics["test_accuracy_mean"] == 1.0
    assert not [name for name in metrics if name.endswith("_std")]


def test_a_long_history_fits_though_mlflow_takes_only_so_much_at_once(results):
    epochs = 400
    history = pd.DataFrame(
        {name: [0.5] * epochs for name in HISTORY} | {"epoch": range(epochs), "seconds": 1.0}
    )
    write_run(results, "baseline", 0, history=history)
    assert sync(results).warnings == ()
    curve = seen(results).histories()["baseline seed 0", "train_loss"]
    assert [step for step, *_ in curve] == list(range(epochs))


def test_the_same_run_in_another_results_folder_is_there_already(results, tmp_path):
    write_run(results, "baseline", 0)
    assert sync(results).n_created == 1
    elsewhere = tmp_path / "elsewhere"
    write_run(elsewhere, "baseline", 0, history=HISTORY.assign(train_loss=0.75))
    again = mirror(complete_runs(elsewhere / SUITE), elsewhere, SUITE, own_uri(results))
    assert (again.n_created, again.n_present, again.warnings) == (0, 1, ())
    assert sync(results).n_present == 1


def test_mirrored_again_nothing_changes(results):
    write_runs(results, *FOUR)
    sync(results)
    before = seen(results)
    files = sorted(results.glob("mlartifacts/**/*"))
    outcome = sync(results)
    assert (outcome.n_created, outcome.n_present, outcome.warnings) == (0, 4, ())
    after = seen(results)
    assert after.n_runs == before.n_runs == 6
    assert after.histories() == before.histories()
    assert sorted(results.glob("mlartifacts/**/*")) == files


def test_one_seed_more_adds_one_child_and_moves_the_mean(results):
    write_runs(results, *FOUR)
    sync(results)
    write_run(results, "baseline", 2)
    outcome = sync(results)
    assert (outcome.n_created, outcome.n_present) == (1, 4)
    store = seen(results)
    assert store.n_runs == 7
    values = [right("baseline", seed) for seed in (0, 1, 2)]
    metrics = store.runs["baseline"].data.metrics
    assert metrics["n_seeds"] == 3
    assert metrics["test_accuracy_mean"] == pytest.approx(statistics.mean(values))
    assert metrics["test_accuracy_std"] == pytest.approx(statistics.stdev(values))
    histories = store.histories()
    assert len(histories["baseline", "test_accuracy_mean"]) == 2
    assert len(histories["baseline", "test_ece_mean"]) == 1  # the same as before
    assert len(histories["frozen", "test_accuracy_mean"]) == 1


def test_a_mirror_that_was_killed_is_completed(results, monkeypatch):
    write_runs(results, ("baseline", 0), ("baseline", 1))

    def kill(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("bench.tracking.store.SuiteStore._log_files", kill)
        with pytest.raises(KeyboardInterrupt):
            sync(results)
    half = seen(results).runs["baseline seed 0"].info
    assert half.status == "RUNNING"
    outcome = sync(results)
    assert (outcome.n_created, outcome.n_present) == (2, 0)
    after = seen(results)
    assert after.n_runs == 3
    assert after.runs["baseline seed 0"].info.run_id != half.run_id
    assert after.artifacts("baseline seed 0") == ARTIFACTS


def test_a_run_that_was_run_anew_replaces_its_mirror(results):
    (record,) = write_runs(results, ("baseline", 0))
    sync(results)
    record.folder.write("log.txt", "another time")
    record.folder.seal()
    assert not is_mirrored(results, SUITE, own_uri(results), [record])
    assert sync(results).n_created == 1
    store = seen(results)
    assert store.n_runs == 2
    assert store.file("baseline seed 0", "log.txt").read_text() == "another time"


def test_what_an_older_version_mirrored_is_mirrored_anew_once(results, tmp_path):
    write_run(results, "baseline", 0)
    sync(results)
    store = seen(results)
    run_id = store.runs["baseline seed 0"].info.run_id
    # an older version wrote no version; and the results were moved since
    digest = store.runs["baseline seed 0"].data.tags["trackbench.mirrored"].partition(":")[2]
    store.client.set_tag(run_id, "trackbench.mirrored", digest)
    store.client.set_tag(run_id, "trackbench.folder", "elsewhere:/results")
    assert sync(results).n_created == 1
    again = seen(results)
    assert again.n_runs == 2
    assert again.runs["baseline seed 0"].info.run_id != run_id
    assert sync(results).n_created == 0


def test_a_run_whose_parent_was_deleted_gets_a_new_one(results):
    write_runs(results, ("baseline", 0))
    sync(results)
    store = seen(results)
    store.client.delete_run(store.runs["baseline"].info.run_id)
    sync(results)
    runs = seen(results).runs
    assert set(runs) == {"baseline", "baseline seed 0"}
    assert runs["baseline seed 0"].data.tags["mlflow.parentRunId"] == runs["baseline"].info.run_id


def test_a_deleted_experiment_stays_deleted_and_is_a_warning(results):
    write_runs(results, ("baseline", 0))
    sync(results)
    store = seen(results)
    store.client.delete_experiment(store.experiment.experiment_id)
    (warning,) = sync(results).warnings
    assert f"mlflow experiments restore -x {store.experiment.experiment_id}" in warning


def test_a_damaged_run_is_a_warning_and_the_others_go_on(results):
    records = write_runs(results, ("baseline", 0), ("baseline", 1), ("frozen", 0))
    (records[0].folder.path / "metrics.json").write_text("{}")
    records[1].folder.write_json("run.json", {"suite": SUITE})
    records[1].folder.seal()
    outcome = sync(results)
    assert outcome.n_created == 1
    changed, hollow = outcome.warnings
    assert "metrics.json: was changed" in changed
    assert records[1].folder.path.name in hollow
    assert set(seen(results).runs) == {"frozen", "frozen seed 0"}
    assert not is_mirrored(results, SUITE, own_uri(results), records)


def test_the_marker_knows_what_was_mirrored_where(results):
    records = write_runs(results, ("baseline", 0), ("baseline", 1))
    uri = own_uri(results)
    assert not is_mirrored(results, SUITE, uri, records)
    sync(results)
    assert is_mirrored(results, SUITE, uri, records)
    assert not is_mirrored(results, SUITE, "http://127.0.0.1:1", records)
    assert not is_mirrored(results, SUITE, uri, write_runs(results, ("baseline", 2)))
    (results / "mlflow.db").unlink()
    assert not is_mirrored(results, SUITE, uri, records)


def test_a_mirror_leaves_no_trace_in_the_process(results):
    write_runs(results, ("baseline", 0))
    names = ("mlflow", "alembic", "sqlalchemy", "urllib3")

    def state():
        levels = [logging.getLogger(name).level for name in names]
        return dict(os.environ), list(warnings.filters), levels

    before = state()
    sync(results)
    assert state() == before
