"""The runs of a suite as rows, and as a table to read."""

import io
import json
from collections.abc import Callable

import pytest
from rich.console import Console

from bench.listing import as_rows, print_plan
from bench.survey import Survey, take

from .finished_runs import finish
from .suites import draw_photos, load

KEYS = {"experiment", "seed", "identity", "state", "folder", "estimated_seconds"}
KEYS |= {"estimate_doubts"}


@pytest.fixture
def survey(tmp_path) -> Callable[..., Survey]:
    draw_photos(tmp_path / "pictures")

    def take_again(**options) -> Survey:
        suite = load(tmp_path, **({"names": ["plain", "phased"]} | options))
        return take(suite, tmp_path / "results", threads=1)

    return take_again


@pytest.fixture
def mixed(survey, hold_elsewhere) -> Survey:
    """A complete, a failed, a running and a planned run."""
    complete, failed, running, _ = survey().runs
    finish(complete.folder, complete.run, accuracy=0.625, seconds=90.0, n_train=6)
    failed.folder.begin()
    failed.folder.fail({"kind": "error", "reason": "no [red] luck"})
    hold_elsewhere(running.folder)
    return survey()


def printed(survey: Survey, *, dry_run: bool = False, n_at_once: int | None = None) -> list[str]:
    console = Console(file=io.StringIO(), width=200)
    print_plan(survey, console, dry_run=dry_run, n_at_once=n_at_once)
    return [line.strip() for line in console.file.getvalue().splitlines()]


class TestRows:
    def test_a_row_a_run_with_its_state_and_folder(self, mixed):
        rows = as_rows(mixed)
        assert [(row["experiment"], row["seed"], row["state"]) for row in rows] == [
            ("plain", 0, "complete"),
            ("phased", 0, "failed"),
            ("plain", 1, "running"),
            ("phased", 1, "planned"),
        ]
        for row, found in zip(rows, mixed.runs, strict=True):
            assert row.keys() >= KEYS
            assert row["identity"] == found.run.identity
            assert row["folder"] == str(found.folder.path)
        assert json.loads(json.dumps(rows)) == rows

    def test_a_complete_run_has_its_test_figures(self, mixed):
        row = as_rows(mixed)[0]
        assert row.keys() == KEYS | {"accuracy", "macro_accuracy", "seconds"}
        assert (row["accuracy"], row["macro_accuracy"], row["seconds"]) == (0.625, 0.5, 90.0)

    def test_a_failed_run_has_its_reason(self, mixed):
        assert as_rows(mixed)[1]["reason"] == "no [red] luck"

    def test_others_have_no_figures(self, mixed):
        assert [row.keys() for row in as_rows(mixed)[2:]] == [KEYS, KEYS]

    def test_another_seed_has_an_estimate(self, mixed):
        assert [row["estimated_seconds"] for row in as_rows(mixed)] == [90.0, None, 90.0, None]

    def test_a_complete_run_whose_files_are_damaged_says_so(self, mixed, survey):
        (mixed.runs[0].folder.path / "metrics.json").write_text("{}")
        row = as_rows(survey())[0]
        assert row["state"] == "complete"
        assert row["reason"].startswith("damaged: ")
        assert "metrics.json" in row["reason"]
        assert "accuracy" not in row

    def test_without_the_data_the_runs_have_no_identity(self, survey, tmp_path):
        found = survey(assignments=[f"data.photos.root={tmp_path / 'nowhere'}"])
        rows = as_rows(found)
        assert [(row["experiment"], row["seed"]) for row in rows] == [
            ("plain", 0),
            ("phased", 0),
            ("plain", 1),
            ("phased", 1),
        ]
        for row in rows:
            assert row.keys() == KEYS | {"problem"}
            assert row["identity"] is row["folder"] is row["estimated_seconds"] is None
            assert row["state"] == "planned"
            assert "nowhere" in row["problem"]


