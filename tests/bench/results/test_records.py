"""Run folders read back."""

import shutil
from dataclasses import replace

import pytest

from bench.results.checks import leak_notice, write_check
from bench.results.records import (
    DRAWN_NOTICE,
    PARTS_OF_TIME,
    complete_runs,
    metrics_frame,
    notice_for,
    predictions_frame,
    timings_frame,
)
from bench.results.store import COMPLETE, DamagedError, RunFolder
from tests.bench.finished_runs import finish, finish_at, planned
from tests.bench.results.test_checks import CHECK


@pytest.fixture
def suite_folder(tmp_path):
    return tmp_path / "tracks"


def names(suite_folder):
    return [(record.experiment, record.seed) for record in complete_runs(suite_folder)]


class TestCompleteRuns:
    def test_ordered_by_experiment_and_seed_as_a_number(self, tmp_path, suite_folder):
        for experiment, seed in [("b", 0), ("a", 10), ("a", 9), ("b", 2), ("a", 100)]:
            finish_at(tmp_path, planned(experiment, seed))
        assert names(suite_folder) == [("a", 9), ("a", 10), ("a", 100), ("b", 0), ("b", 2)]

    def test_two_runs_of_a_seed_are_ordered_by_identity(self, suite_folder):
        for identity in ("ffff", "0000", "9999"):
            finish(RunFolder(suite_folder / "a" / f"0-{identity}"), planned("a"))
        found = [record.folder.path.name for record in complete_runs(suite_folder)]
        assert found == ["0-0000", "0-9999", "0-ffff"]

    def test_without_results_there_are_none(self, suite_folder):
        assert names(suite_folder) == []

    def test_what_is_not_complete_is_passed_over(self, tmp_path, suite_folder):
        finish_at(tmp_path, planned("a", 0))
        (finish_at(tmp_path, planned("a", 1)).path / COMPLETE).unlink()
        failed = RunFolder.of(tmp_path, planned("a", 2))
        failed.begin()
        failed.fail({"reason": "?"})
        RunFolder.of(tmp_path, planned("a", 3)).begin()
        assert names(suite_folder) == [("a", 0)]

    @pytest.mark.parametrize("stray", ["backup", "x-000", "-1-000", "0", "²-000", "1.5-000"])
    def test_stray_folders_are_passed_over(self, tmp_path, suite_folder, stray):
        whole = finish_at(tmp_path, planned("a", 0))
        shutil.copytree(whole.path, suite_folder / "a" / stray)
        shutil.copytree(whole.path, suite_folder / "0-deeper" / "b" / "0-000")
        shutil.copy(whole.path / COMPLETE, suite_folder / COMPLETE)
        assert names(suite_folder) == [("a", 0)]


class TestRecord:
    @pytest.fixture
    def record(self, tmp_path, suite_folder):
        finish_at(tmp_path, planned("a", 1), seconds=12.5)
        (record,) = complete_runs(suite_folder)
        return record

    def test_what_it_reads(self, record):
        assert record.spec["identity"] == record.folder.path.name.partition("-")[2]
        assert record.metrics["timings"]["total_seconds"] == 12.5
        assert record.history().to_dict("list") == {
            "epoch": [0, 1],
            "learning_rate": [0.001, 0.001],
            "train_loss": [0.75, 0.25],
            "val_accuracy": [0.5, 1.0],
        }
        assert record.predictions()["path"][0] == "bear/9.png"

    @pytest.mark.parametrize(
        ("said", "is_drawn"), [({}, False), ({"drawn": False}, False), ({"drawn": True}, True)]
    )
    def test_a_run_is_drawn_where_it_says_so(self, record, suite_folder, said, is_drawn):
        record.folder.write_json("run.json", record.spec | said)
        record.folder.seal()
        (again,) = complete_runs(suite_folder)
        assert again.is_drawn is is_drawn

    def test_sound_files_pass(self, record):
        assert record.verify() is None

    @pytest.mark.parametrize(
        "name", ["run.json", "metrics.json", "history.csv", "predictions.parquet"]
    )
    def test_damage_to_what_analysis_reads_is_found(self, record, name):
        (record.folder.path / name).write_bytes(b"{}")
        with pytest.raises(DamagedError, match=name):
            record.verify()

    def test_a_damaged_file_is_never_returned(self, record):
        (record.folder.path / "metrics.json").write_text('{"test": {"accuracy": 1.0}}')
        with pytest.raises(DamagedError):
            _ = record.metrics
        (record.folder.path / "history.csv").write_text("epoch\n0\n")
        with pytest.raises(DamagedError):
            record.history()


