"""What the tables of two sides show, on the hand-worked study and on a clear one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.comparing import compare_sides
from analysis.report.tables.comparing import changes_table, detail_tables, overall_table


def rows_of(table, *columns):
    return table.shown[list(columns)].to_numpy().tolist()


@pytest.fixture
def compared(golden):
    """Alpha, then beta: nothing can be told of twelve images."""
    return compare_sides(golden.predictions(), golden.CLASSES, "alpha", "beta")


@pytest.fixture(scope="module")
def clear():
    """Before: all dogs right, half of the cats and no foxes. After: all cats and foxes, no dog."""
    true = np.repeat(["cat", "dog", "fox"], 80)
    before = np.where(true == "dog", "dog", "cat")
    before[:40] = "dog"
    called = {"before": before, "after": np.where(true == "fox", "fox", "cat")}
    rows = {"path": [f"{i:03}.jpg" for i in range(240)], "true": true}
    frames = [
        pd.DataFrame(rows | {"experiment": side, "seed": seed, "predicted": answers})
        for side, answers in called.items()
        for seed in (0, 1)
    ]
    classes = ["cat", "dog", "fox"]
    return compare_sides(pd.concat(frames, ignore_index=True), classes, "before", "after")


def test_golden_overall(compared):
    table = overall_table(compared)
    assert table.name == "overall"
    # 17/24 and 23/24, their deviations as test_tables.py works them out.
    assert rows_of(table, "measure", "alpha", "beta", "B−A", "verdict") == [
        ["accuracy", "0.708 ± 0.177", "0.958 ± 0.059", "+0.250", "can't be told"],
        ["macro", "0.708 ± 0.177", "0.958 ± 0.059", "+0.250", "can't be told"],
    ]
    assert list(table.shown.columns)[-3:] == ["95 %", "p", "verdict"]
    assert "A: alpha. B: beta." in table.note
    assert "over test images and seeds" in table.note
    assert "Test images: 12." in table.note


def test_before_and_after_are_called_so(clear):
    table = overall_table(clear)
    assert list(table.shown.columns)[1:4] == ["before", "after", "change"]
    assert rows_of(table, "before", "after", "change", "verdict")[0] == [
        *("0.500 ± 0.000", "0.667 ± 0.000", "+0.167", "improved")
    ]
    assert "Change: after − before." in table.note


def test_one_seed_says_what_p_is_not_about(golden):
    one = golden.predictions().query("seed == 0")
    compared = compare_sides(one, golden.CLASSES, "alpha", "beta")
    table = overall_table(compared)
    assert "not other seeds" in table.note
    assert rows_of(table, "alpha", "beta")[0] == ["0.833", "1.000"]
    assert "not other seeds" in detail_tables(compared)[0].note


def test_where_nothing_is_sure_the_largest_are_shown_and_it_is_said(compared):
    classes, pairs, _ = detail_tables(compared)
    assert rows_of(classes, "class", "n", "alpha", "beta", "B−A") == [
        ["fox", "4", "0.62", "1.00", "+0.38"],
        ["cat", "4", "0.62", "0.88", "+0.25"],
        ["dog", "4", "0.88", "1.00", "+0.12"],
    ]
    assert "verdict" not in classes.shown
    assert classes.note.startswith("No class can be told to have changed. Accuracy")
    assert rows_of(pairs, "pair", "alpha", "beta", "B−A", "p (Holm)") == [
        ["cat ↔ dog", "1.5", "0.0", "−1.5", "1.00"],
        ["cat ↔ fox", "1.5", "0.5", "−1.0", "1.00"],
        ["dog ↔ fox", "0.5", "0.0", "−0.5", "1.00"],
    ]
    assert pairs.note.startswith("No pair can be told to have changed. ")


def test_of_many_unsure_ones_the_five_largest_improvements_first(compared):
    one = compared.classes.iloc[[0]]
    differences = [-0.7, 0.6, 0.5, -0.4, 0.3, 0.2, 0.0]
    frame = pd.concat(
        [one.assign(**{"class": f"c{i}", "difference": d}) for i, d in enumerate(differences)],
        ignore_index=True,
    )
    table = detail_tables(replace(compared, classes=frame))[0]
    assert table.shown["class"].tolist() == ["c1", "c2", "c4", "c0", "c3"]
    assert "these are the 5 largest differences of 7; all are in classes.csv." in table.note
    assert len(table.frame) == 7
    few = detail_tables(replace(compared, classes=frame.iloc[4:]))[0]
    assert few.shown["class"].tolist() == ["c4", "c5"]
    assert "only these 2 of 3 differ at all; all are in classes.csv." in few.note


def test_what_is_sure_is_shown_alone_improved_first(clear):
    classes, pairs, _ = detail_tables(clear)
    assert rows_of(classes, "class", "before", "after", "change", "verdict") == [
        ["fox", "0.00", "1.00", "+1.00", "improved"],
        ["cat", "0.50", "1.00", "+0.50", "improved"],
        ["dog", "1.00", "0.00", "−1.00", "got worse"],
    ]
    assert classes.note.startswith("Accuracy")
    assert rows_of(pairs, "pair", "before", "after", "change", "verdict") == [
        ["cat ↔ fox", "80.0", "0.0", "−80.0", "improved"],
        ["cat ↔ dog", "40.0", "80.0", "+40.0", "got worse"],
    ]


def test_the_unsure_are_counted_beside_the_sure(clear):
    unsure = clear.classes.iloc[[0]].assign(**{"class": "yak", "verdict": "can't be told"})
    frame = pd.concat([clear.classes, unsure], ignore_index=True)
    table = detail_tables(replace(clear, classes=frame))[0]
    assert table.shown["class"].tolist() == ["fox", "cat", "dog"]
    assert table.note.startswith("The other 1 can't be told; all are in classes.csv.")
    many = pd.concat([clear.classes] * 7, ignore_index=True)
    table = detail_tables(replace(clear, classes=many))[0]
    # Of the smallest changes, those of the cats, one is left out.
    assert table.shown["class"].tolist() == ["fox", "cat"] * 6 + ["fox"] + ["dog"] * 7
    assert "The 20 largest of 21 changes." in table.note


def test_nothing_that_differs_is_said_in_words(golden):
    right = golden.predictions().query("experiment == 'beta' and seed == 0")
    both = pd.concat([right, right.assign(experiment="twin")])
    compared = compare_sides(both, golden.CLASSES, "beta", "twin")
    classes, pairs, images = detail_tables(compared)
    assert classes.shown.empty
    assert classes.note.startswith("No class differs.")
    assert pairs.shown.empty
    assert pairs.note == "No test image was named wrongly."
    assert images.shown.empty
    assert "0 fixed and 0 broken of 12 test images." in images.note


def test_images_are_shown_with_the_wrong_answer_and_who_gave_it(compared, clear):
    *_, images = detail_tables(compared)
    assert images.shown.to_dict("records") == [
        {
            "image": "test/11.jpg",
            "is": "fox",
            "change": "fixed",
            "wrongly called": "cat",
            "by": "2 of 2",
        }
    ]
    assert "wrong in every run of A, right in every run of B" in images.note
    assert "1 fixed and 0 broken of 12" in images.note
    *_, many = detail_tables(clear)
    assert many.shown["change"].tolist() == ["fixed"] * 10 + ["broken"] * 10
    # The dogs were right before, and are called cats after.
    assert rows_of(many, "is", "wrongly called")[-1] == ["dog", "cat"]
    assert "every run of before" in many.note
    assert "120 fixed and 80 broken of 240" in many.note
    assert "The first 10 of each; all are in images.csv." in many.note


def test_several_experiments_share_one_table_and_have_details_of_their_own(clear, compared):
    table = changes_table({"one": clear, "two": replace(clear)})
    assert rows_of(table, "experiment", "measure", "before", "after", "change", "verdict") == [
        [name, measure, "0.500 ± 0.000", "0.667 ± 0.000", "+0.167", "improved"]
        for name in ("one", "two")
        for measure in ("accuracy", "macro")
    ]
    assert "corrected by Holm over the experiments" in table.note
    details = detail_tables(clear, "one")
    assert [each.name for each in details] == ["one.classes", "one.pairs", "one.images"]
    assert [each.title for each in details] == [
        *("one: classes", "one: confused pairs", "one: images fixed and broken")
    ]
    assert "all are in one.images.csv" in details[2].note
