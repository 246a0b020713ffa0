"""What improved from one side to the other, on the hand-worked study."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from analysis.comparing import (
    CLASS_COLUMNS,
    IMAGE_COLUMNS,
    OVERALL_COLUMNS,
    PAIR_COLUMNS,
    compare_sides,
    overall_changes,
)
from bench.errors import UserError

from .studies import studies


@pytest.fixture(scope="module")
def clear():
    """80 cats, dogs and foxes: b learned all foxes and half of the cats, and forgot all dogs."""
    true = np.repeat(["cat", "dog", "fox"], 80)
    called = {
        "a": np.where(true == "dog", "dog", "cat"),
        "b": np.where(true == "fox", "fox", "cat"),
    }
    called["a"][:40] = "dog"
    rows = {"path": [f"{i:03}.jpg" for i in range(240)], "true": true}
    frames = [
        pd.DataFrame(rows | {"experiment": side, "seed": seed, "predicted": called[side]})
        for side in "ab"
        for seed in (0, 1)
    ]
    return compare_sides(pd.concat(frames, ignore_index=True), ["cat", "dog", "fox"], "a", "b")


class TestGolden:
    @pytest.fixture
    def compared(self, golden):
        return compare_sides(golden.predictions(), golden.CLASSES, "alpha", "beta")

    def test_overall(self, compared):
        table = compared.overall
        assert list(table.columns) == list(OVERALL_COLUMNS)
        assert list(table["measure"]) == ["accuracy", "macro_accuracy"]
        row = compared.accuracy
        assert (row["a"], row["b"], row["n"]) == ("alpha", "beta", 12)
        assert (row["n_seeds_a"], row["n_seeds_b"]) == (2, 2)
        assert row["value_a"] == pytest.approx(17 / 24)
        assert row["value_b"] == pytest.approx(23 / 24)
        # 10/12 and 7/12; 12/12 and 11/12.
        assert row["sd_a"] == pytest.approx(0.25 / 2**0.5)
        assert row["sd_b"] == pytest.approx(1 / 12 / 2**0.5)
        assert row["difference"] == pytest.approx(6 / 24)
        assert row["low"] < 6 / 24 < row["high"]
        # As tests/analysis/statistics/test_comparisons.py works it out.
        assert row["mcnemar_p"] == pytest.approx(0.625)
        assert row["verdict"] == "can't be told"
        assert not compared.is_of_images_only

    def test_classes_are_b_less_a_the_largest_first(self, compared):
        table = compared.classes
        assert list(table.columns) == list(CLASS_COLUMNS)
        assert list(table["class"]) == ["fox", "cat", "dog"]
        assert table["accuracy_a"].tolist() == pytest.approx([5 / 8, 5 / 8, 7 / 8])
        assert table["accuracy_b"].tolist() == pytest.approx([1, 7 / 8, 1])
        assert table["difference"].tolist() == pytest.approx([3 / 8, 2 / 8, 1 / 8])
        assert set(table["verdict"]) == {"can't be told"}

    def test_pairs_are_b_less_a_so_that_fewer_errors_are_below_0(self, compared):
        table = compared.pairs
        assert list(table.columns) == list(PAIR_COLUMNS)
        columns = ["class_1", "class_2", "errors_a", "errors_b", "difference", "n_images", "p"]
        # As test_resolved_pairs.py works it out.
        assert table[columns].to_numpy().tolist() == [
            ["cat", "dog", 1.5, 0, -1.5, 8, 0.5],
            ["cat", "fox", 1.5, 0.5, -1.0, 8, 0.75],
            ["dog", "fox", 0.5, 0, -0.5, 8, 1],
        ]
        assert (table["low"] <= table["difference"]).all()
        assert (table["difference"] <= table["high"]).all()

    def test_the_last_fox_is_fixed(self, compared):
        # Alpha is wrong in both runs on images 3 and 11, and beta called 3 a fox once.
        assert list(compared.images.columns) == list(IMAGE_COLUMNS)
        assert compared.images.to_numpy().tolist() == [
            ["alpha", "beta", "test/11.jpg", "fox", "fixed", "cat", 2, 2, "fox", 2, 2]
        ]

    def test_back_again_it_is_broken(self, golden):
        back = compare_sides(golden.predictions(), golden.CLASSES, "beta", "alpha")
        assert back.images.to_numpy().tolist() == [
            ["beta", "alpha", "test/11.jpg", "fox", "broken", "fox", 2, 2, "cat", 2, 2]
        ]
        assert back.accuracy["difference"] == pytest.approx(-6 / 24)

    def test_with_one_seed_a_side_it_speaks_of_the_images_only(self, golden):
        one = golden.predictions().query("experiment == 'beta' or seed == 0")
        compared = compare_sides(one, golden.CLASSES, "alpha", "beta")
        assert compared.is_of_images_only
        assert np.isnan(compared.accuracy["sd_a"])
        assert (compared.accuracy["n_seeds_a"], compared.accuracy["n_seeds_b"]) == (1, 2)


def test_improved_classes_come_first_then_worse_ones(clear):
    # Cats 40 of 80 to 80, dogs 80 to 0, foxes 0 to 80.
    assert clear.classes[["class", "difference", "verdict"]].to_numpy().tolist() == [
        ["fox", 1.0, "improved"],
        ["cat", 0.5, "improved"],
        ["dog", -1.0, "got worse"],
    ]
    assert (clear.classes["p_holm"] < 0.05).all()
    assert clear.accuracy["difference"] == pytest.approx(160 / 240 - 120 / 240)


def test_improved_pairs_come_first_and_have_fewer_errors(clear):
    # a: 40 cats called dogs, 80 foxes called cats; b: 80 dogs called cats.
    assert clear.pairs[["class_1", "class_2", "difference", "verdict"]].to_numpy().tolist() == [
        ["cat", "fox", -80, "improved"],
        ["cat", "dog", 40, "got worse"],
    ]


def test_fixed_images_come_first_each_with_what_both_called_it(clear):
    images = clear.images
    assert images["change"].tolist() == ["fixed"] * 120 + ["broken"] * 80
    kinds = images.groupby("change")[["true", "called_a", "called_b"]].value_counts()
    assert kinds.to_dict() == {
        ("broken", "dog", "dog", "cat"): 80,
        ("fixed", "fox", "cat", "fox"): 80,
        ("fixed", "cat", "dog", "cat"): 40,
    }


def test_what_a_called_an_image_mostly_and_of_equal_ones_the_first(golden):
    true = golden.predictions().query("experiment == 'beta' and seed == 0")
    answers = {"test/0.jpg": ["fox", "dog", "fox"], "test/1.jpg": ["fox", "dog", "dog"]}
    answers["test/2.jpg"] = ["fox", "dog", "fox"]
    wrong = [
        true.assign(
            experiment="alpha",
            seed=seed,
            predicted=[
                answers[path][seed] if path in answers else name
                for path, name in zip(true["path"], true["true"], strict=True)
            ],
        )
        for seed in range(3)
    ]
    two = pd.concat([*wrong[:2], true])
    assert compare_sides(two, golden.CLASSES, "alpha", "beta").images["called_a"].tolist() == [
        "dog",  # one each
        "dog",
        "dog",
    ]
    three = compare_sides(pd.concat([*wrong, true]), golden.CLASSES, "alpha", "beta").images
    assert three["called_a"].tolist() == ["fox", "dog", "fox"]
    assert three["n_called_a"].tolist() == [2, 2, 2]
    assert three["n_runs_a"].tolist() == [3, 3, 3]


def test_a_side_and_its_double_differ_in_nothing(golden):
    own = golden.predictions().query("experiment == 'alpha'")
    both = pd.concat([own, own.assign(experiment="twin")])
    compared = compare_sides(both, golden.CLASSES, "alpha", "twin")
    assert compared.images.empty
    for table in (compared.overall, compared.classes, compared.pairs):
        assert (table["difference"] == 0).all()
        assert not np.signbit(table["difference"]).any()
        assert set(table["verdict"]) == {"can't be told"}


@settings(max_examples=10)
@given(studies(min_experiments=2))
def test_the_way_back_is_the_mirror_image(study):
    frame, classes, (a, b, *_) = study
    there, back = compare_sides(frame, classes, a, b), compare_sides(frame, classes, b, a)
    np.testing.assert_allclose(there.overall["difference"], -back.overall["difference"])
    one, other = (
        each.classes.set_index("class").sort_index()["difference"] for each in (there, back)
    )
    np.testing.assert_allclose(one, -other, atol=1e-12)
    one, other = (
        each.pairs.set_index(["class_1", "class_2"]).sort_index() for each in (there, back)
    )
    np.testing.assert_allclose(one["difference"], -other["difference"])
    np.testing.assert_allclose(one["low"], -other["high"])
    counts, mirrored = (each.images["change"].value_counts() for each in (there, back))
    assert counts.get("fixed", 0) == mirrored.get("broken", 0)
    assert counts.get("broken", 0) == mirrored.get("fixed", 0)
    # The differences of the classes add up to that of all images.
    weighted = (there.classes["difference"] * there.classes["n"]).sum() / there.classes["n"].sum()
    assert weighted == pytest.approx(there.accuracy["difference"])


def test_several_comparisons_are_corrected_together(clear, golden):
    small = compare_sides(golden.predictions(), golden.CLASSES, "alpha", "beta")
    first = replace(small, overall=small.overall.assign(p=0.03))
    second = replace(clear, overall=clear.overall.assign(p=0.04))
    table = overall_changes({"first": first, "second": second})
    assert list(table["experiment"]) == ["first", "first", "second", "second"]
    # Holm: 2 × 0.03, and not less than that for the second.
    assert table["p_holm"].tolist() == pytest.approx([0.06, 0.06, 0.06, 0.06])
    assert set(table["verdict"]) == {"can't be told"}
    alone = overall_changes({"first": first})
    assert alone["p_holm"].tolist() == [0.03, 0.03]
    assert list(alone["verdict"]) == ["improved", "improved"]


def test_there_have_to_be_two_sides(golden):
    frame = golden.predictions()
    with pytest.raises(UserError, match="two different sides; got 'alpha' twice"):
        compare_sides(frame, golden.CLASSES, "alpha", "alpha")
    with pytest.raises(UserError, match="'gamma': has no predictions"):
        compare_sides(frame, golden.CLASSES, "alpha", "gamma")
