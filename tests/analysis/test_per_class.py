"""Per-class accuracy against scikit-learn and hand-worked values."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, recall_score

from analysis.intervals import wilson
from analysis.per_class import COLUMNS, per_class
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
    assert ape[["accuracy", "sd", "low", "high"]].isna().all(axis=None)
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