class TestFrames:
    @pytest.fixture
    def records(self, tmp_path, suite_folder):
        finish_at(tmp_path, planned("a", 0), accuracy=0.75, seconds=10.0)
        finish_at(tmp_path, planned("b", 7), accuracy=0.5, seconds=20.5)
        return list(complete_runs(suite_folder))

    def test_a_row_a_run_with_the_tests_measures(self, records):
        frame = metrics_frame(records)
        common = {"macro_accuracy": 0.5, "macro_f1": 0.25, "nll": 1.5, "ece": 0.125, "n": 4}
        assert frame.to_dict("records") == [
            {"experiment": "a", "seed": 0, "accuracy": 0.75, **common, "seconds": 10.0},
            {"experiment": "b", "seed": 7, "accuracy": 0.5, **common, "seconds": 20.5},
        ]

    def test_a_row_a_run_with_its_time_and_the_parts_of_it(self, tmp_path, suite_folder):
        parts = {f"{part}_seconds": 1.0 + i for i, part in enumerate(PARTS_OF_TIME)}
        finish_at(tmp_path, planned("new", batch_size=4), seconds=21.0, timings=parts)
        finish_at(tmp_path, planned("old", batch_size=32), seconds=9.0)
        frame = timings_frame(complete_runs(suite_folder))
        new, old = frame.to_dict("records")
        common = {"seed": 0, "batch_size": 4, "total_seconds": 21.0}
        assert new == {"experiment": "new", **common, **parts}
        # Ten images make no batch of 32.
        assert (old["batch_size"], old["total_seconds"]) == (10, 9.0)
        assert frame.loc[1, list(parts)].isna().all()

    def test_one_drawn_run_among_others_needs_its_notice(self, records, suite_folder):
        assert notice_for(records) == notice_for([]) == ""
        records[1].folder.write_json("run.json", records[1].spec | {"drawn": True})
        records[1].folder.seal()
        first, second = complete_runs(suite_folder)
        assert notice_for([first]) == ""
        assert notice_for([second]) == notice_for([first, second]) == DRAWN_NOTICE

    def test_a_leak_of_their_data_is_said_once_and_after_that_they_are_drawn(
        self, tmp_path, records
    ):
        results = records[0].folder.path.parents[2]
        leaking = replace(CHECK, fingerprint=records[0].spec["fingerprint"])
        write_check(results, leaking)
        sentence = leak_notice(results, leaking.fingerprint)
        assert sentence.startswith("A data check of")
        assert notice_for(records) == sentence
        records[1].folder.write_json("run.json", records[1].spec | {"drawn": True})
        records[1].folder.seal()
        again = [replace(record) for record in records]
        assert notice_for(again) == f"{DRAWN_NOTICE} {sentence}"

    def test_or_with_the_validations(self, records):
        frame = metrics_frame(records, "val")
        assert frame["accuracy"].tolist() == [1.0, 1.0]
        assert frame["n"].tolist() == [1, 1]

    def test_a_row_an_image_of_a_run(self, records):
        frame = predictions_frame(records)
        assert list(frame.columns) == [
            "experiment",
            "seed",
            "split",
            "path",
            "true",
            "predicted",
            "p:bear",
            "p:fox",
        ]
        assert frame["experiment"].tolist() == ["a"] * 4 + ["b"] * 4
        assert frame["seed"].tolist() == [0] * 4 + [7] * 4
        assert set(frame["split"]) == {"test"}
        assert frame.index.tolist() == list(range(8))
        assert frame.loc[1].tolist() == [
            "a",
            0,
            "test",
            "bear/1.png",
            "bear",
            "fox",
            0.25,
            0.75,
        ]

    def test_or_of_validation(self, records):
        frame = predictions_frame(records, "val")
        assert frame["path"].tolist() == ["bear/9.png", "bear/9.png"]

    def test_no_runs_make_empty_frames_with_their_columns(self):
        assert len(metrics_frame([])) == 0
        assert list(metrics_frame([]).columns) == [
            "experiment",
            "seed",
            "accuracy",
            "macro_accuracy",
            "macro_f1",
            "nll",
            "ece",
            "n",
            "seconds",
        ]
        assert len(predictions_frame([])) == 0
        assert {"experiment", "seed", "true", "predicted"} <= set(predictions_frame([]).columns)


def test_seeds_of_different_precision_are_told(tmp_path):
    one, two, three = (
        finish_at(tmp_path, planned(name, seed), precision=precision)
        for name, seed, precision in (("a", 0, "bf16"), ("a", 1, "fp32"), ("b", 0, "fp32"))
    )
    assert one.path.parent == two.path.parent != three.path.parent
    records = list(complete_runs(tmp_path / "tracks"))
    assert notice_for(records) == "a: some seeds were trained in bf16, some in fp32."
    assert notice_for(records[1:]) == ""
