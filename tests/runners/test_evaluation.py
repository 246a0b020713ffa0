"""The measures, against scikit-learn and by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, balanced_accuracy_score, log_loss

from runners.data.loader import Batch
from runners.evaluation import Scores, expected_calibration_error, measures, score


def random_scores(seed, n=50, n_classes=4):
    rng = np.random.default_rng(seed)
    return Scores(rng.dirichlet(np.ones(n_classes), n), rng.permutation(np.arange(n) % n_classes))


@given(st.integers(0, 10_000))
def test_measures_agree_with_scikit_learn(seed):
    scores = random_scores(seed)
    ours = measures(scores)
    assert ours["accuracy"] == pytest.approx(accuracy_score(scores.labels, scores.predicted))
    balanced = balanced_accuracy_score(scores.labels, scores.predicted)
    assert ours["macro_accuracy"] == pytest.approx(balanced)
    assert ours["nll"] == pytest.approx(log_loss(scores.labels, scores.probabilities))
    assert ours["n"] == 50


def test_macro_accuracy_is_over_the_classes_that_have_images():
    probabilities = np.array([[0.9, 0.1, 0.0], [0.2, 0.1, 0.7], [0.1, 0.8, 0.1]])
    ours = measures(Scores(probabilities, np.array([0, 0, 1])))
    assert ours["macro_accuracy"] == pytest.approx((1 / 2 + 1) / 2)
    # Class 0: precision 1, recall 1/2, F1 2/3. Class 1: F1 1.
    assert ours["macro_f1"] == pytest.approx((2 / 3 + 1) / 2)


def test_calibration_error_by_hand():
    # Two in the bin (0.8, 0.8667] with one hit, one in (0.5333, 0.6] with a miss:
    # (|1 - 2 * 0.85| + |0 - 0.6|) / 3
    probabilities = np.array([[0.85, 0.15], [0.15, 0.85], [0.6, 0.4]])
    ours = expected_calibration_error(Scores(probabilities, np.array([0, 0, 1])))
    assert ours == pytest.approx((abs(1 - 1.7) + 0.6) / 3)


def test_a_certain_mistake_has_a_finite_likelihood():
    ours = measures(Scores(np.array([[1.0, 0.0]]), np.array([1])))
    assert np.isfinite(ours["nll"])


def test_scoring_sleeps_and_wakes_the_model_and_gives_probabilities():
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 3), torch.nn.Dropout(0.5))
    images = torch.randn(4, 3, 2, 2)
    batch = Batch(images, torch.tensor([0, 1, 2, 0]), torch.arange(4))
    scores = score(model.train(), [batch, batch], "fp32")
    assert model.training
    expected = torch.softmax(model.eval()(images).double(), dim=1).detach().numpy()
    np.testing.assert_allclose(scores.probabilities[:4], expected, rtol=1e-6)
    np.testing.assert_allclose(scores.probabilities.sum(axis=1), 1, atol=1e-12)
    assert scores.labels.tolist() == [0, 1, 2, 0] * 2
