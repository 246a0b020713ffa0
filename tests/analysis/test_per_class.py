"""Per-class accuracy against scikit-learn and hand-worked values."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    balanced_accuracy_score,
    precision_recall_fscore_support,
    recall_score,
)

from analysis.intervals import wilson
from analysis.per_class import COLUMNS, EXTREMES, extremes, per_class
from bench.errors import UserError
from bench.experiments.spec import Published

from .golden import CLASSES, EXPERIMENTS, predictions
from .studies import studies


def test_golden_values():
    published = {"alpha": Published(per_class={"fox": 0.28})}
    table = per_class(predictions(), CLASSES, EXPERIMENTS, published)
    assert table["class"].tolist() == ["cat", "cat", "dog", "dog", "fox", "fox"]
    assert table["experiment"].tolist() == EXPERIMENTS * 3
    # beta: cat 4/4 and 3/4, dog 1 and 1, fox 1 and 1; alpha: cat 3/4 and 2/4, dog 4/4 and 3/4,
    # fox 3/4 and 2/4.
    assert table["accuracy"].tolist() == [7 / 8, 5 / 8, 1, 7 / 8, 1, 5 / 8]
    # Two seeds a quarter apart deviate by 1/4 / √2.
    quarter = 0.25 / math.sqrt(2)
    np.testing.assert_allclose(table["sd"], [quarter, quarter, 0, quarter, 0, quarter])
    assert table["n"].tolist() == [4] * 6  # images, not images × seeds
    assert table["n_seeds"].tolist() == [2] * 6
    np.testing.assert_allclose(table[["low", "high"]].T, wilson(table["accuracy"], 4))
    assert table["published"].fillna(-1).tolist() == [-1, -1, -1, -1, -1, 0.28]


@settings(deadline=None, max_examples=30)
@given(studies())
def test_agrees_with_scikit_learn(study):
    frame, classes, experiments = study
    table = per_class(frame, classes, experiments)
    spread = table.pivot_table(
        index="class", columns="experiment", values="accuracy", dropna=False, sort=False
    ).reindex(index=classes, columns=experiments)
    macro = spread.mean()
    for name in experiments:
        runs = [run for _, run in frame.query("experiment == @name").groupby("seed")]
        recalls = [
            recall_score(
                r["true"], r["predicted"], labels=classes, average=None, zero_division=np.nan
            )
            for r in runs
        ]
        np.testing.assert_allclose(spread[name], np.mean(recalls, axis=0))
        known = set(frame["true"])
        # scikit-learn warns where a class is predicted that has no image; leave those studies out.
        if all(set(r["predicted"]) <= known for r in runs) and len(known) > 1:
            theirs = np.mean([balanced_accuracy_score(r["true"], r["predicted"]) for r in runs])
            assert macro[name] == pytest.approx(theirs)


def test_golden_precision_and_f1():
    table = per_class(predictions(), CLASSES, EXPERIMENTS).set_index(["experiment", "class"])
    # alpha calls 4 and 4 images cat, of which 3 and 2 are; 5 and 5 dog, 4 and 3; 3 and 3 fox, 3
    # and 2. beta calls 4 and 3 cat, all of which are; 4 and 4 dog, all; 4 and 5 fox, 4 and 4.
    expected = {
        "alpha": ([5 / 8, 7 / 10, 5 / 6], [(6 + 4) / 16, (8 + 6) / 18, (6 + 4) / 14]),
        "beta": ([1, 1, 9 / 10], [(1 + 6 / 7) / 2, 1, (1 + 8 / 9) / 2]),
    }
    for name, (precision, f1) in expected.items():
        np.testing.assert_allclose(table.loc[name, "precision"], precision)
        np.testing.assert_allclose(table.loc[name, "f1"], f1)


@settings(deadline=None, max_examples=30)
@given(studies())
def test_precision_and_f1_agree_with_scikit_learn(study):
    frame, classes, experiments = study
    table = per_class(frame, classes, experiments).set_index(["experiment", "class"])
    for name, runs in frame.groupby("experiment"):
        seeds = [
            precision_recall_fscore_support(
                run["true"], run["predicted"], labels=classes, zero_division=np.nan
            )
            for _, run in runs.groupby("seed")
        ]
        images = seeds[0][3] > 0
        with np.errstate(invalid="ignore"):
            precision = np.array([seed[0] for seed in seeds])
            known = ~np.isnan(precision)
            n = known.sum(axis=0)
            mean = np.where(known, precision, 0).sum(axis=0) / n
        ours = table.loc[name].loc[classes]
        np.testing.assert_allclose(ours["precision"], np.where(images, mean, np.nan))
        f1 = np.mean([seed[2] for seed in seeds], axis=0)
        np.testing.assert_allclose(ours["f1"], np.where(images, f1, np.nan))


def test_a_class_that_is_never_named_has_no_precision_but_an_f1_of_0():
    frame = predictions().query("experiment == 'alpha'")
    frame = frame.assign(predicted=frame["predicted"].replace("fox", "cat"))
    fox = per_class(frame, CLASSES, ["alpha"]).set_index("class").loc["fox"]
    assert math.isnan(fox["precision"])
    assert (fox["accuracy"], fox["f1"]) == (0, 0)
    # Named with one seed alone: the mean is over the seeds that named it.
    one = frame["predicted"].mask(frame["path"].eq("test/8.jpg") & frame["seed"].eq(1), "fox")
    fox = per_class(frame.assign(predicted=one), CLASSES, ["alpha"]).set_index("class").loc["fox"]
    assert fox["precision"] == 1
    assert fox["f1"] == pytest.approx((0 + 2 / 5) / 2)


def test_two_hundred_classes():
    classes = [f"class {i}" for i in range(200)]
    frame = pd.DataFrame(
        {
            "experiment": "e",
            "seed": 0,
            "path": [f"{i}.jpg" for i in range(200)],
            "true": classes,
            "predicted": classes[1:] + classes[:1],
        }
    )
    table = per_class(frame, classes, ["e"])
    assert table["class"].tolist() == classes
    assert (table[["accuracy", "precision", "f1"]] == 0).all(axis=None)


class TestExtremes:
    def test_golden_places(self):
        table = extremes(per_class(predictions(), CLASSES, EXPERIMENTS))
        # Of three classes one a side: beta is best at dog and fox, with as many images each;
        # alpha is worst at cat and fox.
        assert table[["experiment", "side", "place", "class"]].to_numpy().tolist() == [
            ["beta", "best", 1, "dog"],
            ["beta", "worst", 1, "cat"],
            ["alpha", "best", 1, "dog"],
            ["alpha", "worst", 1, "fox"],
        ]
        assert table["accuracy"].tolist() == [1, 7 / 8, 7 / 8, 5 / 8]

    @staticmethod
    def table_of(accuracies, n):
        rows = {"class": [f"c{i}" for i in range(len(n))], "experiment": "e", "n": n}
        low, high = wilson(accuracies, n)
        return pd.DataFrame(rows | {"accuracy": accuracies, "low": low, "high": high})

    def test_of_equal_accuracies_the_surer_is_the_more_extreme(self):
        table = extremes(self.table_of([1, 1, 0, 0, 0.5], [5, 50, 50, 5, 9]), n=2)
        assert table["class"].tolist() == ["c1", "c0", "c2", "c3"]
        assert table["place"].tolist() == [1, 2, 1, 2]

    def test_classes_without_images_are_neither(self):
        table = extremes(self.table_of([0.9, np.nan, 0.1, np.nan], [5, 0, 5, 0]))
        assert table[["side", "class"]].to_numpy().tolist() == [["best", "c0"], ["worst", "c2"]]

    @pytest.mark.parametrize(("k", "n", "rows"), [(1, 3, 0), (2, 3, 1), (7, 3, 3), (200, 5, 5)])
    def test_no_class_is_on_both_sides(self, k, n, rows):
        # All the same, so that only the order of the classes can tell them apart.
        table = extremes(self.table_of([0.5] * k, [8] * k), n)
        assert len(table) == 2 * rows
        assert table["class"].is_unique

    def test_nothing_keeps_the_columns(self):
        table = extremes(per_class(predictions().head(0), CLASSES, EXPERIMENTS))
        assert table.empty
        assert tuple(table.columns) == EXTREMES


@settings(deadline=None, max_examples=20)
@given(studies(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(study, random):
    frame, classes, experiments = study
    order = list(range(len(frame)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(
        per_class(frame, classes, experiments), per_class(frame.iloc[order], classes, experiments)
    )


def test_one_seed_has_no_deviation():
    table = per_class(predictions().query("seed == 1"), CLASSES, EXPERIMENTS)
    assert table["sd"].isna().all()
    assert table["accuracy"].tolist() == [3 / 4, 2 / 4, 1, 3 / 4, 1, 2 / 4]


def test_a_class_without_test_images_is_kept_and_unknown():
    table = per_class(predictions(), ["ape", *CLASSES], EXPERIMENTS)
    ape = table.loc[table["class"] == "ape"]
    assert ape["n"].tolist() == [0, 0]
    unknown = ["accuracy", "sd", "low", "high", "precision", "f1"]
    assert ape[unknown].isna().all(axis=None)
    # Also where some are called so: it could not have been right.
    frame = predictions().replace({"predicted": {"fox": "ape"}})
    table = per_class(frame, ["ape", *CLASSES], EXPERIMENTS)
    assert table.loc[table["class"] == "ape", unknown].isna().all(axis=None)
    table = per_class(predictions(), ["ape", *CLASSES], EXPERIMENTS)
    alpha = table.loc[table["experiment"] == "alpha", "accuracy"]
    assert alpha.mean() == pytest.approx((5 / 8 + 7 / 8 + 5 / 8) / 3)


def test_no_predictions_keep_the_columns():
    table = per_class(predictions().head(0), CLASSES, EXPERIMENTS)
    assert table.empty
    assert tuple(table.columns) == COLUMNS


@pytest.mark.parametrize("column", ["true", "predicted"])
def test_a_class_that_the_data_set_lacks_is_an_error(column):
    frame = predictions()
    frame[column] = frame[column].replace("fox", "foxx")
    with pytest.raises(UserError, match=r"the class 'foxx'.*did you mean 'fox'"):
        per_class(frame, CLASSES, EXPERIMENTS)
