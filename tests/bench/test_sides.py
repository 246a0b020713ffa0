"""What is meant by A and B, and which of the runs that are there count."""

import os
from dataclasses import replace

import pytest

from bench.errors import UserError
from bench.sides import Side, find_runs, read_side
from bench.survey import take

from .finished_runs import finish
from .suites import draw_photos, load


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """Two experiments with two seeds, in a folder that is the present one."""
    monkeypatch.chdir(tmp_path)
    draw_photos(tmp_path / "pictures")
    return load(tmp_path, names=["plain", "phased"])


@pytest.fixture
def run(tmp_path, suite):
    """Finishes runs of an experiment in a folder of results."""

    def run_all(folder, name, seeds=(0, 1), started="2026-01-01T00:00:00+00:00", **settings):
        changed = [replace(one, **settings) for one in suite.experiments if one.name == name]
        planned = take(
            replace(suite, experiments=tuple(changed), seeds=seeds), tmp_path / folder, 1
        )
        for one in planned.runs:
            finish(one.folder, one.run, started=started)

    return run_all


def refusal(*arguments):
    with pytest.raises(UserError) as caught:
        read_side(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


class TestReadSide:
    def test_a_name(self, suite):
        assert read_side("plain", suite) == Side("plain", "plain", None)

    def test_a_folder(self, suite, run, tmp_path):
        run("old", "plain")
        assert read_side("old", suite) == Side(
            "old", None, (tmp_path / "old").relative_to(tmp_path)
        )

    def test_a_name_in_a_folder(self, suite, run):
        run("o@ld", "plain")
        side = read_side("phased@o@ld", suite)
        assert (side.experiment, str(side.folder)) == ("phased", "o@ld")

    def test_what_is_both_is_the_name_and_a_path_says_the_folder(self, suite, run):
        run("plain", "plain")
        assert read_side("plain", suite).folder is None
        assert read_side(os.path.join(".", "plain"), suite).experiment is None  # noqa: PTH118

    def test_a_name_that_there_is_not(self, suite):
        assert refusal("plane", suite) == (
            "plane: is no experiment, EXPERIMENT@FOLDER or folder of results; did you mean 'plain'?"
        )
        assert refusal("plane@.", suite) == (
            "plane@.: no experiment has the name 'plane'; did you mean 'plain'?"
        )

    @pytest.mark.parametrize("folder", ["", "nowhere"])
    def test_a_folder_that_there_is_not(self, suite, folder):
        assert refusal(f"plain@{folder}", suite) == f"plain@{folder}: there is no folder {folder!r}"

    def test_a_folder_without_the_suite(self, suite, run, tmp_path):
        (tmp_path / "empty").mkdir()
        lacks = "holds no results of the suite 'tracks'"
        assert refusal("empty", suite) == f"empty: {lacks}"
        assert refusal("plain@empty", suite) == f"empty: {lacks}"
        run("old", "plain")
        other = replace(suite, name="others")
        assert refusal("old", other) == (
            "old: holds no results of the suite 'others'; known: tracks"
        )

    def test_the_suites_own_folder_in_place_of_the_one_around_it(self, suite, run):
        run("old", "plain")
        assert refusal("old/tracks", suite).endswith("did you mean the folder around it, 'old'?")


class TestFindRuns:
    def test_the_planned_runs_and_lines_on_the_others(self, suite, run, tmp_path):
        run("results", "plain")
        run("results", "plain", epochs=7)
        run("results", "phased")
        found = find_runs(Side("plain", "plain", None), suite, tmp_path / "results")
        assert {name: [one.seed for one in its] for name, its in found.runs.items()} == {
            "plain": [0, 1]
        }
        assert found.unplanned == ()
        assert found.lines == ("plain: 2 complete runs of other settings: left out",)

    def test_without_a_folder_other_settings_are_not_taken(self, suite, run, tmp_path):
        run("results", "plain", epochs=7)
        assert find_runs(Side("plain", "plain", None), suite, tmp_path / "results").runs == {}

    def test_in_a_folder_the_newest_settings_are_taken(self, suite, run, tmp_path):
        run("old", "plain", epochs=7, started="2026-01-02T00:00:00+00:00")
        run("old", "plain", epochs=8)
        side = Side("plain@old", "plain", tmp_path / "old")
        found = find_runs(side, suite, tmp_path / "results")
        started = {record.spec["started"] for record in found.runs["plain"]}
        assert started == {"2026-01-02T00:00:00+00:00"}
        assert found.unplanned == ("plain",)
        assert found.lines == (f"{tmp_path / 'old'}: 2 complete runs of other settings: left out",)

    def test_planned_ones_go_before_newer_ones(self, suite, run, tmp_path):
        run("old", "plain", seeds=(0,))
        run("old", "plain", epochs=7, started="2026-01-02T00:00:00+00:00")
        run("old", "phased", epochs=7)
        side = Side("old", None, tmp_path / "old")
        found = find_runs(side, suite, tmp_path / "results")
        assert {name: len(its) for name, its in found.runs.items()} == {"plain": 1, "phased": 2}
        assert found.unplanned == ("phased",)
        assert [line.partition(": ")[2] for line in found.lines] == [
            "2 complete runs of other settings: left out",
            "not run yet: 1 of 2",
        ]

    def test_only_the_seeds_that_were_asked_for(self, suite, run, tmp_path):
        run("results", "plain")
        side = Side("plain", "plain", None)
        found = find_runs(side, suite, tmp_path / "results", seeds=[1])
        assert [record.seed for record in found.runs["plain"]] == [1]

    def test_without_the_data_the_newest_count_everywhere(self, suite, run, tmp_path):
        run("results", "plain", epochs=7)
        (tmp_path / "pictures").rename(tmp_path / "gone")
        found = find_runs(Side("plain", "plain", None), suite, tmp_path / "results")
        assert [record.seed for record in found.runs["plain"]] == [0, 1]
        assert found.lines[0].startswith("plain: the plan could not be made (")
        assert found.lines[0].endswith(": these are the newest results")
