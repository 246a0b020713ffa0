"""Every cell of every table of the hand-worked study."""

import pandas as pd

from analysis.confusion import confused_pairs, pair
from analysis.per_class import per_class
from analysis.report.tables import (
    confused_pairs_table,
    pair_table,
    per_class_table,
    summary_table,
)
from analysis.summary import summarise
from bench.experiments.spec import Published

PUBLISHED = {
    "alpha": Published(accuracy=0.65, per_class={"fox": 0.28, "yak": 0.5}, source="Smith 2024.")
}

SUMMARY_HEADINGS = [
    *("experiment", "seeds", "accuracy", "accuracy (publ.)", "macro accuracy", "macro F1"),
    *("NLL", "ECE", "time"),
]


def rows_of(table, without=()):
    shown = table.shown.drop(columns=list(without))
    return [list(shown.columns), *shown.to_numpy().tolist()]


def test_golden_summary(golden):
    table = summary_table(summarise(golden.metrics(), PUBLISHED, golden.EXPERIMENTS), PUBLISHED)
    assert rows_of(table) == [
        SUMMARY_HEADINGS,
        # 23/24 = 0.9583 ± 0.0589; 17/24 = 0.7083 ± 0.1768; the rest as test_summary works it out.
        [
            "beta",
            "2",
            "0.958 ± 0.059",
            "–",
            "0.958 ± 0.059",
            "0.950 ± 0.071",
            "0.20",
            "0.030",
            "2 min",
        ],
        [
            "alpha",
            "2",
            "0.708 ± 0.177",
            "0.650",
            "0.708 ± 0.177",
            "0.700 ± 0.141",
            "0.60",
            "0.150",
            "70 s",
        ],
    ]
    assert "± is the standard deviation over 2 seeds." in table.note
    assert "Test images: 12." in table.note
    assert "published (Smith 2024)." in table.note


def test_golden_per_class(golden):
    table = per_class_table(
        per_class(golden.predictions(), golden.CLASSES, golden.EXPERIMENTS, PUBLISHED), PUBLISHED
    )
    shown = table.shown.drop(columns=list(table.intervals))
    assert shown.to_dict("list") == {
        "class": golden.CLASSES,
        "n": ["4", "4", "4"],
        "beta": ["0.88 ± 0.18", "1.00 ± 0.00", "1.00 ± 0.00"],
        "alpha": ["0.62 ± 0.18", "0.88 ± 0.18", "0.62 ± 0.18"],
        "alpha (publ.)": ["–", "–", "0.28"],
    }
    assert table.intervals == ("beta (95 %)", "alpha (95 %)")
    # Wilson for 4 of 4: the lower bound is 1 / (1 + z²/4) = 1 / 1.9604 = 0.51.
    assert table.shown["beta (95 %)"].tolist()[1] == "0.51–1.00"
    assert "Wilson" in table.full_note()
    assert "Wilson" not in table.full_note(with_intervals=False)
    assert "classes that are not here: yak." in table.note


def test_golden_confused_pairs(golden):
    table = confused_pairs_table(
        confused_pairs(golden.predictions(), golden.CLASSES, golden.EXPERIMENTS)
    )
    # 1 of 16 predictions on 4 images is a rate of 1/16: Wilson (0.0625 + 0.4802) / 1.9604 = 0.2768
    # ± 1.96 × sqrt(0.0586 / 4 + 3.8415 / 64) / 1.9604 = 0.2733.
    assert table.shown["a called b (95 %)"].tolist()[0] == "0.00–0.55"
    # 3 of 16: (0.1875 + 0.4802) / 1.9604 = 0.3406 ± sqrt(0.1523 / 4 + 0.0600) × 0.9998 = 0.3132.
    assert table.shown["b called a (95 %)"].tolist()[0] == "0.03–0.65"
    assert rows_of(table, without=table.intervals) == [
        ["#", "a ↔ b", "a called b", "b called a", "share", "beta", "alpha"],
        ["1", "cat ↔ fox", "1 of 16 (6 %)", "3 of 16 (19 %)", "50 %", "1", "3"],
        ["2", "cat ↔ dog", "3 of 16 (19 %)", "0 of 16 (0 %)", "38 %", "0", "3"],
        ["3", "dog ↔ fox", "1 of 16 (6 %)", "0 of 16 (0 %)", "12 %", "0", "1"],
    ]


def test_only_the_worst_pairs_are_shown_and_all_are_kept(golden):
    pairs = confused_pairs(golden.predictions(), golden.CLASSES, golden.EXPERIMENTS)
    table = confused_pairs_table(pairs, top=1)
    assert table.shown["a ↔ b"].tolist() == ["cat ↔ fox"]
    assert "The 1 worst of 3 pairs" in table.note
    pd.testing.assert_frame_equal(table.frame, pairs)


def test_one_experiment_needs_no_columns_of_its_own(golden):
    table = confused_pairs_table(confused_pairs(golden.predictions(), golden.CLASSES, ["alpha"]))
    assert "alpha" not in table.shown


def test_golden_pair(golden):
    table = pair_table(pair(golden.predictions(), "fox", "dog", golden.CLASSES, golden.EXPERIMENTS))
    assert rows_of(table, without=table.intervals) == [
        ["experiment", "fox called dog", "dog called fox", "share", "rank"],
        ["beta", "0 of 8 (0 %)", "0 of 8 (0 %)", "0 %", "–"],
        ["alpha", "0 of 8 (0 %)", "1 of 8 (12 %)", "14 %", "3"],
        ["all", "0 of 16 (0 %)", "1 of 16 (6 %)", "12 %", "3"],
    ]


def test_one_seed_says_that_no_spread_is_known(golden):
    one = golden.metrics().query("seed == 0")
    table = summary_table(summarise(one, {}, golden.EXPERIMENTS))
    assert not table.shown.map(lambda cell: "±" in cell).any(axis=None)
    assert "One seed each" in table.note


def test_no_errors_are_said_in_words(golden):
    right = golden.predictions().query("experiment == 'beta' and seed == 0")
    table = confused_pairs_table(confused_pairs(right, golden.CLASSES, golden.EXPERIMENTS))
    assert table.shown.empty
    assert table.note == "No test image was named wrongly."
