"""A suite held against its results."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.survey import Survey, cpus, take, to_report

from .finished_runs import finish, planned
from .suites import draw_photos, load


@pytest.fixture
def survey(tmp_path) -> Callable[..., Survey]:
    """Surveys two experiments with two seeds on six training photos."""
    draw_photos(tmp_path / "pictures")

    def take_again(**options) -> Survey:
        suite = load(tmp_path, **({"names": ["plain", "phased"]} | options))
        return take(suite, tmp_path / "results", threads=1)

    return take_again


def said(survey: Survey, **options) -> tuple[list[tuple[str, int]], list[str]]:
    records, lines = to_report(survey, **options)
    return [(record.experiment, record.seed) for record in records], lines


class TestTake:
    def test_at_first_all_is_planned(self, survey, tmp_path):
        found = survey()
        assert found.problem is None
        assert [(p.run.experiment.name, p.run.seed, p.state) for p in found.runs] == [
            ("plain", 0, "planned"),
            ("phased", 0, "planned"),
            ("plain", 1, "planned"),
            ("phased", 1, "planned"),
        ]
        assert {p.estimated_seconds for p in found.runs} == {None}
        first = found.runs[0]
        assert first.folder.path == tmp_path / "results/tracks/plain" / f"0-{first.run.identity}"
        assert not (tmp_path / "results").exists()

    def test_states_are_those_of_the_folders(self, survey, hold_elsewhere):
        complete, failed, running, _ = survey().runs
        finish(complete.folder, complete.run)
        failed.folder.begin()
        failed.folder.fail({"kind": "error", "reason": "no luck"})
        hold_elsewhere(running.folder)
        found = survey()
        assert [p.state for p in found.runs] == ["complete", "failed", "running", "planned"]
        assert [p.run.identity for p in found.in_state("failed", "planned")] == [
            found.runs[1].run.identity,
            found.runs[3].run.identity,
        ]

    def test_estimates_come_from_complete_runs(self, survey):
        plain = survey().runs[0]
        finish(plain.folder, plain.run, seconds=36.0, n_train=6)
        # Another seed takes as long. 36 s / (6 images x 3 epochs) is 2 s an image.
        assert [p.estimated_seconds for p in survey().runs] == [36.0, None, 36.0, None]
        other = survey(names=["plain"], assignments=["experiment.plain.epochs=5"])
        assert [p.estimated_seconds for p in other.runs] == [60.0, 60.0]

    def test_of_a_run_that_was_begun_the_rest_is_estimated(self, survey):
        plain = survey().runs[0]
        finish(plain.folder, plain.run, seconds=36.0, n_train=6)
        other = survey().runs[2]
        other.folder.begin()
        (other.folder.path / "checkpoint.pt").write_bytes(b"")
        (other.folder.path / "events.jsonl").write_text(
            '{"time": 0, "event": "start", "epoch": 0}\n'
            '{"time": 9, "event": "epoch", "epoch": 0, "seconds": 8}\n'
        )
        found = survey().runs[2]
        assert (found.state, found.begun.epochs) == ("planned", 1)
        assert found.estimated_seconds == pytest.approx(24.0)  # two of three epochs

    def test_with_fewer_threads_it_takes_longer(self, survey):
        plain = survey().runs[0]
        finish(plain.folder, replace(plain.run, threads=2), seconds=36.0, n_train=6)
        found = survey()
        assert found.seconds_with(found.runs[2], threads=2) == pytest.approx(36.0)
        assert found.seconds_with(found.runs[2], threads=1) == pytest.approx(72.0)

    def test_a_finished_run_stays_finished_whatever_the_path_of_its_data(self, survey, tmp_path):
        first = survey().runs[0]
        finish(first.folder, first.run)
        (tmp_path / "pictures").rename(tmp_path / "moved")
        moved = survey(assignments=[f"data.photos.root={tmp_path / 'moved'}"])
        assert [p.state for p in moved.runs] == ["complete", "planned", "planned", "planned"]

    def test_another_image_makes_other_runs(self, survey, tmp_path):
        first = survey().runs[0]
        finish(first.folder, first.run)
        (tmp_path / "pictures/train/fox/0.png").unlink()
        found = survey()
        assert {p.state for p in found.runs} == {"planned"}
        assert found.runs[0].run.identity != first.run.identity

    def test_it_needs_neither_torch_nor_numpy(self, survey, tmp_path):
        survey()
        code = (
            "import sys, pathlib; from bench.survey import take;"
            "from bench.experiments.config import load_suite;"
            f"suite = load_suite(pathlib.Path({str(tmp_path / 'suite.toml')!r}), names=['plain']);"
            "assert len(take(suite, pathlib.Path('nowhere'), 1).runs) == 2; print(*sys.modules)"
        )
        root = Path(__file__).parents[2]
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
        )
        assert not set(done.stdout.split()) & {"torch", "numpy", "pandas", "mlflow", "PIL"}


class TestProblems:
    def test_a_data_set_that_is_not_there(self, survey, tmp_path):
        found = survey(assignments=[f"data.photos.root={tmp_path / 'nowhere'}"])
        assert found.runs == ()
        assert "data.photos.root" in found.problem
        assert "nowhere" in found.problem
        assert "\n" not in found.problem

    def test_weights_that_are_not_there(self, survey, tmp_path):
        found = survey(names=["plain", "counted"])
        assert found.runs == ()
        assert found.problem == (
            f"{found.suite.file}: experiment.counted.weights = "
            f"'{tmp_path / 'nearby.safetensors'}': there is no such file"
        )

    def test_weights_are_known_by_their_content(self, survey, tmp_path):
        (tmp_path / "nearby.safetensors").write_bytes(b"one")
        one = survey(names=["counted"]).runs[0].run
        (tmp_path / "nearby.safetensors").write_bytes(b"two")
        two = survey(names=["counted"]).runs[0].run
        (tmp_path / "copy.pth").write_bytes(b"one")
        set_ = [f"experiment.counted.weights={tmp_path / 'copy.pth'}"]
        copy = survey(names=["counted"], assignments=set_).runs[0].run
        assert one.identity == copy.identity != two.identity


class TestToReport:
    def test_all_seeds_of_the_planned_configurations_in_the_suites_order(self, survey):
        for p in survey(seeds=(2, 0)).runs:
            finish(p.folder, p.run)
        found = survey(seeds=(0,))
        assert said(found) == ([("plain", 0), ("plain", 2), ("phased", 0), ("phased", 2)], [])

    def test_seeds_on_request(self, survey):
        for p in survey().runs:
            finish(p.folder, p.run)
        assert said(survey(), seeds=[1])[0] == [("plain", 1), ("phased", 1)]

    def test_other_settings_are_left_out_and_said_so(self, survey):
        other = survey(assignments=["defaults.batch_size=4"]).runs[0]
        finish(other.folder, other.run)
        mine = survey(seeds=(0,)).runs
        for p in mine:
            finish(p.folder, p.run)
        assert said(survey(seeds=(0,))) == (
            [("plain", 0), ("phased", 0)],
            ["1 complete run of other settings: left out"],
        )

    def test_experiments_that_are_not_selected_are_not_mentioned(self, survey):
        for p in survey(seeds=(0,)).runs:
            finish(p.folder, p.run)
        assert said(survey(names=["phased"], seeds=(0,))) == ([("phased", 0)], [])

    def test_what_is_not_complete_is_listed_with_its_reason(self, survey, hold_elsewhere):
        complete, failed, running, _ = survey().runs
        finish(complete.folder, complete.run)
        failed.folder.begin()
        failed.folder.fail({"kind": "diverged", "reason": "the loss is nan in epoch 3"})
        hold_elsewhere(running.folder)
        assert said(survey()) == (
            [("plain", 0)],
            [
                "phased, seed 0: failed: the loss is nan in epoch 3",
                "plain, seed 1: running",
                "not run yet: 1 of 4",
            ],
        )

    def test_a_failure_without_a_reason_is_listed_too(self, survey):
        first = survey(names=["plain"], seeds=(0,)).runs[0]
        first.folder.begin()
        (first.folder.path / "failure.json").write_text("{}")
        (line,) = said(survey(names=["plain"], seeds=(0,)))[1]
        assert line.startswith("plain, seed 0: failed: failure.json")

    def test_damaged_runs_are_left_out_and_said_so(self, survey):
        whole, damaged = survey(seeds=(0,)).runs
        for p in (whole, damaged):
            finish(p.folder, p.run)
        (damaged.folder.path / "history.csv").write_text("epoch\n")
        kept, (line,) = said(survey(seeds=(0,)))
        assert kept == [("plain", 0)]
        assert line.startswith("phased, seed 0: damaged: ")
        assert "history.csv" in line

    def test_without_the_data_the_newest_results_of_each_experiment_count(self, survey, tmp_path):
        days = {"old": "2026-01-02T09:00:00+00:00", "new": "2026-01-10T08:00:00+00:00"}
        for age, batch_size in (("new", 4), ("old", 8)):
            for p in survey(assignments=[f"defaults.batch_size={batch_size}"]).runs:
                finish(p.folder, p.run, started=days[age])
        away = survey(assignments=[f"data.photos.root={tmp_path / 'nowhere'}"])
        records, lines = to_report(away)
        assert [(record.experiment, record.seed) for record in records] == [
            ("plain", 0),
            ("plain", 1),
            ("phased", 0),
            ("phased", 1),
        ]
        assert {json.loads(record.folder.read("run.json"))["started"] for record in records} == {
            days["new"]
        }
        file = away.suite.file
        assert lines[0].startswith(f"the plan could not be made ({file}: data.photos.root")
        assert lines[1:] == ["4 complete runs of other settings: left out"]

    def test_results_of_another_suite_are_not_looked_at(self, survey):
        elsewhere = survey(assignments=["suite.name=other"]).runs[0]
        finish(elsewhere.folder, elsewhere.run)
        assert said(survey(seeds=(0,), names=["plain"]))[0] == []


def test_there_is_a_cpu():
    assert cpus() >= 1


def test_the_runs_of_these_tests_are_like_planned_ones(survey):
    """`finish` needs of a run what a planned one has."""
    run = survey().runs[0].run
    assert len(run.configuration) == len(planned().configuration) == len(run.identity)
