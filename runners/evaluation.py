"""Scoring a classifier on a split, and the measures of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from runners.data.loader import Batch
from runners.device import autocast

N_ECE_BINS = 15


@dataclass(frozen=True)
class Scores:
    """What a classifier says of N images.

    `probabilities` float64 [N, n_classes], rows sum to 1; `labels` int64 [N].
    """

    probabilities: NDArray[np.float64]
    labels: NDArray[np.int64]

    @property
    def predicted(self) -> NDArray[np.int64]:
        """The most probable class of each image, int64 [N]; the first of equals."""
        return np.asarray(self.probabilities.argmax(axis=1), dtype=np.int64)


def score(
    model: nn.Module,
    batches: Iterable[Batch],
    precision: str,
    on_batch: Callable[[], None] = lambda: None,
    classify: Callable[[Batch], torch.Tensor] | None = None,
) -> Scores:
    """Runs the model over the batches in eval mode, without gradients; restores its mode.

    Softmax is taken in float64, so that a row's sum is 1 to within 1e-12.

    Args:
        model: gives logits, float [B, n_classes].
        batches: of images.
        precision: `fp32` or `bf16`.
        on_batch: called after each.
        classify: gives the model's logits in another way than by calling it.
    """
    was_training = model.training
    model.eval()
    probabilities, labels = [], []
    with torch.inference_mode():
        for batch in batches:
            with autocast(batch.images.device, precision):
                logits = classify(batch) if classify else model(batch.images)
            probabilities.append(torch.softmax(logits.double(), dim=1).cpu())
            labels.append(batch.labels.cpu())
            on_batch()
    model.train(was_training)
    return Scores(torch.cat(probabilities).numpy(), torch.cat(labels).numpy())


def measures(scores: Scores) -> dict[str, float | int]:
    """The measures of metrics.json, as fractions (NLL in nats), and `n`.

    `accuracy` is over images, `macro_accuracy` the mean of the recalls of the classes that have
    images, `macro_f1` the mean over the classes that have images, `nll` the mean negative log
    likelihood, `ece` the expected calibration error.
    """
    from sklearn.metrics import f1_score, recall_score

    present = np.unique(scores.labels)
    predicted = scores.predicted
    averaged = {"labels": present, "average": "macro", "zero_division": 0.0}
    return {
        "accuracy": float((predicted == scores.labels).mean()),
        "macro_accuracy": float(recall_score(scores.labels, predicted, **averaged)),
        "macro_f1": float(f1_score(scores.labels, predicted, **averaged)),
        "nll": negative_log_likelihood(scores),
        "ece": expected_calibration_error(scores),
        "n": len(scores.labels),
    }


def negative_log_likelihood(scores: Scores) -> float:
    """The mean of -ln p(true class), in nats; probabilities below 1e-300 count as that."""
    of_truth = scores.probabilities[np.arange(len(scores.labels)), scores.labels]
    return float(-np.log(np.maximum(of_truth, 1e-300)).mean())


def expected_calibration_error(scores: Scores, n_bins: int = N_ECE_BINS) -> float:
    """Mean gap between confidence and accuracy over equal-width bins, weighted by their images.

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3. A confidence on
    the border of two bins belongs to the lower one.
    """
    confidence = scores.probabilities.max(axis=1)
    correct = scores.predicted == scores.labels
    bins = np.clip(np.ceil(confidence * n_bins).astype(int) - 1, 0, n_bins - 1)
    gaps = np.bincount(bins, weights=correct - confidence, minlength=n_bins)
    return float(np.abs(gaps).sum() / len(confidence))
