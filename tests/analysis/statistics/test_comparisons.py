"""Tables of who is better, on studies that can be worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.statistics.class_differences import class_differences
from analysis.statistics.comparisons import (
    ACCURACY_COLUMNS,
    COMPARISON_COLUMNS,
    compare,
)
from analysis.statistics.mcnemar import mcnemar_over_seeds, mcnemar_p
from analysis.statistics.outcomes import Outcomes, outcomes
from analysis.statistics.ranking import RANKING_COLUMNS
from analysis.statistics.resampling import SeedPart
from analysis.statistics.seeds import seed_intervals
from analysis.statistics.significance import holm, two_sided_p

from .simulated import Population, a_study


def golden_outcomes(golden):
    return outcomes(golden.predictions(), golden.CLASSES, golden.EXPERIMENTS)


def test_golden_accuracies(golden):
    table = compare(golden_outcomes(golden)).accuracies
    assert list(table.columns) == list(ACCURACY_COLUMNS)
    assert list(table["experiment"]) == ["beta", "alpha"] * 2
    alpha = table.loc[(table["experiment"] == "alpha") & (table["measure"] == "accuracy")].iloc[0]
    assert alpha["value"] == pytest.approx(17 / 24)
    # 10/12 and 7/12: a quarter apart, so the deviation is 1/4 / √2.
    assert alpha["sd"] == pytest.approx(0.25 / 2**0.5)
    assert alpha["n"] == 12
    assert alpha["n_seeds"] == 2
    assert 0 <= alpha["low"] < 17 / 24 < alpha["high"] <= 1
    # Equally many images of each class, so macro accuracy is the same.
    assert table["value"].tolist() == pytest.approx([23 / 24, 17 / 24] * 2)


def test_golden_comparison(golden):
    found = compare(golden_outcomes(golden))
    assert list(found.comparisons.columns) == list(COMPARISON_COLUMNS)
    row = found.comparisons.iloc[0]
    assert (row["a"], row["b"]) == ("beta", "alpha")
    assert row["difference"] == pytest.approx(6 / 24)
    assert row["low"] < 6 / 24 < row["high"]
    assert row["p"] == row["p_holm"]  # one pair
    # Seed 0: beta alone is right on 2 images, alpha on none: p = 2 × 1/4. Seed 1: beta alone on the
    # cats called dog (one of the two; the other is wrong in both), a dog and two foxes, alpha alone
    # on none: 4 to 0, p = 2 × 1/16. Twice their mean: 0.5 + 0.125.
    assert row["mcnemar_p"] == pytest.approx(0.625)
    assert row["verdict"] == "can't be told"
    assert np.isnan(found.comparisons["mcnemar_p"].iloc[1])
    ranking = found.ranking.loc[found.ranking["measure"] == "accuracy"]
    assert list(ranking["experiment"]) == ["beta", "alpha"]
    assert list(ranking["groups"]) == ["a", "a"]
    assert ranking["best_share"].sum() == pytest.approx(1)


def test_a_clear_difference_is_called_one_and_the_better_stands_first():
    population = Population(1.0, 0.5, 0.05, np.full(6, 1 / 6), np.zeros(6))
    study = a_study(population, [-0.5, 1.0, 1.0], 3, 400, np.random.default_rng(4))
    found = compare(study)
    table = found.comparisons.query("measure == 'accuracy'").set_index(["a", "b"])
    assert (table["difference"] >= 0).all()
    against_e0 = table[table.index.get_level_values("b") == "e0"]
    assert list(against_e0["verdict"]) == ["better", "better"]
    assert (against_e0["low"] > 0).all()
    ranking = found.ranking.query("measure == 'accuracy'").set_index("experiment")
    assert ranking.loc["e0", "groups"] == "b"
    assert set(ranking.loc[["e1", "e2"], "groups"]) == {"a"}
    assert ranking.loc["e0", "best_share"] == 0
    assert ranking.loc["e1", "tied_with"] == 1


def test_one_seed_is_told_from_many(golden):
    predictions = golden.predictions()
    one = predictions.loc[(predictions["experiment"] == "beta") | (predictions["seed"] == 0)]
    found = compare(outcomes(one, golden.CLASSES, golden.EXPERIMENTS))
    accuracies = found.accuracies.set_index("experiment")
    assert set(accuracies.loc["alpha", "basis"]) == {"images only"}
    assert set(accuracies.loc["beta", "basis"]) == {"images and seeds"}
    assert accuracies.loc["alpha", "sd"].isna().all()
    assert set(found.comparisons["basis"]) == {"images, and seeds of one side"}
    alone = compare(outcomes(predictions.query("seed == 0"), golden.CLASSES, golden.EXPERIMENTS))
    assert set(alone.comparisons["basis"]) == {"images only"}


def test_an_experiment_compared_with_its_double_does_not_differ(golden):
    predictions = golden.predictions().query("experiment == 'alpha'")
    both = pd.concat([predictions, predictions.assign(experiment="twin")])
    found = compare(outcomes(both, golden.CLASSES, ["alpha", "twin"]))
    assert (found.comparisons["difference"] == 0).all()
    assert (found.comparisons["p"] > 0.5).all()
    assert found.comparisons["mcnemar_p"].iloc[0] == 1
    assert list(found.ranking["place"]) == [1, 1, 1, 1]


def test_no_runs_give_empty_tables_with_their_columns(golden):
    found = compare(outcomes(golden.predictions(), golden.CLASSES, []))
    assert list(found.accuracies.columns) == list(ACCURACY_COLUMNS)
    assert list(found.comparisons.columns) == list(COMPARISON_COLUMNS)
    assert list(found.ranking.columns) == list(RANKING_COLUMNS)
    assert not len(found.accuracies) + len(found.comparisons) + len(found.ranking)


def test_seed_intervals_are_scipys(golden):
    table = seed_intervals(golden.metrics(), ["alpha", "gamma"]).set_index("measure")
    assert set(table["experiment"]) == {"alpha"}
    for measure in ("accuracy", "macro_f1", "nll"):
        values = golden.metrics().query("experiment == 'alpha'")[measure]
        low, high = stats.t.interval(
            0.95, len(values) - 1, loc=values.mean(), scale=stats.sem(values)
        )
        assert table.loc[measure, "low"] == pytest.approx(low)
        assert table.loc[measure, "high"] == pytest.approx(high)
        assert table.loc[measure, "sd"] == pytest.approx(values.std())
    alone = seed_intervals(golden.metrics().query("seed == 0"), ["alpha"])
    assert alone[["sd", "low", "high"]].isna().all(axis=None)
    assert list(alone["n_seeds"].unique()) == [1]


def test_mcnemar_is_the_exact_binomial_test_of_scipy():
    first = np.array([1, 1, 1, 1, 1, 0, 0, 1, 0, 1.0])
    second = np.array([0, 0, 0, 0, 0, 1, 0, 1, 0, 1.0])
    assert mcnemar_p(first, second) == pytest.approx(stats.binomtest(1, 6, 0.5).pvalue)
    assert mcnemar_p(first, first) == 1


def test_mcnemar_pairs_runs_of_the_same_seed_only(golden):
    predictions = golden.predictions()
    shifted = predictions["seed"].where(
        predictions["experiment"] != "beta", predictions["seed"] + 1
    )
    found = outcomes(predictions.assign(seed=shifted), golden.CLASSES, golden.EXPERIMENTS)
    # Alpha's seed 1 against what is now beta's seed 1: 5 images to none.
    assert mcnemar_over_seeds(found, "beta", "alpha") == pytest.approx(2 / 2**5)
    apart = outcomes(
        predictions.assign(seed=shifted.where(predictions["experiment"] != "beta", 7)).iloc[:36],
        golden.CLASSES,
        golden.EXPERIMENTS,
    )
    assert np.isnan(mcnemar_over_seeds(apart, "beta", "alpha"))


def test_holm_by_hand():
    # Sorted 0.01 × 3, 0.02 × 2, 0.03 × 1, and never below the one before.
    corrected = holm(np.array([0.03, np.nan, 0.01, 0.02]))
    np.testing.assert_allclose(corrected, [0.04, np.nan, 0.03, 0.04])
    assert np.isnan(holm(np.array([np.nan]))).all()


@pytest.mark.parametrize("n", [1, 2, 7, 190])
def test_holm_is_that_of_statsmodels(n):
    rng = np.random.default_rng(n)
    p = rng.random(n) ** 4  # many small ones
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_keeps_the_order_and_never_lowers_a_p_value(values):
    p = np.array(values)
    corrected = holm(p)
    assert (corrected >= p).all()
    assert (corrected <= 1).all()
    assert (np.diff(corrected[np.argsort(p)]) >= 0).all()


def test_two_sided_p_counts_the_draws_beyond_zero():
    draws = np.concatenate([np.full(30, -1.0), np.full(270, 1.0)])[:, None]
    assert two_sided_p(draws, [SeedPart(0.0, 1.0)])[0] == pytest.approx(0.2)
    assert two_sided_p(np.zeros((300, 1)), [SeedPart(0.0, 1.0)])[0] == 1


def test_two_sided_p_counts_the_seeds_part_whole():
    """A difference that other images do not change: the t-test of scipy, with Welch's freedom."""
    part = SeedPart(scale=0.02, freedom=3.5)
    p = two_sided_p(np.full((100, 1), 0.1), [part])
    assert p[0] == pytest.approx(2 * stats.t.sf(0.1 / 0.02, 3.5))


