"""Whether a probability means what it says, and what temperature scaling would mend."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp, softmax

from analysis.probabilities import Answers, answers_by_run

N_BINS = 15
# ceil(coverage × n) is taken in whole numbers: 0.15 × 20 is above 3 in floating point.
_STEPS = 20
_FLOOR = 1e-12
_HOTTEST = 20.0
_NOTHING_GAINED = 1e-9
_WITH_SD = ("temperature", "brier", "ece", "ece_scaled")
_MEASURES = ("temperature", "nll", "nll_scaled", "brier", "brier_scaled", "ece", "ece_scaled")
COLUMNS = (
    "experiment",
    "n_seeds",
    "n",
    *(
        column
        for name in _MEASURES
        for column in ((name, f"{name}_sd") if name in _WITH_SD else (name,))
    ),
)


def calibration(
    validation: pd.DataFrame, test: pd.DataFrame, experiments: Sequence[str]
) -> pd.DataFrame:
    """How well probabilities fit on the test images, as they are and after temperature scaling.

    The temperature of a run is the T that minimises the NLL of softmax(log p / T) on its
    validation images, within 1/20 … 20; 1 where no T lowers it. Above 1 the run is too sure of
    itself. One number does not change which class is named. Source: Guo et al., "On Calibration
    of Modern Neural Networks", ICML 2017.

    Args:
        validation: a row an image of a run of the validation split: `experiment, seed, true,
            predicted` and `p:<class>` for each class.
        test: the same of the test split.
        experiments: names in the order wanted. Others are left out.

    Returns:
        A row an experiment that has test predictions: `experiment, n_seeds, n` (test images),
        `temperature, temperature_sd`; `nll, nll_scaled` (nats; -ln of a probability, not below
        1e-300), `brier, brier_sd, brier_scaled` (squared differences, summed over the classes: 0
        to 2; G. W. Brier, Monthly Weather Review 78, 1950), `ece, ece_sd, ece_scaled,
        ece_scaled_sd` (fraction, 15 bins as in metrics.json). Means over seeds; `_sd` is over
        seeds (ddof = 1), NaN with one; `_scaled` is with each run's own temperature.

    Raises:
        UserError: if the runs know different classes.
        ValueError: if a run has test images but none to fit its temperature on.
    """
    fitted_on = answers_by_run(validation, experiments)
    rows = []
    for name, runs in answers_by_run(test, experiments).items():
        lacking = sorted(set(runs) - set(fitted_on.get(name, {})))
        if lacking:
            raise ValueError(f"{name!r}, seed {lacking[0]}, has no validation predictions")
        measures = [_measures(run, fitted_on[name][seed]) for seed, run in runs.items()]
        n = max(len(run.labels) for run in runs.values())
        rows.append({"experiment": name, "n_seeds": len(runs), "n": n} | _over_seeds(measures))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def reliability(
    predictions: pd.DataFrame,
    experiments: Sequence[str],
    n_bins: int = N_BINS,
    validation: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """How often an experiment is right when it is so and so sure.

    Args:
        predictions: as `test` of `calibration`.
        experiments: names in the order wanted. Others are left out.
        n_bins: bins of equal width over [0, 1]; a confidence on a border belongs to the lower one.
        validation: as of `calibration`; then each run's probabilities are scaled with the
            temperature that fits its own. None leaves them as they are.

    Returns:
        A row an experiment and bin that has predictions: `experiment, bin` (from 0), `low, high`
        (its borders), `n` (predictions: images × seeds), `confidence` (mean highest probability),
        `accuracy`. The seeds are pooled. With one seed, the sum of n × |confidence - accuracy|
        over the sum of n is the ECE.
    """
    tables = []
    fitted_on = None if validation is None else answers_by_run(validation, experiments)
    for name, as_trained in answers_by_run(predictions, experiments).items():
        runs = as_trained if fitted_on is None else _all_scaled(as_trained, fitted_on[name])
        confidence = np.concatenate([run.confidence for run in runs.values()])
        right = np.concatenate([run.right for run in runs.values()])
        bins = _bins(confidence, n_bins)
        table = pd.DataFrame({"bin": bins, "confidence": confidence, "accuracy": right})
        grouped = table.astype({"accuracy": float}).groupby("bin", as_index=False).mean()
        grouped["n"] = np.bincount(bins)[grouped["bin"]]
        tables.append(grouped.assign(experiment=name))
    columns = ["experiment", "bin", "low", "high", "n", "confidence", "accuracy"]
    if not tables:
        return pd.DataFrame(columns=columns)
    whole = pd.concat(tables, ignore_index=True)
    return whole.assign(low=whole["bin"] / n_bins, high=(whole["bin"] + 1) / n_bins)[columns]


def selective_accuracy(predictions: pd.DataFrame, experiments: Sequence[str]) -> pd.DataFrame:
    """The accuracy that is left when only the surest answers are given.

    Args:
        predictions: as `test` of `calibration`.
        experiments: names in the order wanted. Others are left out.

    Returns:
        A row an experiment and coverage, 0.05, 0.10 … 1: `experiment, coverage, accuracy, sd`.
        The accuracy is on the ceil(coverage × n) images of the highest confidence, mean over
        seeds; `sd` over seeds (ddof = 1), NaN with one. Where the limit falls among images of
        equal confidence (to 12 digits), the accuracy is that expected of a draw among them.
    """
    columns = ["experiment", "coverage", "accuracy", "sd"]
    tables = []
    for name, runs in answers_by_run(predictions, experiments).items():
        curves = pd.DataFrame([_selective(run) for run in runs.values()])
        table = {"coverage": np.arange(1, _STEPS + 1) / _STEPS, "accuracy": curves.mean()}
        tables.append(pd.DataFrame(table | {"sd": curves.std(ddof=1), "experiment": name}))
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)[columns]


def scale(probabilities: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Softer (T > 1) or sharper (T < 1) probabilities: softmax(log p / T).

    Args:
        probabilities: [N, n_classes], rows sum to 1. Values below 1e-12 count as that.
        temperature: above 0.

    Returns:
        float64 of the same shape; rows sum to 1.
    """
    return np.asarray(softmax(_logs(probabilities) / temperature, axis=1), dtype=np.float64)


