"""MLflow shows of each run what lies in its folder."""

import json

import pandas as pd
import pytest

from bench.tracking.view import saved_views

from .seen import ARTIFACTS, seen, sync
from .tracked_runs import FINGERPRINT, FOUR, HISTORY, START, SUITE, TIMINGS, write_runs


def test_a_parent_a_configuration_and_a_child_a_seed(four):
    runs = four.runs
    assert set(runs) == {"baseline", "frozen", *(f"{name} seed {seed}" for name, seed in FOUR)}
    assert runs["frozen"].data.tags["trackbench.kind"] == "experiment"
    for name, seed in FOUR:
        tags = runs[f"{name} seed {seed}"].data.tags
        expected = {
            "mlflow.parentRunId": runs[name].info.run_id,
            "mlflow.source.git.commit": "ab" * 20,
            "trackbench.kind": "run",
            "trackbench.suite": SUITE,
            "trackbench.experiment": name,
            "trackbench.seed": str(seed),
            "trackbench.configuration": runs[name].data.tags["trackbench.configuration"],
            "trackbench.data_fingerprint": FINGERPRINT,
            "trackbench.git_commit": "ab" * 20 + "-dirty",
            "trackbench.device": "cpu",
            "trackbench.status": "complete",
            "trackbench.profile": "none",
        }
        assert tags.items() >= expected.items()
    parent = runs["frozen"].data.tags
    assert (parent["trackbench.status"], parent["trackbench.seeds"]) == ("complete", "0,1")


def test_parameters_are_flat_and_complete(four):
    params = four.runs["frozen seed 1"].data.params
    expected = {
        "experiment": "frozen",
        "model": "torchvision:resnet18",
        "optimizer.lr": "0.0001",
        "optimizer.betas": "[0.9, 0.999]",
        "freezing.trainable_blocks": "1",
        "data.image_size": "32",
        "data.augment.rotation_degrees": "30.0",
        "data.augment.color_jitter.hue": "0.0",
        "channels_last": "true",
        "seed": "1",
        "threads": "2",
        "precision": "fp32",
    }
    assert params.items() >= expected.items()
    assert "clip_norm" not in params
    parent = four.runs["frozen"].data.params
    assert set(params) - set(parent) == {"seed", "threads"}
    assert parent["precision"] == "auto"


def test_curves_by_epoch_beside_final_values(four):
    histories = four.histories()
    curve = histories["baseline seed 1", "val_accuracy"]
    # 8 s in all, of which the epochs' shares are 1, 2 and 1 of 4
    assert curve == [(0, 0.25, START + 2000), (1, 0.75, START + 6000), (2, 0.5, START + 8000)]
    assert [step for step, *_ in histories["baseline seed 1", "val_macro_accuracy"]] == [0, 2]
    finals = {"test_accuracy": 5 / 6, "selected_val_accuracy": 0.75, "selected_epoch": 1.0}
    for name, value in finals.items():
        assert histories["baseline seed 1", name] == [(0, value, START + 8000)]
    assert set(HISTORY) - {"epoch", "seconds"} <= {metric for _, metric in histories}


def test_runs_have_their_own_times(four):
    for run in four.runs.values():
        info = run.info
        assert (info.status, info.start_time, info.end_time) == ("FINISHED", START, START + 8000)


def test_where_the_time_went_is_there_in_seconds(four):
    metrics = four.runs["baseline seed 1"].data.metrics
    assert {name: metrics[name] for name in TIMINGS} == TIMINGS


def test_the_data_set_is_an_input(four):
    for name in ("baseline", "baseline seed 0"):
        (used,) = four.runs[name].inputs.dataset_inputs
        assert (used.dataset.name, used.dataset.digest) == ("tracks", FINGERPRINT[:12])
        assert json.loads(used.dataset.source) == {"uri": "/data/tracks"}
        profile = json.loads(used.dataset.profile)
        assert (profile["n_train"], profile["n_val"], profile["n_test"]) == (9, 3, 6)


