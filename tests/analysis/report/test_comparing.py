"""What a report on two sides says first, and that every rendering can show it."""

import io

import pandas as pd
import pytest
from rich.console import Console

from analysis.comparing import compare_sides
from analysis.report.build import as_json
from analysis.report.comparing import Beside, report_on_folders, report_on_two
from analysis.report.files import write
from analysis.report.terminal import print_report

from .wide_study import EXPERIMENTS, SPECIES, study


@pytest.fixture(scope="module")
def predictions():
    """Four experiments that are equally good, and one that is right on all but lions and rats."""
    frame, _ = study(n_images=300, seeds=2)
    good = frame.loc[frame["experiment"] == EXPERIMENTS[0]].assign(experiment="good")
    weak = good["true"].isin(["lion", "rat"])
    good["predicted"] = good["true"].where(~weak, "mouse")
    return pd.concat([frame, good], ignore_index=True)


def compared(predictions, a, b, names=None):
    if names is not None:
        sides = zip((a, b), names, strict=True)
        frames = [
            predictions.loc[predictions["experiment"] == side].assign(experiment=name)
            for side, name in sides
        ]
        return compare_sides(pd.concat(frames), SPECIES, *names)
    return compare_sides(predictions, SPECIES, a, b)


def test_the_better_one_is_named_first_with_its_lead(predictions):
    a = EXPERIMENTS[0]
    report = report_on_two("study", compared(predictions, a, "good"), (a, "good"))
    row = report.tables[0].frame.iloc[0]
    assert report.headline[0].startswith(
        f"B (good) is better than A ({a}) by {row['difference']:.3f} in accuracy (95 %: +"
    )
    assert report.headline[0].endswith("p < 0.001).")
    assert report.headline[1].startswith("Classes that improved: ")
    assert (
        report.headline[1].endswith("; got worse: lion, rat.") or "got worse" in report.headline[1]
    )
    assert [table.name for table in report.tables] == ["overall", "classes", "pairs", "images"]
    assert report.suite == f"study: {a} → good"


def test_a_worse_one_is_worse_by_the_same(predictions):
    a = EXPERIMENTS[0]
    better = report_on_two("study", compared(predictions, a, "good"), (a, "good")).headline[0]
    worse = report_on_two("study", compared(predictions, "good", a), ("good", a)).headline[0]
    assert worse.startswith(f"B ({a}) is worse than A (good) by ")
    assert worse.partition(" by ")[2][:5] == better.partition(" by ")[2][:5]
    assert "(95 %: +" in worse


def test_where_nothing_can_be_told_it_says_so(predictions):
    a, b = EXPERIMENTS[1], EXPERIMENTS[2]
    report = report_on_two("study", compared(predictions, a, b), (a, b))
    assert report.headline[0].startswith(
        f"A ({a}) and B ({b}) can't be told apart by their accuracy: B − A is "
    )
    assert report.headline[1] == "No class can be told to have changed."


def test_before_and_after_are_named_by_their_places(predictions):
    a, b = EXPERIMENTS[1], EXPERIMENTS[2]
    made = compared(predictions, a, b, ("before", "after"))
    sides = ("vit in old", "vit in results")
    sentence = report_on_two("study", made, sides).headline[0]
    assert sentence.startswith("Before (vit in old) and after (vit in results) can't be told apart")
    assert ": after − before is " in sentence


def test_one_seed_holds_for_these_networks_only(predictions):
    one = predictions.loc[predictions["seed"] == 0]
    a, b = EXPERIMENTS[:2]
    said = report_on_two("study", compared(one, a, b), (a, b)).headline[-1]
    assert said.startswith("With one seed on a side")
    assert said.endswith("for these trained networks only, not for the ways of training them.")
    two = report_on_two("study", compared(predictions, a, b), (a, b)).headline
    assert not any("networks only" in sentence for sentence in two)


@pytest.fixture(scope="module")
def report(predictions):
    in_time = ("before", "after")
    one = predictions.loc[predictions["seed"] == 0]
    made = {
        "same": compared(predictions, EXPERIMENTS[1], EXPERIMENTS[2], in_time),
        "up": compared(one, EXPERIMENTS[0], "good", in_time),
        "down": compared(predictions, "good", EXPERIMENTS[0], in_time),
    }
    beside = Beside("All drawn.", ("The data differ.",), ("old: gone: no complete run",))
    return report_on_folders("study", made, ("old", "new"), beside)


class TestFolders:
    def test_experiments_are_sorted_by_what_became_of_them(self, report):
        assert report.headline[0] == (
            "From old to new, accuracy improved: up; got worse: down; can't be told: same."
        )

    def test_experiments_with_one_seed_are_named(self, report):
        assert report.headline[1].startswith("up: with one seed on a side")
        assert report.headline[2] == "The data differ."

    def test_one_table_of_all_then_three_of_each(self, report):
        names = [f"{e}.{t}" for e in ("same", "up", "down") for t in ("classes", "pairs", "images")]
        assert [table.name for table in report.tables] == ["overall", *names]

    def test_all_the_same_is_said_in_one_sentence(self, predictions):
        made = compared(predictions, *EXPERIMENTS[1:3], ("before", "after"))
        report = report_on_folders("study", {"same": made}, ("old", "new"))
        assert report.headline[0] == (
            "From old to new no experiment's accuracy can be told to have changed."
        )

    @pytest.mark.parametrize("width", [60, 80, 120])
    def test_it_fits_a_terminal_and_says_everything(self, report, width):
        console = Console(file=io.StringIO(), width=width)
        print_report(report, console)
        text = console.file.getvalue()
        assert max(map(len, text.splitlines())) <= width
        assert "All drawn." in text
        assert text.rstrip().endswith("old: gone: no complete run")

    def test_it_is_written_as_markdown_and_csv(self, report, tmp_path):
        files = write(report, tmp_path, ("markdown", "csv"))
        assert {file.suffix for file in files} == {".md", ".csv", ".txt"}
        assert (tmp_path / "up.classes.csv").read_text().startswith("a,b,class,n,accuracy_a")
        markdown = (tmp_path / "report.md").read_text()
        assert markdown.startswith("# study: old → new\n\n> All drawn.")

    def test_json_has_a_list_a_table(self, report):
        document = as_json(report)
        assert document["notice"] == "All drawn."
        assert {row["experiment"] for row in document["overall"]} == {"same", "up", "down"}
        assert document["down.classes"][0]["a"] == "before"
