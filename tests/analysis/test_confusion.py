"""Confused pairs against scikit-learn and hand-worked counts."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix as sklearn_matrix

from analysis.confusion import COLUMNS, POOLED, confused_pairs, confusion_matrix, pair
from analysis.intervals import wilson
from bench.errors import UserError

from .golden import CLASSES, EXPERIMENTS, predictions
from .studies import studies


def test_golden_matrix_adds_up_the_seeds():
    matrix = confusion_matrix(predictions().query("experiment == 'alpha'"), CLASSES)
    # cat: cccd and ccdd; dog: dddd and dddf; fox: fffc and ffcc.
    assert matrix.loc["cat"].tolist() == [5, 3, 0]
    assert matrix.loc["dog"].tolist() == [0, 7, 1]
    assert matrix.loc["fox"].tolist() == [3, 0, 5]


def test_golden_pairs():
    table = confused_pairs(predictions(), CLASSES, EXPERIMENTS)
    columns = ["experiment", "a", "b", "a_as_b", "b_as_a", "n_a", "n_b", "errors", "rank"]
    assert table[columns].to_numpy().tolist() == [
        # beta made one error in 24 predictions: a cat called fox.
        ["beta", "cat", "fox", 1, 0, 8, 8, 1, 1],
        # alpha made 7. cat/dog and cat/fox have 3 errors and a mean rate of 3/16 each, so the
        # order of the classes decides.
        ["alpha", "cat", "dog", 3, 0, 8, 8, 3, 1],
        ["alpha", "cat", "fox", 0, 3, 8, 8, 3, 2],
        ["alpha", "dog", "fox", 1, 0, 8, 8, 1, 3],
        # Pooled: 1 + 7 = 8 errors, 4 images × 2 seeds × 2 experiments = 16 predictions a class.
        ["all", "cat", "fox", 1, 3, 16, 16, 4, 1],
        ["all", "cat", "dog", 3, 0, 16, 16, 3, 2],
        ["all", "dog", "fox", 1, 0, 16, 16, 1, 3],
    ]
    assert table["share"].tolist() == [1, 3 / 7, 3 / 7, 1 / 7, 4 / 8, 3 / 8, 1 / 8]
    assert table["a_as_b_rate"].tolist() == [1 / 8, 3 / 8, 0, 1 / 8, 1 / 16, 3 / 16, 1 / 16]
    assert table["b_as_a_rate"].tolist() == [0, 0, 3 / 8, 0, 3 / 16, 0, 0]


def test_intervals_are_over_distinct_images_at_the_rates():
    table = confused_pairs(predictions(), CLASSES, EXPERIMENTS)
    # 4 images a class, however many seeds and experiments saw them.
    assert table[["n_images_a", "n_images_b"]].to_numpy().tolist() == [[4, 4]] * 7
    for direction in ("a_as_b", "b_as_a"):
        bounds = table[[f"{direction}_low", f"{direction}_high"]]
        np.testing.assert_allclose(bounds.T, wilson(table[f"{direction}_rate"], 4))
    # 3 / 8 of 4 images, z² = 3.8415: centre (0.375 + 0.4802) / 1.9604 = 0.4362, half width
    # 1.96 × sqrt(0.0586 + 0.0600) / 1.9604 = 0.3443.
    cat_dog = table.loc[1]
    assert (cat_dog["a_as_b_low"], cat_dog["a_as_b_high"]) == pytest.approx(
        (0.0919, 0.7806), abs=1e-4
    )


def test_a_pair_asked_for_the_other_way_round_swaps_everything():
    one = pair(predictions(), "fox", "cat", CLASSES, EXPERIMENTS)
    other = pair(predictions(), "cat", "fox", CLASSES, EXPERIMENTS)
    for ours, theirs in (
        *(("a", "b"), ("a_as_b", "b_as_a"), ("n_a", "n_b"), ("n_images_a", "n_images_b")),
        *((f"a_as_b_{end}", f"b_as_a_{end}") for end in ("rate", "low", "high")),
        *((name, name) for name in ("experiment", "errors", "share", "rank")),
    ):
        pd.testing.assert_series_equal(one[ours], other[theirs], check_names=False)
        pd.testing.assert_series_equal(one[theirs], other[ours], check_names=False)


def test_images_of_experiments_that_saw_different_ones():
    # beta was tested on the first three images of each class alone.
    frame = predictions()
    last = frame["path"].isin([f"test/{i}.jpg" for i in (3, 7, 11)])
    frame = frame.loc[~(last & (frame["experiment"] == "beta"))]
    table = pair(frame, "cat", "dog", CLASSES, EXPERIMENTS)
    assert table["experiment"].tolist() == ["beta", "alpha", POOLED]
    assert table["n_images_a"].tolist() == [3, 4, 4]
    assert table["n_a"].tolist() == [6, 8, 14]


def test_golden_pair_stands_as_asked_for():
    table = pair(predictions(), "fox", "cat", CLASSES, EXPERIMENTS)
    columns = ["experiment", "a", "b", "a_as_b", "b_as_a", "n_a", "n_b", "errors", "rank"]
    assert table[columns].to_numpy().tolist() == [
        ["beta", "fox", "cat", 0, 1, 8, 8, 1, 1],
        ["alpha", "fox", "cat", 3, 0, 8, 8, 3, 2],
        ["all", "fox", "cat", 3, 1, 16, 16, 4, 1],
    ]
    assert table["a_as_b_rate"].tolist() == [0, 3 / 8, 3 / 16]
    assert table["share"].tolist() == [1, 3 / 7, 4 / 8]


def test_a_pair_without_errors_has_rows_but_no_rank():
    table = pair(predictions(), "dog", "fox", CLASSES, ["beta"])
    assert table["experiment"].tolist() == ["beta", POOLED]
    assert table["errors"].tolist() == [0, 0]
    assert table["share"].tolist() == [0, 0]
    assert table["rank"].isna().all()


def test_no_errors_at_all():
    right = predictions().query("experiment == 'beta' and seed == 0")
    assert confused_pairs(right, CLASSES, EXPERIMENTS).empty
    assert pair(right, "cat", "fox", CLASSES, EXPERIMENTS)["share"].isna().all()


def test_ties_go_to_the_higher_rate():
    # One error each, but out of 4 dogs and out of 2 emus; the emu's pair comes later by class.
    true = ["cat"] * 4 + ["dog"] * 4 + ["emu"] * 2
    called = ["cat"] * 4 + ["cat"] + ["dog"] * 3 + ["cat", "emu"]
    paths = [f"{i}.jpg" for i in range(len(true))]
    columns = {"experiment": "e", "seed": 0, "path": paths, "true": true, "predicted": called}
    frame = pd.DataFrame(columns)
    table = confused_pairs(frame, ["cat", "dog", "emu"], ["e"]).query("experiment == 'e'")
    assert table["b"].tolist() == ["emu", "dog"]


def test_a_class_without_images_has_no_rate():
    frame = predictions().query("experiment == 'alpha' and true != 'dog'")
    table = pair(frame, "cat", "dog", CLASSES, ["alpha"])
    assert table["a_as_b"].tolist() == [3, 3]
    assert table["n_b"].tolist() == [0, 0]
    assert table["n_images_b"].tolist() == [0, 0]
    assert table[["b_as_a_rate", "b_as_a_low", "b_as_a_high"]].isna().all(axis=None)


@settings(deadline=None, max_examples=30)
@given(studies())
def test_matrix_agrees_with_scikit_learn(study):
    frame, classes, _ = study
    theirs = sklearn_matrix(frame["true"], frame["predicted"], labels=classes)
    np.testing.assert_array_equal(confusion_matrix(frame, classes), theirs)


@settings(deadline=None, max_examples=30)
@given(studies())
def test_errors_add_up(study):
    frame, classes, experiments = study
    table = confused_pairs(frame, classes, experiments)
    wrong = frame.loc[frame["true"] != frame["predicted"]]
    for name in [*experiments, POOLED]:
        rows = table.loc[table["experiment"] == name]
        made = wrong if name == POOLED else wrong.loc[wrong["experiment"] == name]
        assert rows["errors"].sum() == len(made)
        assert (rows["errors"] > 0).all()
        assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
        assert rows["errors"].is_monotonic_decreasing
        if len(made):
            assert math.isclose(rows["share"].sum(), 1)


@settings(deadline=None, max_examples=20)
@given(studies(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(study, random):
    frame, classes, experiments = study
    order = list(range(len(frame)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(
        confused_pairs(frame, classes, experiments),
        confused_pairs(frame.iloc[order], classes, experiments),
    )


@settings(deadline=None, max_examples=20)
@given(studies())
def test_pair_says_what_confused_pairs_says(study):
    frame, classes, experiments = study
    a, b = classes[0], classes[1]
    rows = confused_pairs(frame, classes, experiments)
    rows = rows.loc[(rows["a"] == a) & (rows["b"] == b)].reset_index(drop=True)
    one = pair(frame, a, b, classes, experiments)
    assert one["experiment"].tolist() == [*experiments, POOLED]
    found = one.loc[one["errors"] > 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, rows, check_dtype=False)


def test_no_predictions_keep_the_columns():
    none = predictions().head(0)
    assert tuple(confused_pairs(none, CLASSES, EXPERIMENTS).columns) == COLUMNS
    assert tuple(pair(none, "cat", "dog", CLASSES, EXPERIMENTS).columns) == COLUMNS
    assert confusion_matrix(none, CLASSES).to_numpy().tolist() == [[0] * 3] * 3


@pytest.mark.parametrize(
    ("a", "b", "line"),
    [
        ("cat", "dogg", "no class is called 'dogg'; did you mean 'dog'?"),
        ("zebra", "dog", "no class is called 'zebra'; known: cat, dog, fox"),
        ("cat", "cat", "a pair needs two different classes; got 'cat' twice"),
    ],
)
def test_a_pair_that_cannot_be(a, b, line):
    with pytest.raises(UserError) as error:
        pair(predictions(), a, b, CLASSES, EXPERIMENTS)
    assert str(error.value) == line


def test_the_name_of_the_pooled_rows_is_taken():
    frame = predictions().replace({"experiment": {"alpha": "all"}})
    with pytest.raises(UserError, match="an experiment is called 'all'"):
        confused_pairs(frame, CLASSES, ["all", "beta"])
