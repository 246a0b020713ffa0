"""From A and B to a report: each form, what is said beside it, and what is refused."""

from dataclasses import replace

import pytest

from bench.comparing import report_on_sides
from bench.errors import UserError
from bench.results.records import DRAWN_NOTICE
from bench.survey import take

from .finished_runs import PREDICTIONS, finish
from .suites import draw_photos, load

# As PREDICTIONS, but the bear that was called a fox there is called a bear.
BETTER = [
    (split, path, true, true, *((0.75, 0.25) if true == "bear" else (0.25, 0.75)))
    for split, path, true, *_ in PREDICTIONS
]
OTHER_IMAGE = [*BETTER[:-1], ("test", "fox/2.png", "fox", "fox", 0.25, 0.75)]
BETTER_OF_FOUR = (0.75, 1.0, 0.25)


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """Two experiments with two seeds, in a folder that is the present one."""
    monkeypatch.chdir(tmp_path)
    draw_photos(tmp_path / "pictures")
    return load(tmp_path, names=["plain", "phased"])


@pytest.fixture
def run(tmp_path, suite):
    """Finishes runs of an experiment in a folder of results."""

    def run_all(folder, name, predictions, seeds=(0, 1), epochs=None, **figures):
        (one,) = (one for one in suite.experiments if one.name == name)
        one = one if epochs is None else replace(one, epochs=epochs)
        for planned in take(
            replace(suite, experiments=(one,), seeds=seeds), tmp_path / folder, 1
        ).runs:
            finish(planned.folder, planned.run, predictions=predictions, **figures)

    return run_all


@pytest.fixture
def compare(tmp_path, suite):
    def report(a, b, **options):
        return report_on_sides(suite, tmp_path / "results", (a, b), **options)

    return report


@pytest.fixture
def refusal(compare):
    def error(a, b, **options):
        with pytest.raises(UserError) as caught:
            compare(a, b, **options)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return error


def accuracy(report):
    row = report.tables[0].frame.iloc[0]
    return row["value_a"], row["value_b"], row["difference"]


class TestForms:
    def test_two_experiments(self, run, compare):
        run("results", "plain", PREDICTIONS)
        run("results", "phased", BETTER)
        report = compare("plain", "phased")
        assert report.suite == "tracks: plain → phased"
        assert accuracy(report) == BETTER_OF_FOUR
        assert accuracy(compare("phased", "plain")) == (1.0, 0.75, -0.25)
        images = report.tables[-1].frame
        assert images[["path", "change", "called_a"]].to_numpy().tolist() == [
            ["bear/1.png", "fixed", "fox"]
        ]
        assert report.missing == ()
        assert report.notice == ""

    def test_one_experiment_before_and_after(self, run, compare):
        run("old", "plain", PREDICTIONS)
        run("results", "plain", BETTER)
        report = compare("plain@old", "plain")
        assert accuracy(report) == BETTER_OF_FOUR
        assert list(report.tables[0].shown.columns)[1:4] == ["before", "after", "change"]
        assert "plain in old" in report.suite
        assert "Settings and data are the same on both sides." in report.headline

    def test_two_experiments_of_two_folders_keep_their_names(self, run, compare):
        run("old", "plain", PREDICTIONS)
        run("new", "phased", BETTER)
        report = compare("plain@old", "phased@new")
        assert report.suite == "tracks: plain in old → phased in new"
        assert list(report.tables[0].shown.columns)[1:3] == ["plain", "phased"]

    def test_two_folders_compare_each_experiment_that_both_have(self, run, compare):
        for name in ("plain", "phased"):
            run("new", name, BETTER)
        run("old", "plain", PREDICTIONS)
        report = compare("old", "new")
        assert accuracy(report) == BETTER_OF_FOUR
        assert set(report.tables[0].frame["experiment"]) == {"plain"}
        names = [table.name for table in report.tables]
        assert names == ["overall", "plain.classes", "plain.pairs", "plain.images"]
        assert report.missing == ("old: phased: no complete run",)
        run("old", "phased", PREDICTIONS)
        assert len(compare("old", "new").tables) == 7


