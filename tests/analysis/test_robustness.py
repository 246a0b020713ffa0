"""What corrupted images cost, worked out by hand (see tests/analysis/corrupted.py)."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.robustness import robustness
from bench.errors import UserError

from .corrupted import ALPHA, CLASSES, answers


def summary_of(right=ALPHA, experiments=("alpha",), **more):
    found = robustness(answers(right, **more), CLASSES, experiments)
    return found.summary.to_dict("records")


def test_the_summary_by_hand():
    (row,) = summary_of(n_test=7)
    assert (row["experiment"], row["n_seeds"], row["n"], row["n_test"]) == ("alpha", 2, 3, 7)
    assert row["n_corruptions"] == 2
    # Clean: 3/3 and 2/3. Blur: (2/3 + 1/3) / 2 and (1/3 + 0) / 2. Snow: (3/3 + 1/3) / 2 twice.
    assert row["accuracy"] == pytest.approx(5 / 6)
    assert row["accuracy_sd"] == pytest.approx(1 / 3 / math.sqrt(2))
    # Seed 0 has the mean of 1/2 and 2/3, seed 1 that of 1/6 and 2/3.
    assert row["mca"] == pytest.approx((7 / 12 + 5 / 12) / 2)
    assert row["mca_sd"] == pytest.approx(1 / 6 / math.sqrt(2))
    assert row["drop"] == pytest.approx(1 / 3)
    assert row["relative_drop"] == pytest.approx(0.4)
    assert (row["weakest"], row["weakest_accuracy"]) == ("blur", pytest.approx(1 / 3))
    # Cats 1 and 1/2, dogs 1 and 1; corrupted cats 5/8 and 3/8, dogs 1/2 and 1/2.
    assert row["macro_accuracy"] == pytest.approx(7 / 8)
    assert row["macro_mca"] == pytest.approx(1 / 2)
    assert row["macro_mca_sd"] == pytest.approx((9 / 16 - 7 / 16) / math.sqrt(2))


def test_the_interval_is_over_images_with_all_their_answers():
    (row,) = summary_of()
    # Images have 5/8, 3/8 and 1/2. Three draws are all the lowest with 1/27, more than 2.5 %.
    assert row["mca_low"] == pytest.approx(3 / 8)
    assert row["mca_high"] == pytest.approx(5 / 8)
    # They lose 3/8, 1/8 and 1/2.
    assert row["drop_low"] == pytest.approx(1 / 8)
    assert row["drop_high"] == pytest.approx(1 / 2)


def test_the_interval_is_that_of_the_normal_for_many_images():
    rng = np.random.default_rng(1)
    n = 600
    frames = []
    for kind, strength, share in (("none", 0, 0.8), ("blur", 1, 0.5)):
        right = rng.random(n) < share
        frames.append(
            pd.DataFrame(
                {
                    "experiment": "alpha",
                    "seed": 0,
                    "n_test": n,
                    "corruption": kind,
                    "strength": strength,
                    "path": [f"{i}" for i in range(n)],
                    "true": "cat",
                    "predicted": np.where(right, "cat", "dog"),
                }
            )
        )
    (row,) = robustness(pd.concat(frames), CLASSES, ["alpha"]).summary.to_dict("records")
    half = 1.96 * math.sqrt(row["mca"] * (1 - row["mca"]) / n)
    assert row["mca_high"] - row["mca_low"] == pytest.approx(2 * half, rel=0.1)


def test_strengths_by_hand():
    strengths = robustness(answers(), CLASSES, ["alpha"]).strengths
    assert list(zip(strengths["corruption"], strengths["strength"], strict=True)) == [
        *(("none", 0), ("blur", 1), ("blur", 2), ("snow", 1), ("snow", 2))
    ]
    np.testing.assert_allclose(strengths["accuracy"], [5 / 6, 1 / 2, 1 / 6, 1, 1 / 3])
    sd = [1 / 3, 1 / 3, 1 / 3, 0, 0] / np.sqrt(2)
    np.testing.assert_allclose(strengths["accuracy_sd"], sd, atol=1e-12)
    # Cats 3/4, 3/4, 1/4, 1, 0; dogs 1, 0, 0, 1, 1.
    np.testing.assert_allclose(strengths["macro_accuracy"], [7 / 8, 3 / 8, 1 / 8, 1, 1 / 2])


def test_classes_by_hand():
    classes = robustness(answers(), [*CLASSES, "fox"], ["alpha"]).classes
    found = classes.set_index(["class", "corruption"])
    assert list(found.loc["cat"].index) == ["none", "all", "blur", "snow"]
    np.testing.assert_allclose(found.loc["cat", "accuracy"], [3 / 4, 1 / 2, 1 / 2, 1 / 2])
    np.testing.assert_allclose(found.loc["dog", "accuracy"], [1, 1 / 2, 0, 1])
    np.testing.assert_allclose(found.loc["dog", "drop"], [np.nan, 1 / 2, 1, 0])
    assert found["n"].loc[[("cat", "none"), ("dog", "none"), ("fox", "none")]].tolist() == [2, 1, 0]
    assert found.loc["fox", "accuracy"].isna().all()


def test_experiments_keep_the_suites_order_and_others_are_left_out():
    right = {**ALPHA, ("beta", 0): ALPHA["alpha", 1], ("gamma", 0): ALPHA["alpha", 0]}
    rows = summary_of(right, ("beta", "none-of-them", "alpha"))
    assert [row["experiment"] for row in rows] == ["beta", "alpha"]
    assert rows[0]["mca"] == pytest.approx(5 / 12)
    assert math.isnan(rows[0]["mca_sd"])


def test_without_a_corruption_that_another_has_there_is_no_mean():
    right = {**ALPHA, ("beta", 0): ALPHA["alpha", 0][:3]}
    alpha, beta = summary_of(right, ("alpha", "beta"))
    assert alpha["mca"] == pytest.approx(1 / 2)
    assert beta["n_corruptions"] == 1
    assert beta["accuracy"] == 1
    for column in ("mca", "mca_low", "drop", "weakest_accuracy", "macro_mca"):
        assert math.isnan(beta[column])


def test_seeds_of_one_experiment_are_compared_on_the_images_and_corruptions_of_all():
    marks = ("1-1", "1-0", "1-0")
    right = {("alpha", 0): ALPHA["alpha", 0], ("alpha", 1): marks}
    found = robustness(answers(right), CLASSES, ["alpha"])
    (row,) = found.summary.to_dict("records")
    assert (row["n"], row["n_corruptions"]) == (2, 1)
    # Without b: seed 0 has 1, 0 of a, c in both strengths; so has seed 1.
    assert row["accuracy"] == 1
    assert found.strengths["accuracy"].tolist() == [1, 1 / 2, 1 / 2]
    # A mean over blur alone, on two images, is not the mCA of the others.
    assert math.isnan(row["mca"])
    assert found.classes.loc[found.classes["corruption"] == "all", "accuracy"].isna().all()
    (line,) = found.gaps
    assert line == (
        "alpha: no mCA on corrupted images: "
        "seed 1 not measured under snow and measured on 2 of 3 images"
    )


def test_a_seed_with_other_corruptions_does_not_shrink_the_mean_of_other_experiments():
    blurred, snowed = ALPHA["alpha", 0][:3], ("111", "---", "---", "111", "001")
    right = {("beta", 0): blurred, ("beta", 1): snowed, ("beta", 2): blurred, **ALPHA}
    found = robustness(answers(right), CLASSES, ["alpha", "beta"])
    alpha, beta = found.summary.to_dict("records")
    assert alpha["mca"] == pytest.approx(1 / 2)
    assert (beta["n_corruptions"], beta["accuracy"]) == (0, 1)
    assert math.isnan(beta["mca"])
    (line,) = found.gaps
    assert line == (
        "beta: no mCA on corrupted images: seeds 0, 2 not measured under snow; "
        "seed 1 not measured under blur"
    )
    # The same where nobody has both.
    alone = robustness(answers(right), CLASSES, ["beta"])
    assert alone.summary["mca"].isna().all()
    assert alone.gaps == found.gaps


def test_an_experiment_on_fewer_images_has_no_mean_beside_one_on_more():
    right = {**ALPHA, ("beta", 0): ("1-1", "1-1", "1-1", "1-1", "1-1")}
    found = robustness(answers(right), CLASSES, ["alpha", "beta"])
    assert found.summary["mca"].notna().tolist() == [True, False]
    assert found.gaps == ("beta: no mCA on corrupted images: seed 0 measured on 2 of 3 images",)
    assert robustness(answers(right), CLASSES, ["beta"]).gaps == ()


def test_seeds_without_an_image_in_common_are_left_out_and_named():
    right = {("alpha", 0): ("1--",) * 5, ("alpha", 1): ("-11",) * 5}
    found = robustness(answers(right), CLASSES, ["alpha"])
    assert len(found.summary) == 0
    (line,) = found.gaps
    assert line == (
        "alpha: no mCA on corrupted images: seed 0 measured on 1 of 3 images; "
        "seed 1 measured on 2 of 3 images"
    )


def test_nothing_and_a_single_image_give_no_interval():
    empty = robustness(answers({}), CLASSES, ["alpha"])
    assert len(empty.summary) == len(empty.strengths) == len(empty.classes) == 0
    (row,) = summary_of({("alpha", 0): ("1--", "0--", "0--")})
    assert row["mca"] == 0
    assert row["weakest_accuracy"] == 0
    assert math.isnan(row["mca_low"])
    (row,) = summary_of({("alpha", 0): ("000", "000", "000")})
    assert math.isnan(row["relative_drop"])


def test_an_unknown_class_is_refused():
    with pytest.raises(UserError, match="'dog'"):
        robustness(answers(), ["cat"], ["alpha"])
