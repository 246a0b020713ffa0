"""Calibration against the runs' own measures, scikit-learn, torch and hand-worked values."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from sklearn.preprocessing import label_binarize

from analysis.calibration import COLUMNS, calibration, scale
from bench.errors import UserError
from runners.evaluation import expected_calibration_error, negative_log_likelihood

from .golden import EXPERIMENTS, predictions
from .made_runs import random_run, run_of, scores_of
from .studies import studies


class TestCalibration:
    def test_golden_values(self):
        table = calibration(predictions(), predictions(), EXPERIMENTS).set_index("experiment")
        assert list(table.index) == EXPERIMENTS
        assert table["n"].tolist() == [12, 12]
        assert table["n_seeds"].tolist() == [2, 2]
        # A class named with c adds (1 - c)² + 2 ((1 - c) / 2)² = 1.5 (1 - c)² where right, and
        # c² + ((1 + c) / 2)² + ((1 - c) / 2)² = 1.5 c² + 0.5 where wrong.
        # beta 0: right with 9 × 0.9, 2 × 0.8, 0.6: 1.5 × (0.09 + 0.08 + 0.16) / 12.
        # beta 1: right with 6 × 0.9, 4 × 0.8, 0.7: 1.5 × (0.06 + 0.16 + 0.09); wrong with 0.4.
        beta = [0.495 / 12, (1.5 * 0.31 + 0.74) / 12]
        # alpha 0: right with 4 × 0.9, 3 × 0.8, 2 × 0.7, 0.6; wrong with 0.6, 0.8.
        # alpha 1: right with 2 × 0.9, 2 × 0.8, 0.7, 2 × 0.6; wrong with 0.6, 0.8, 0.4, 0.9, 0.8.
        alpha = [
            (1.5 * (0.04 + 0.12 + 0.18 + 0.16) + 1.5 * (0.36 + 0.64) + 1) / 12,
            (1.5 * (0.02 + 0.08 + 0.09 + 0.32) + 1.5 * (0.36 + 0.64 + 0.16 + 0.81 + 0.64) + 2.5)
            / 12,
        ]
        for name, brier in (("beta", beta), ("alpha", alpha)):
            assert table.loc[name, "brier"] == pytest.approx(np.mean(brier))
            assert table.loc[name, "brier_sd"] == pytest.approx(np.std(brier, ddof=1))
        # beta 0: 9 × 0.1 + 2 × 0.2 + 0.4. beta 1: 6 × 0.1, 4 × 0.2, 0.3 and 0.4 for the wrong one.
        ece = [1.7 / 12, 2.1 / 12]
        assert table.loc["beta", "ece"] == pytest.approx(np.mean(ece))
        assert table.loc["beta", "ece_sd"] == pytest.approx(np.std(ece, ddof=1))

    @settings(deadline=None, max_examples=30)
    @given(studies())
    def test_nll_and_ece_are_those_of_the_runs(self, study):
        frame, _, experiments = study
        table = calibration(frame, frame, experiments).set_index("experiment")
        for name in experiments:
            runs = [
                scores_of(run) for _, run in frame.loc[frame["experiment"] == name].groupby("seed")
            ]
            assert table.loc[name, "nll"] == pytest.approx(
                np.mean([negative_log_likelihood(run) for run in runs])
            )
            assert table.loc[name, "ece"] == pytest.approx(
                np.mean([expected_calibration_error(run) for run in runs])
            )

    @pytest.mark.parametrize("k", [2, 3, 200])
    def test_brier_is_the_mean_squared_distance_from_the_truth(self, k):
        run = random_run(60, k)
        scores = scores_of(run)
        truth = label_binarize(scores.labels, classes=range(max(k, 3)))[:, :k]
        expected = ((scores.probabilities - truth) ** 2).sum(axis=1).mean()
        assert calibration(run, run, ["e"])["brier"].tolist() == pytest.approx([expected])

    @pytest.mark.parametrize(
        ("n_right", "temperature"), [(9, 1.0), (75 / 10, 2.0), (6, math.log(9) / math.log(1.5))]
    )
    def test_temperature_by_hand(self, n_right, temperature):
        # All images are given 0.9 for a class that is right in a share s of them. The NLL is
        # least where sigmoid(log 9 / T) = s, that is T = log 9 / log(s / (1 - s)).
        n = round(40 * n_right / 10)
        validation = run_of([[0.9, 0.1]] * 40, [0] * n + [1] * (40 - n))
        table = calibration(validation, random_run(20, 2), ["e"])
        assert table["temperature"].tolist() == pytest.approx([temperature], rel=1e-3)

    @pytest.mark.parametrize("sharpness", [0.7, 2.0, 4.0])
    def test_temperature_is_where_the_slope_of_the_nll_is_zero(self, sharpness):
        run = random_run(300, 5, sharpness=sharpness)
        scores = scores_of(run)
        logits = torch.log(torch.tensor(scores.probabilities))
        labels = torch.from_numpy(scores.labels)

        def slope(log_temperature):
            at = torch.tensor(log_temperature, dtype=torch.float64, requires_grad=True)
            torch.nn.functional.cross_entropy(logits / at.exp(), labels).backward()
            return float(at.grad)

        expected = math.exp(brentq(slope, math.log(0.05), math.log(20)))
        table = calibration(run, run, ["e"])
        assert table["temperature"].tolist() == pytest.approx([expected], rel=1e-3)
        # Fitted where it is measured it can only help.
        assert (table["nll_scaled"] <= table["nll"]).all()

    def test_each_run_has_its_own_temperature_from_its_own_validation(self):
        sure = [[0.9, 0.1]] * 40
        half, most = [0] * 30 + [1] * 10, [0] * 36 + [1] * 4
        validation = pd.concat([run_of(sure, half, seed=0), run_of(sure, most, seed=1)])
        test = pd.concat([run_of([[0.9, 0.1]], [0], seed=0), run_of([[0.9, 0.1]], [0], seed=1)])
        row = calibration(validation, test, ["e"]).iloc[0]
        assert row["temperature"] == pytest.approx(1.5, rel=1e-3)
        assert row["temperature_sd"] == pytest.approx(1 / math.sqrt(2), rel=1e-3)
        # With T = 2 the 0.9 is 0.75, with T = 1 it stays.
        nll = [-math.log(0.75), -math.log(0.9)]
        assert row["nll_scaled"] == pytest.approx(np.mean(nll), rel=1e-3)
        brier = [2 * 0.25**2, 2 * 0.1**2]
        assert row["brier_scaled"] == pytest.approx(np.mean(brier), rel=1e-3)
        assert row["ece_scaled"] == pytest.approx((0.25 + 0.1) / 2, rel=1e-3)
        assert row["ece_scaled_sd"] == pytest.approx(0.15 / math.sqrt(2), rel=1e-2)

    @pytest.mark.parametrize(
        ("true", "temperature"),
        [([0, 1, 0, 1], 1.0), ([1, 0, 1, 0], 20.0)],
        ids=["always right", "always wrong"],
    )
    def test_probabilities_of_exactly_0_and_1(self, true, temperature):
        run = run_of([[1, 0], [0, 1], [1, 0], [0, 1]], true)
        row = calibration(run, run, ["e"]).iloc[0]
        assert row["temperature"] == pytest.approx(temperature, rel=1e-3)
        assert (
            row.drop(["experiment"])
            .astype(float)
            .drop(["temperature_sd", "brier_sd", "ece_sd", "ece_scaled_sd"])
            .map(math.isfinite)
            .all()
        )
        assert row["nll"] == pytest.approx(0 if true[0] == 0 else -math.log(1e-300))
        assert row["brier"] == (0 if true[0] == 0 else 2)

    def test_one_seed_has_no_deviation(self):
        table = calibration(random_run(50, 3), random_run(50, 3), ["e"])
        assert table.filter(like="_sd").isna().all(axis=None)
        assert table["n_seeds"].tolist() == [1]

    def test_a_class_without_images_and_one_that_is_never_named(self):
        run = run_of([[0.5, 0.3, 0.1, 0.1], [0.4, 0.4, 0.1, 0.1]], [0, 1])
        row = calibration(run, run, ["e"]).iloc[0]
        scores = scores_of(run)
        assert row["nll"] == pytest.approx(negative_log_likelihood(scores))
        assert row["ece"] == pytest.approx(expected_calibration_error(scores))

    def test_experiments_in_the_order_wanted_and_only_those_with_runs(self):
        table = calibration(predictions(), predictions(), ["alpha", "not-yet-run", "beta"])
        assert table["experiment"].tolist() == ["alpha", "beta"]
        assert tuple(table.columns) == COLUMNS

    def test_no_predictions_keep_the_columns(self):
        none = predictions().head(0)
        table = calibration(none, none, EXPERIMENTS)
        assert table.empty
        assert tuple(table.columns) == COLUMNS

    def test_a_run_without_validation_is_refused(self):
        with pytest.raises(ValueError, match="'alpha', seed 1, has no validation predictions"):
            calibration(
                predictions().query("experiment == 'beta' or seed == 0"), predictions(), EXPERIMENTS
            )

    def test_predictions_without_probabilities_are_refused(self):
        bare = predictions().drop(columns=["p:cat", "p:dog", "p:fox"])
        with pytest.raises(ValueError, match="no column starts with 'p:'"):
            calibration(bare, bare, EXPERIMENTS)

    def test_runs_that_know_different_classes_are_an_error(self):
        mixed = pd.concat([random_run(5, 3), random_run(5, 2, seed=1)])
        with pytest.raises(UserError, match="no probability for the class 'c2'"):
            calibration(mixed, mixed, ["e"])


class TestScale:
    @settings(deadline=None, max_examples=30)
    @given(st.integers(2, 200), st.floats(0.05, 20), st.integers(0, 1000))
    def test_is_the_softmax_of_the_scaled_logits(self, k, temperature, seed):
        logits = torch.from_numpy(np.random.default_rng(seed).normal(size=(7, k)) * 3)
        ours = scale(torch.softmax(logits, dim=1).numpy(), temperature)
        theirs = torch.softmax(logits / temperature, dim=1).numpy()
        np.testing.assert_allclose(ours, theirs, atol=1e-9)
        assert (ours.argmax(axis=1) == logits.numpy().argmax(axis=1)).all()

    def test_zero_is_floored_and_rows_sum_to_1(self):
        scaled = scale(np.array([[1.0, 0.0, 0.0]]), 2.0)
        # 1 and 1e-12 under the square root: 1 and 1e-6.
        np.testing.assert_allclose(scaled, [[1 / (1 + 2e-6), *[1e-6 / (1 + 2e-6)] * 2]])
        assert scaled.sum() == pytest.approx(1)