def test_artifacts_are_the_runs_files_and_tables_of_its_test(four):
    name = "baseline seed 1"
    assert four.artifacts(name) == ARTIFACTS
    assert four.file(name, "log.txt").read_text() == "log.txt of baseline 1\n"
    assert four.file(name, "confusion_matrix.png").read_bytes().startswith(b"\x89PNG")
    matrix = pd.read_csv(four.file(name, "confusion_matrix.csv"), index_col="true")
    assert matrix.to_numpy().tolist() == [[2, 0, 0], [1, 1, 0], [0, 0, 2]]
    table = pd.read_csv(four.file(name, "per_class.csv"), index_col="class")
    assert table["accuracy"].to_dict() == {"bob_cat": 1.0, "gray_fox": 0.5, "wolf": 1.0}
    assert table.loc["wolf", "published"] == 0.5


def test_parents_have_mean_and_deviation_over_seeds(four):
    metrics = four.runs["baseline"].data.metrics
    assert metrics["n_seeds"] == 2
    assert metrics["test_accuracy_mean"] == pytest.approx((6 / 6 + 5 / 6) / 2)
    # of two values the deviation (ddof = 1) is their distance over the root of 2
    assert metrics["test_accuracy_std"] == pytest.approx((1 / 6) / 2**0.5)
    assert metrics["test_ece_std"] == 0
    assert metrics["total_seconds_mean"] == 8
    # and in the columns of their seeds the mean
    for name in ("test_accuracy", "test_macro_accuracy", "selected_val_accuracy"):
        assert metrics[name] == metrics[f"{name}_mean"]


def test_a_summary_in_markdown_stands_at_the_top_of_each_page(four):
    def note(name):
        return four.runs[name].data.tags["mlflow.note.content"]

    assert note("baseline seed 1").startswith("**Macro accuracy 0.833**, accuracy 0.833 on 6 test")
    assert "Confused most, in images: bob_cat and gray_fox (1)." in note("baseline seed 1")
    assert "| ECE | 0.125 |  |" in note("baseline seed 1")
    parent = note("baseline").splitlines()
    assert "| 1 | 0.833 | 0.833 | 0.125 |" in parent
    assert parent[0].startswith("**Macro accuracy 0.917 ± 0.118**")
    suite = four.experiment.tags["mlflow.note.content"].splitlines()
    assert suite[0].startswith("Best: **baseline**, macro accuracy 0.917 ± 0.118")
    rows = [line.split(" | ")[:2] for line in suite if line.startswith("| ")]
    assert rows[2:] == [["| baseline", "2"], ["| frozen", "2"]]


def test_a_description_that_somebody_wrote_stays(results):
    write_runs(results, ("baseline", 0))
    sync(results)
    store = seen(results)
    store.client.set_tag(store.runs["baseline"].info.run_id, "mlflow.note.content", "mine")
    write_runs(results, ("baseline", 1), ("frozen", 0))
    sync(results)
    store = seen(results)
    assert store.runs["baseline"].data.tags["mlflow.note.content"] == "mine"
    assert "| frozen | 1 |" in store.experiment.tags["mlflow.note.content"]


def test_the_views_show_what_runs_have(four):
    parents = [four.runs["frozen"], four.runs["baseline"]]
    known = {
        f"{kind}.`{name}`"
        for run in (*parents, four.runs["frozen seed 0"])
        for kind in ("metrics", "params", "tags")
        for name in getattr(run.data, kind)
    }
    for tag, content in saved_views().items():
        assert four.experiment.tags[tag] == content
        view = json.loads(content)
        state = json.loads(view["state"])
        assert view["name"]
        assert set(state["selectedColumns"]) <= known
        metrics = {f"metrics.`{chart['metricKey']}`" for chart in state["compareRunCharts"]}
        assert metrics <= known