def test_two_sided_p_has_no_floor_that_a_correction_for_many_would_meet():
    draws = np.random.default_rng(0).normal(0.5, 0.05, (10_000, 1))
    p = two_sided_p(draws, [SeedPart(0.0, 1.0)])
    assert 0 < p[0] < 1e-15


def test_of_twenty_five_experiments_those_that_differ_are_told_apart():
    rng = np.random.default_rng(0)
    right = {
        f"e{k}": (rng.random((5, 700)) < share) * 1.0
        for k, share in enumerate(np.linspace(0.1, 0.9, 25))
    }
    study = Outcomes(
        right, dict.fromkeys(right, (0, 1, 2, 3, 4)), np.zeros(700, dtype=int), ("only",)
    )
    found = compare(study, measures=["accuracy"])
    pairs = found.comparisons.set_index(["a", "b"])
    assert pairs.loc[("e24", "e0"), "verdict"] == "better"
    assert (pairs["verdict"] == "better").mean() > 0.8
    groups = found.ranking.set_index("experiment")["groups"]
    assert not set(groups["e24"]) & set(groups["e0"])


def test_golden_class_differences(golden):
    table = class_differences(golden_outcomes(golden), [("beta", "alpha")])
    assert list(table["class"]) == ["cat", "dog", "fox"]
    assert list(table["n"]) == [4, 4, 4]
    assert table["accuracy_a"].tolist() == pytest.approx([7 / 8, 1, 1])
    assert table["accuracy_b"].tolist() == pytest.approx([5 / 8, 7 / 8, 5 / 8])
    assert table["difference"].tolist() == pytest.approx([2 / 8, 1 / 8, 3 / 8])
    assert ((table["low"] < table["difference"]) & (table["difference"] < table["high"])).all()
    np.testing.assert_allclose(table["p_holm"], holm(table["p"].to_numpy()))
    assert set(table["basis"]) == {"images and seeds"}
    assert (table["p_holm"] > 0.05).all()  # four images prove nothing


def test_the_class_that_differs_is_found_and_the_others_are_not():
    rng = np.random.default_rng(0)
    easiness = np.array([1.5, 0, 0, 0, 0, 0])
    population = Population(0.5, 0.5, 0.0, np.full(6, 1 / 6), easiness)
    study = a_study(population, [0.0], 3, 600, rng)
    right = study.right["e0"].copy()
    first = study.rows_by_class["class 0"]
    right[:, first[: len(first) // 2]] = 0
    study.right["spoilt"] = right
    study.seeds["spoilt"] = study.seeds["e0"]
    table = class_differences(study, [("e0", "spoilt")]).set_index("class")
    assert table.loc["class 0", "p_holm"] < 0.01
    assert (table.drop("class 0")["p_holm"] > 0.5).all()


def test_classes_without_images_and_no_pairs(golden):
    found = outcomes(golden.predictions(), [*golden.CLASSES, "wolf"], golden.EXPERIMENTS)
    assert "wolf" not in set(class_differences(found, [("beta", "alpha")])["class"])
    assert len(class_differences(found, [])) == 0