class TestSaid:
    def test_drawn_data(self, run, compare):
        run("results", "plain", PREDICTIONS)
        run("results", "phased", BETTER, drawn=True)
        assert compare("plain", "phased").notice == DRAWN_NOTICE

    def test_one_seed(self, run, compare):
        run("results", "plain", PREDICTIONS, seeds=(0,))
        run("results", "phased", BETTER)
        report = compare("plain", "phased")
        assert any("these trained networks only" in sentence for sentence in report.headline)
        assert report.missing == ("plain: not run yet: 1 of 2",)

    def test_only_the_seeds_that_were_asked_for(self, run, compare):
        run("results", "plain", PREDICTIONS)
        run("results", "phased", BETTER)
        frame = compare("plain", "phased", seeds=[1]).tables[0].frame
        assert frame[["n_seeds_a", "n_seeds_b"]].to_numpy().tolist() == [[1, 1], [1, 1]]

    def test_settings_of_another_day(self, run, compare):
        run("old", "plain", PREDICTIONS, epochs=7)
        run("old", "phased", PREDICTIONS)
        for name in ("plain", "phased"):
            run("results", name, BETTER)
        said = (
            "In old the settings or data of plain differ from the plan; the newest complete "
            "configuration there is used instead."
        )
        report = compare("plain@old", "plain")
        assert said in report.headline
        assert not any("the same on both sides" in sentence for sentence in report.headline)
        both = compare("old", "results").headline
        assert said in both
        assert "Settings and data of phased are the same on both sides." in both

    def test_other_data_with_the_same_test_images(self, run, compare, tmp_path):
        run("old", "plain", PREDICTIONS)
        (tmp_path / "pictures/train/fox/0.png").unlink()
        run("results", "plain", BETTER)
        report = compare("plain@old", "plain")
        assert report.headline[-1] == (
            "The two sides have other data sets; of the test images only the names are known to be "
            "the same."
        )


class TestRefused:
    def test_a_folder_and_an_experiment(self, run, refusal):
        run("old", "plain", PREDICTIONS)
        said = "name two folders, or plain@old"
        assert refusal("old", "plain").endswith(said)
        assert refusal("plain", "old").endswith(said)

    def test_the_same_runs(self, run, refusal, tmp_path):
        run("results", "plain", PREDICTIONS)
        for a, b in [("plain", "plain"), ("plain@results", "plain")]:
            assert refusal(a, b) == f"{a} and {b}: are the same runs; there is nothing to compare"
        (tmp_path / "link").symlink_to("results")
        assert "are the same runs" in refusal("link", "results")

    def test_runs_that_are_not_complete(self, run, refusal, tmp_path):
        run("results", "plain", PREDICTIONS)
        where = f"has no complete run in {tmp_path / 'results/tracks'}"
        assert refusal("plain", "phased") == (
            f"phased: {where}; not run yet: 2 of 2; `bench run phased` makes one"
        )
        run("old", "plain", PREDICTIONS)
        assert refusal("plain", "phased@old") == "phased@old: has no complete run in old/tracks"
        run("results", "phased", BETTER, epochs=7)
        assert refusal("plain", "phased").endswith(
            f"makes one, and phased@{tmp_path / 'results'} means the newest ones"
        )

    def test_folders_that_share_no_experiment(self, run, refusal):
        run("old", "plain", PREDICTIONS)
        run("new", "phased", BETTER)
        assert refusal("old", "new") == (
            "old and new: no experiment of the suite 'tracks' has complete runs in both; "
            "old: plain; new: phased"
        )

    def test_other_test_images(self, run, refusal):
        run("old", "plain", PREDICTIONS)
        run("results", "plain", OTHER_IMAGE)
        assert refusal("plain@old", "plain") == (
            "plain@old and plain: have different test images and cannot be compared: "
            "1 only in plain@old, such as 'fox: fox/1.png'; "
            "1 only in plain, such as 'fox: fox/2.png'"
        )
        assert refusal("old", "results").startswith("plain@old and plain@results: have different")

    def test_other_classes(self, run, refusal):
        run("old", "plain", PREDICTIONS)
        more = [(*row, 0.0) for row in BETTER]
        run("results", "plain", more, classes=["bear", "fox", "yak"])
        assert refusal("plain@old", "plain") == (
            "plain@old and plain: have different classes and cannot be compared: "
            "1 only in plain, such as 'yak'"
        )