def fit_temperature(run: Answers) -> float:
    """The temperature that `calibration` gives a run, from its answers on validation images."""
    logs = _logs(run.probabilities)
    of_truth = logs[np.arange(len(logs)), run.labels].mean()

    def nll(log_temperature: float) -> float:
        inverse = np.exp(-log_temperature)
        return float(logsumexp(logs * inverse, axis=1).mean() - of_truth * inverse)

    limit = float(np.log(_HOTTEST))
    found = minimize_scalar(nll, bounds=(-limit, limit), method="bounded")
    # Where the NLL is flat, as for a run that is right and sure throughout, any T would do.
    return float(np.exp(found.x)) if nll(0.0) - found.fun > _NOTHING_GAINED else 1.0


def _logs(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log(np.maximum(probabilities, _FLOOR)), dtype=np.float64)


def _scaled(run: Answers, temperature: float) -> Answers:
    return replace(run, probabilities=scale(run.probabilities, temperature))


def _all_scaled(runs: dict[int, Answers], fitted_on: dict[int, Answers]) -> dict[int, Answers]:
    return {seed: _scaled(run, fit_temperature(fitted_on[seed])) for seed, run in runs.items()}


def _measures(run: Answers, fitted_on: Answers) -> dict[str, float]:
    temperature = fit_temperature(fitted_on)
    scaled = _scaled(run, temperature)
    return {
        "temperature": temperature,
        "nll": _nll(run),
        "nll_scaled": _nll(scaled),
        "brier": _brier(run),
        "brier_scaled": _brier(scaled),
        "ece": _ece(run),
        "ece_scaled": _ece(scaled),
    }


def _over_seeds(measures: list[dict[str, float]]) -> dict[str, float]:
    table = pd.DataFrame(measures)
    deviations = table[list(_WITH_SD)].std(ddof=1).add_suffix("_sd")
    return {str(name): float(x) for name, x in pd.concat([table.mean(), deviations]).items()}


def _of_truth(run: Answers) -> NDArray[np.float64]:
    return run.probabilities[np.arange(len(run.labels)), run.labels]


def _nll(run: Answers) -> float:
    return float(-np.log(np.maximum(_of_truth(run), 1e-300)).mean())


def _brier(run: Answers) -> float:
    # sum over classes of (p - y)² = sum of p² - 2 p(true) + 1
    return float(((run.probabilities**2).sum(axis=1) - 2 * _of_truth(run) + 1).mean())


def _ece(run: Answers) -> float:
    gaps = np.bincount(_bins(run.confidence, N_BINS), weights=run.right - run.confidence)
    return float(np.abs(gaps).sum() / len(run.labels))


def _bins(confidence: NDArray[np.float64], n_bins: int) -> NDArray[np.int64]:
    """The bin of each confidence, right-closed, from 0."""
    return np.clip(np.ceil(confidence * n_bins).astype(np.int64) - 1, 0, n_bins - 1)


def _selective(run: Answers) -> NDArray[np.float64]:
    """Accuracy at each coverage, [_STEPS]."""
    _, tie = np.unique(-run.confidence.round(12), return_inverse=True)
    taken = np.concatenate([[0], np.bincount(tie).cumsum()])
    right = np.concatenate([[0], np.bincount(tie, weights=run.right).cumsum()])
    n = len(run.labels)
    limits = -(-np.arange(1, _STEPS + 1) * n // _STEPS)
    # Among equals a draw takes right ones in proportion, so the expected count is on the line.
    return np.asarray(np.interp(limits, taken, right) / limits, dtype=np.float64)
