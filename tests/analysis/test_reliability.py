"""Reliability and selective accuracy against scikit-learn and hand-worked values."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from analysis.calibration import calibration, reliability, selective_accuracy
from runners.evaluation import expected_calibration_error

from .golden import EXPERIMENTS, predictions
from .made_runs import random_run, run_of, scores_of
from .studies import studies


class TestReliability:
    @settings(deadline=None, max_examples=30)
    @given(st.integers(1, 200), st.integers(2, 6), st.integers(0, 1000))
    def test_agrees_with_scikit_learn_and_sums_to_the_ece(self, n, k, seed):
        run = random_run(n, k, seed)
        scores = scores_of(run)
        table = reliability(run, ["e"])
        right = scores.predicted == scores.labels
        confidence = scores.probabilities.max(axis=1)
        accuracy, mean = calibration_curve(right, confidence, n_bins=15)
        np.testing.assert_allclose(table["accuracy"], accuracy)
        np.testing.assert_allclose(table["confidence"], mean)
        gaps = table["n"] * (table["confidence"] - table["accuracy"]).abs()
        assert gaps.sum() / table["n"].sum() == pytest.approx(expected_calibration_error(scores))

    def test_golden_bins_pool_the_seeds(self):
        table = reliability(predictions(), ["beta"], n_bins=10)
        # 0.9 belongs to (0.8, 0.9]: 9 + 6 images, all right; 0.4 once, and wrong.
        assert table["bin"].tolist() == [3, 5, 6, 7, 8]
        assert table["n"].tolist() == [1, 1, 1, 6, 15]
        assert table["accuracy"].tolist() == [0, 1, 1, 1, 1]
        np.testing.assert_allclose(table["confidence"], [0.4, 0.6, 0.7, 0.8, 0.9])
        np.testing.assert_allclose(table["low"], [0.3, 0.5, 0.6, 0.7, 0.8])
        np.testing.assert_allclose(table["high"], [0.4, 0.6, 0.7, 0.8, 0.9])

    def test_certainty_is_in_the_last_bin(self):
        table = reliability(run_of([[1, 0], [0, 1]], [0, 0]), ["e"])
        assert table[["bin", "n", "confidence", "accuracy"]].to_numpy().tolist() == [
            [14, 2, 1, 0.5]
        ]

    def test_no_predictions_keep_the_columns(self):
        table = reliability(predictions().head(0), EXPERIMENTS)
        assert table.columns.equals(reliability(predictions(), EXPERIMENTS).columns)
        assert table.empty


class TestSelectiveAccuracy:
    def test_golden_values(self):
        table = selective_accuracy(predictions(), ["alpha"]).set_index("coverage")
        # alpha 0, surest first: 4 × 0.9 all right; 4 × 0.8, one wrong; 2 × 0.7; 2 × 0.6, one
        # wrong. alpha 1: 3 × 0.9, one wrong; 4 × 0.8, two wrong; 0.7; 3 × 0.6, one wrong; 0.4,
        # wrong.
        assert table.loc[0.05, "accuracy"] == pytest.approx((1 + 2 / 3) / 2)  # 1 image of 12
        assert table.loc[0.5, "accuracy"] == pytest.approx((5.5 / 6 + 3.5 / 6) / 2)  # 6 images
        assert table.loc[0.75, "accuracy"] == pytest.approx((8 / 9 + (5 + 2 / 3) / 9) / 2)  # 9
        assert table.loc[1.0, "accuracy"] == pytest.approx((10 + 7) / 24)
        assert table.loc[1.0, "sd"] == pytest.approx(3 / 12 / math.sqrt(2))

    def test_twenty_coverages_an_experiment(self):
        table = selective_accuracy(predictions(), ["alpha", "not-yet-run", "beta"])
        assert table["experiment"].tolist() == ["alpha"] * 20 + ["beta"] * 20
        np.testing.assert_allclose(table["coverage"], np.tile(np.arange(1, 21) * 0.05, 2))

    @pytest.mark.parametrize("n", [20, 40, 60])
    def test_a_coverage_that_is_a_whole_number_of_images_takes_no_more(self, n):
        # 0.15 × 20 is more than 3 in floating point.
        confidence = np.linspace(0.9, 0.6, n)
        true = [i % 2 for i in range(n)]
        table = selective_accuracy(
            run_of(np.stack([confidence, 1 - confidence], axis=1), true), "e"
        )
        right = 1 - np.array(true)
        expected = [right[: i * n // 20].mean() for i in range(1, 21)]
        np.testing.assert_allclose(table["accuracy"], expected)

    @settings(deadline=None, max_examples=25)
    @given(st.lists(st.tuples(st.integers(5, 7), st.booleans()), min_size=1, max_size=6))
    def test_among_equals_it_is_the_mean_over_all_orders(self, images):
        # bf16 knows few numbers: many confidences are the same.
        confidence = np.array([eighths / 8 for eighths, _ in images])
        right = np.array([is_right for _, is_right in images])
        run = run_of(np.stack([confidence, 1 - confidence], axis=1), (~right).astype(int))
        table = selective_accuracy(run, ["e"])
        orders = [
            np.array(order)
            for order in itertools.permutations(range(len(images)))
            if (np.diff(confidence[list(order)]) <= 0).all()
        ]
        for i, accuracy in enumerate(table["accuracy"], start=1):
            taken = math.ceil(i * len(images) / 20)
            expected = np.mean([right[order[:taken]].mean() for order in orders])
            assert accuracy == pytest.approx(expected)

    @settings(deadline=None, max_examples=20)
    @given(studies(), st.randoms(use_true_random=False))
    def test_the_order_of_the_rows_does_not_matter(self, study, random):
        frame, _, experiments = study
        order = list(range(len(frame)))
        random.shuffle(order)
        shuffled = frame.iloc[order]
        for table in (selective_accuracy, reliability):
            pd.testing.assert_frame_equal(table(frame, experiments), table(shuffled, experiments))
        pd.testing.assert_frame_equal(
            calibration(frame, frame, experiments), calibration(shuffled, shuffled, experiments)
        )

    def test_one_image(self):
        table = selective_accuracy(run_of([[0.6, 0.4]], [0]), ["e"])
        assert table["accuracy"].tolist() == [1] * 20
        assert table["sd"].isna().all()

    def test_no_predictions_keep_the_columns(self):
        table = selective_accuracy(predictions().head(0), EXPERIMENTS)
        assert list(table.columns) == ["experiment", "coverage", "accuracy", "sd"]
        assert table.empty