class TestTable:
    def test_a_line_a_run_then_reasons_then_counts(self, mixed):
        lines = printed(mixed)
        identities = [found.run.identity for found in mixed.runs]
        assert lines[0].split() == [
            "experiment",
            "seed",
            "identity",
            "state",
            "time",
            "accuracy",
            "macro",
        ]
        assert lines[1].split() == [
            *("plain", "0", identities[0], "complete", "90", "s", "0.625", "0.500")
        ]
        assert lines[2].split() == ["phased", "0", identities[1], "failed", "–"]
        assert lines[3].split() == ["plain", "1", identities[2], "running", "~", "90", "s"]
        assert lines[4].split() == ["phased", "1", identities[3], "planned", "–"]
        assert lines[5] == "phased, seed 0: no [red] luck"
        assert lines[6] == (
            "1 complete, 1 running, 1 failed, 1 planned, "
            "how long they take is known after a first run of their kind"
        )
        assert len(lines) == 7

    def test_a_dry_run_shows_what_would_run(self, mixed):
        lines = printed(mixed, dry_run=True)
        assert [line.split()[:2] for line in lines[1:3]] == [["phased", "0"], ["phased", "1"]]
        assert lines[-1].startswith("1 failed, 1 planned")

    def test_the_work_that_waits_is_added_up(self, survey):
        first = survey(names=["plain"], seeds=(0, 1, 2)).runs[0]
        finish(first.folder, first.run, seconds=300.0, n_train=6)
        found = survey(names=["plain"], seeds=(0, 1, 2))
        assert printed(found)[-1] == "1 complete, 2 planned, about 10 min of work"

    def test_several_at_a_time_are_done_sooner(self, survey):
        first = survey(names=["plain"], seeds=(0, 1, 2, 3)).runs[0]
        finish(first.folder, first.run, seconds=300.0, n_train=6)
        found = survey(names=["plain"], seeds=(0, 1, 2, 3))
        # 15 min of work: two share them in 7.5 min, ten are no faster than the longest, 5 min.
        assert printed(found, n_at_once=2)[-1].endswith(
            "about 15 min of work, over in 8 min with 2 at a time"
        )
        assert printed(found, n_at_once=10)[-1].endswith("over in 5 min with 3 at a time")

    def test_a_rough_estimate_is_marked_and_says_why(self, survey):
        first = survey(names=["plain"], seeds=(0,)).runs[0]
        finish(first.folder, first.run, seconds=300.0, n_train=6)
        found = survey(names=["plain"], seeds=(0,), assignments=["data.photos.image_size=128"])
        lines = printed(found)
        assert lines[1].split()[-3:] == ["?", "20", "min"]
        assert lines[-2] == "?: a rough guess, from what has been measured (another image size)"
        assert lines[-1] == "1 planned, roughly 20 min of work"
        assert as_rows(found)[0]["estimate_doubts"] == ["another image size"]

    def test_what_was_never_measured_is_counted_beside_the_rest(self, survey):
        first = survey(seeds=(0,)).runs[0]
        finish(first.folder, first.run, seconds=300.0, n_train=6)
        assert printed(survey())[-1].endswith(
            "about 5 min of work, and 2 runs of a kind that was never measured"
        )

    def test_when_all_is_done_a_dry_run_has_nothing_to_show(self, survey):
        first = survey(names=["plain"], seeds=(0,)).runs[0]
        finish(first.folder, first.run)
        assert printed(survey(names=["plain"], seeds=(0,)), dry_run=True)[-1] == "nothing to run"

    def test_a_problem_is_told_at_the_end(self, survey, tmp_path):
        found = survey(assignments=[f"data.photos.root={tmp_path / 'nowhere'}"])
        lines = printed(found)
        assert lines[1].split() == ["plain", "0", "–", "planned", "–"]
        assert lines[-2] == "4 planned"
        assert lines[-1] == found.problem
