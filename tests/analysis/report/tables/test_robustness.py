"""Every cell of the tables on corrupted images (see tests/analysis/corrupted.py)."""

from analysis.report.build import robustness_tables
from analysis.robustness import robustness
from tests.analysis.corrupted import ALPHA, CLASSES, answers


def tables_of(right=ALPHA, experiments=("alpha",), **more):
    found = robustness(answers(right, **more), CLASSES, experiments)
    return {table.name: table for table in robustness_tables(found)}


def rows_of(table):
    return [list(table.shown.columns), *table.shown.to_numpy().tolist()]


def test_golden_summary():
    table = tables_of()["robustness"]
    assert rows_of(table) == [
        [
            *("experiment", "accuracy", "mCA", "mCA (95 %)", "lost"),
            *("macro accuracy", "macro mCA", "weakest"),
        ],
        [
            # 0.2357 and 0.1179 over the seeds; 0.0884 of 7/8 and of 1/2.
            *("alpha", "0.833 ± 0.236", "0.500 ± 0.118", "0.38–0.62", "40 %"),
            *("0.875 ± 0.177", "0.500 ± 0.088", "blur 0.33"),
        ],
    ]
    assert "Test images: 3." in table.note
    assert "Corruptions: 2." in table.note
    assert table.in_terminal


def test_golden_strengths_and_their_mean():
    table = tables_of()["robustness_strengths"]
    assert rows_of(table) == [
        ["experiment", "corruption", "clean", "1", "2", "mean", "change"],
        ["alpha", "blur", "0.83", "0.50", "0.17", "0.33", "−0.50"],
        ["alpha", "snow", "0.83", "1.00", "0.33", "0.67", "−0.17"],
        ["alpha", "all", "0.83", "0.75", "0.25", "0.500", "−0.33"],
    ]
    assert not table.in_terminal
    assert len(table.frame) == 5


def test_golden_classes():
    assert rows_of(tables_of()["robustness_classes"]) == [
        ["class", "experiment", "n", "clean", "corrupted", "change", "blur", "snow"],
        ["cat", "alpha", "2", "0.75", "0.50", "−0.25", "0.50", "0.50"],
        ["dog", "alpha", "1", "1.00", "0.50", "−0.50", "0.00", "1.00"],
    ]


def test_a_part_of_the_images_is_named_wherever_the_numbers_are():
    assert "On 3 of 719 test images alone." in tables_of(n_test=719)["robustness"].note
    right = {**ALPHA, ("beta", 0): ("1-1", "1-1", "1-1", "1-1", "1-1")}
    note = tables_of(right, ("alpha", "beta"))["robustness"].note
    assert "Not on the same test images: alpha 3 of 3; beta 2 of 3." in note


def test_what_lacks_a_corruption_has_a_dash_and_is_named():
    right = {**ALPHA, ("beta", 0): ALPHA["alpha", 0][:3]}
    tables = tables_of(right, ("alpha", "beta"))
    table = tables["robustness"]
    assert table.shown["mCA"].tolist()[1] == "–"
    assert table.shown["weakest"].tolist()[1] == "–"
    assert "No mCA where corruptions or images were left out: beta." in table.note
    assert tables["robustness_classes"].shown["snow"].tolist() == ["0.50", "–", "1.00", "–"]
    strengths = tables["robustness_strengths"].shown
    assert strengths.loc[strengths["experiment"] == "beta", "corruption"].tolist() == ["blur"]


def test_seeds_of_different_corruptions_have_no_row_of_their_mean():
    right = {**ALPHA, ("alpha", 1): ALPHA["alpha", 1][:3]}
    tables = tables_of(right)
    assert tables["robustness"].shown["mCA"].tolist() == ["–"]
    assert tables["robustness_strengths"].shown["corruption"].tolist() == ["blur"]
    assert tables["robustness_classes"].shown["corrupted"].tolist() == ["–", "–"]


def test_where_seeds_share_no_corruption_there_are_no_strengths_to_show():
    snowed = (ALPHA["alpha", 1][0], "---", "---", *ALPHA["alpha", 1][3:])
    right = {("alpha", 0): ALPHA["alpha", 0][:3], ("alpha", 1): snowed}
    tables = tables_of(right)
    assert list(tables) == ["robustness", "robustness_classes"]
    assert tables["robustness"].shown["mCA"].tolist() == ["–"]


def test_without_results_there_is_no_table():
    assert robustness_tables(None) == []
    assert tables_of({}) == {}
