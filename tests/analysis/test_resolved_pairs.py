"""Which confusions were overcome, against hand-worked rows."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.confusion import confused_pairs
from analysis.paired import paired_interval
from analysis.resolved_pairs import COLUMNS, resolved_pairs
from bench.errors import UserError

from .golden import CLASSES, predictions
from .studies import studies


def test_golden_rows():
    table = resolved_pairs(predictions(), "beta", "alpha", CLASSES)
    # cat/dog: alpha calls image 3 a dog with both seeds and image 2 with one; beta none. d = 1, ½.
    # cat/fox: alpha calls image 11 a cat with both seeds, 10 with one; beta image 3 a fox with
    # one. d = 1, ½, -½.
    # dog/fox: alpha calls image 7 a fox with one seed. d = ½.
    assert table.drop(columns=["low", "high"]).to_numpy().tolist() == [
        ["cat", "dog", 0, 1.5, 1.5, 8, 0.5, 1],  # ±1 ±½ reaches 1½ twice in four
        ["cat", "fox", 0.5, 1.5, 1.0, 8, 0.75, 1],  # ±1 ±½ ±½ reaches 1 six times in eight
        ["dog", "fox", 0, 0.5, 0.5, 8, 1, 1],
    ]
    bounds = paired_interval(np.array([1.5, 1, 0.5]), np.array([1.25, 1.5, 0.25]), np.array(8))
    np.testing.assert_allclose(table[["low", "high"]].T, bounds)


def test_the_other_way_round_is_the_mirror_image():
    ours = resolved_pairs(predictions(), "beta", "alpha", CLASSES)
    theirs = resolved_pairs(predictions(), "alpha", "beta", CLASSES).iloc[::-1]
    assert theirs["difference"].tolist() == (-ours["difference"]).tolist()
    assert theirs["p"].tolist() == ours["p"].tolist()
    np.testing.assert_allclose(theirs["low"], -ours["high"])
    assert theirs["errors_better"].tolist() == ours["errors_other"].tolist()


def test_a_large_difference_is_found_and_corrected_for_the_number_of_pairs():
    n = 10
    frame = pd.DataFrame(
        {
            "experiment": np.repeat(["good", "bad"], 3 * n),
            "seed": 0,
            "path": [f"{i}.jpg" for i in range(3 * n)] * 2,
            "true": np.tile(np.repeat(CLASSES, n), 2),
        }
    )
    called = frame["true"].to_numpy(dtype=object, copy=True)
    called[3 * n : 4 * n] = "dog"  # bad calls all cats dogs,
    called[5 * n] = "cat"  # and one fox a cat
    table = resolved_pairs(frame.assign(predicted=called), "good", "bad", CLASSES)
    assert table[["a", "b", "difference"]].to_numpy().tolist() == [
        ["cat", "dog", 10],
        ["cat", "fox", 1],
    ]
    np.testing.assert_allclose(table["p"], [2 / 2**10, 1])
    np.testing.assert_allclose(table["p_holm"], [2 * 2 / 2**10, 1])
    assert table["low"].iloc[0] > 0 > table["low"].iloc[1]


def test_unequal_numbers_of_seeds():
    frame = predictions().query("experiment == 'beta' or seed == 1")
    table = resolved_pairs(frame, "beta", "alpha", CLASSES).set_index(["a", "b"])
    # One run of alpha calls images 2 and 3 dogs; none of beta's two does.
    assert table.loc[("cat", "dog"), "errors_other"] == 2
    assert table.loc[("cat", "dog"), "p"] == 0.5
    # Of alpha images 10 and 11; of beta image 3 with one seed of two: d = 1, 1, -½.
    assert table.loc[("cat", "fox"), "difference"] == 1.5
    assert table.loc[("cat", "fox"), "p"] == 4 / 8


def test_images_that_some_run_lacks_do_not_count():
    frame = predictions()
    lacks = (frame["path"] == "test/3.jpg") & (frame["experiment"] == "beta") & (frame["seed"] == 0)
    table = resolved_pairs(frame.loc[~lacks], "beta", "alpha", CLASSES).set_index(["a", "b"])
    assert table.loc[("cat", "dog"), "n_images"] == 7
    assert table.loc[("cat", "dog"), "errors_other"] == 0.5


def test_a_class_without_images_is_called_all_the_same():
    frame = predictions()
    frame["predicted"] = frame["predicted"].replace("dog", "ape")
    frame = frame.query("true != 'dog'")
    table = resolved_pairs(frame, "beta", "alpha", ["ape", *CLASSES]).set_index(["a", "b"])
    assert table.loc[("ape", "cat"), "n_images"] == 4
    assert table.loc[("ape", "cat"), "difference"] == 1.5


def test_only_what_either_confuses_has_a_row_and_none_keeps_the_columns():
    right = predictions().query("seed == 0")
    table = resolved_pairs(right, "beta", "alpha", CLASSES)
    assert set(zip(table["a"], table["b"], strict=True)) == {("cat", "dog"), ("cat", "fox")}
    right = right.assign(predicted=right["true"])
    for frame in (right, predictions().head(0), predictions().query("experiment == 'beta'")):
        none = resolved_pairs(frame, "beta", "alpha", CLASSES)
        assert none.empty
        assert tuple(none.columns) == COLUMNS


def test_two_classes():
    frame = predictions().query("true != 'fox' and predicted != 'fox'")
    table = resolved_pairs(frame, "beta", "alpha", ["cat", "dog"])
    assert table[["a", "b", "p_holm"]].to_numpy().tolist() == [["cat", "dog", 1]]


def test_an_experiment_against_itself_is_an_error():
    with pytest.raises(UserError, match="two different experiments; got 'beta' twice"):
        resolved_pairs(predictions(), "beta", "beta", CLASSES)


def test_a_class_that_the_data_set_lacks_is_an_error():
    with pytest.raises(UserError, match=r"the class 'fox'"):
        resolved_pairs(predictions(), "beta", "alpha", ["cat", "dog"])


@settings(deadline=None, max_examples=15)
@given(studies(min_experiments=2), st.randoms(use_true_random=False))
def test_counts_what_confused_pairs_counts_in_any_order_of_the_rows(study, random):
    frame, classes, experiments = study
    better, other = experiments[:2]
    order = list(range(len(frame)))
    random.shuffle(order)
    table = resolved_pairs(frame.iloc[order], better, other, classes)
    pd.testing.assert_frame_equal(table, resolved_pairs(frame, better, other, classes))
    pairs = confused_pairs(frame, classes, [better, other])
    for name, column in ((better, "errors_better"), (other, "errors_other")):
        n_seeds = frame.loc[frame["experiment"] == name, "seed"].nunique()
        rows = pairs.loc[pairs["experiment"] == name]
        counted = dict(zip(zip(rows["a"], rows["b"], strict=True), rows["errors"], strict=True))
        for row in table.to_dict("records"):
            expected = counted.get((row["a"], row["b"]), 0) / n_seeds
            assert math.isclose(row[column], expected)
    assert len(table) == len(pairs.loc[pairs["experiment"] == "all"])
    assert table["difference"].is_monotonic_decreasing
    if len(table):
        assert (table["low"] <= table["difference"]).all()
        assert (table["difference"] <= table["high"]).all()
