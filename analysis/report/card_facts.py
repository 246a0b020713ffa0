"""What is told of a trained model: what it is, what it is worth, what to beware of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.calibration import calibration, fit_temperature, scale
from analysis.confusion import confused_pairs
from analysis.per_class import per_class
from analysis.probabilities import answers_by_run
from analysis.report.licences import licence_of
from analysis.statistics.comparisons import compare
from analysis.statistics.outcomes import outcomes
from analysis.threshold import Threshold, threshold
from bench.results.records import DRAWN_NOTICE, RunRecord, notice_for, predictions_frame

_SPLITS = ("train", "val", "test")
_MEASURES = ("accuracy", "macro_accuracy", "macro_f1", "nll", "ece")
_FEW = 30


@dataclass(frozen=True)
class Calibrated:
    """What temperature scaling, fitted on validation, makes of the confidence.

    `ece` and `ece_scaled` are of the test images, before and after. `threshold` is where "sure"
    begins, with the accuracies of validation on either side; `on_test` has the same confidence,
    and what it parts on the test images, which had no say in it. `sure_on_test` is the share of
    test images at or above it.
    """

    temperature: float
    ece: float
    ece_scaled: float
    threshold: Threshold
    on_test: Threshold
    sure_on_test: float


@dataclass(frozen=True, eq=False)
class CardFacts:
    """Everything that is told of a trained model. Accuracies are fractions.

    Attributes:
        experiment, seed, identity, suite, model: who it is.
        classes: the names that it can give, in order.
        image_size: side in pixels of the square that it sees.
        data: name of the data set.
        fingerprint: of the data set, SHA-256.
        n_images: of each split.
        counts: a row a class: `class, val, test`, numbers of images.
        settings: what it was trained with, name and value.
        scores: a row a measure of metrics.json: `measure, val, test`, and for accuracy and macro
            accuracy the bounds of 95 % intervals, `val_low, val_high, test_low, test_high`.
        per_class: as `analysis.per_class.per_class` has it, of the test images.
        pairs: as `analysis.confusion.confused_pairs` has it, of this run alone; worst first.
        calibrated: how far its confidence can be believed.
        limits: what to beware of, a sentence each.
        licence: of the weights that it began with.
        versions: of the programs that it was trained with.
        device: that it was trained on.
        started: when, in ISO 8601.
        notice: what belongs beside every number; or ''.
        again: the command that trains it again.
    """

    experiment: str
    seed: int
    identity: str
    suite: str
    model: str
    classes: tuple[str, ...]
    image_size: int
    data: str
    fingerprint: str
    n_images: Mapping[str, int]
    counts: pd.DataFrame
    settings: tuple[tuple[str, str], ...]
    scores: pd.DataFrame
    per_class: pd.DataFrame
    pairs: pd.DataFrame
    calibrated: Calibrated
    limits: tuple[str, ...]
    licence: str
    versions: Mapping[str, str]
    device: str
    started: str
    notice: str
    again: str


def card_facts(record: RunRecord) -> CardFacts:
    """The facts of a complete run, from its folder alone.

    Raises:
        DamagedError: a file of the run is not what was sealed.
    """
    spec, name = record.spec, record.experiment
    classes = tuple(spec["classes"])
    test, validation = (predictions_frame([record], split) for split in ("test", "val"))
    pairs = confused_pairs(test, classes, [name])
    by_class = per_class(test, classes, [name])
    scores = _scores(record.metrics, validation, test, classes, name)
    return CardFacts(
        experiment=name,
        seed=record.seed,
        identity=spec["identity"],
        suite=spec["suite"],
        model=spec["experiment"]["model"],
        classes=classes,
        image_size=int(spec["data"]["image_size"]),
        data=spec["data"]["name"],
        fingerprint=spec["fingerprint"],
        n_images={split: int(spec["n_images"][split]) for split in _SPLITS},
        counts=_counts(validation, test, classes),
        settings=_settings(spec, record.metrics),
        scores=scores,
        per_class=by_class,
        pairs=pairs.loc[pairs["experiment"] == name].reset_index(drop=True),
        calibrated=_calibrated(validation, test, name),
        limits=_limits(record, by_class, len(test)),
        licence=licence_of(spec),
        versions=dict(spec.get("versions", {})),
        device=str(spec.get("device", "")),
        started=str(spec.get("started", "")),
        notice=notice_for([record]),
        again=_again(spec, name, record.seed),
    )


def _counts(validation: pd.DataFrame, test: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    columns = {
        split: frame["true"].value_counts().reindex(list(classes), fill_value=0).to_numpy()
        for split, frame in (("val", validation), ("test", test))
    }
    return pd.DataFrame({"class": list(classes), **columns})


def _scores(
    metrics: Mapping[str, Any],
    validation: pd.DataFrame,
    test: pd.DataFrame,
    classes: Sequence[str],
    name: str,
) -> pd.DataFrame:
    table = pd.DataFrame({"measure": list(_MEASURES)})
    for split, frame in (("val", validation), ("test", test)):
        table[split] = [float(metrics[split][measure]) for measure in _MEASURES]
        bounds = compare(outcomes(frame, classes, [name])).accuracies.set_index("measure")
        for bound in ("low", "high"):
            table[f"{split}_{bound}"] = table["measure"].map(bounds[bound])
    return table


def _calibrated(validation: pd.DataFrame, test: pd.DataFrame, name: str) -> Calibrated:
    row = calibration(validation, test, [name]).iloc[0]
    (seen,), (unseen,) = (
        answers_by_run(frame, [name])[name].values() for frame in (validation, test)
    )
    temperature = fit_temperature(seen)
    limit = threshold(scale(seen.probabilities, temperature).max(axis=1), seen.right)
    sure = scale(unseen.probabilities, temperature).max(axis=1) >= limit.confidence
    above, below = (
        float(unseen.right[side].mean()) if side.any() else float("nan") for side in (sure, ~sure)
    )
    return Calibrated(
        temperature=temperature,
        ece=float(row["ece"]),
        ece_scaled=float(row["ece_scaled"]),
        threshold=limit,
        on_test=Threshold(limit.confidence, above, below, len(sure)),
        sure_on_test=float(np.mean(sure)),
    )


def _settings(spec: Mapping[str, Any], metrics: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    experiment = spec["experiment"]
    schedule, freezing = experiment["schedule"]["name"], experiment["freezing"]
    return (
        ("model", str(experiment["model"])),
        ("began with weights", _short(str(experiment["weights"]))),
        ("epochs", f"{metrics['epochs']}; number {metrics['selected_epoch']} (from 0) selected"),
        ("batch size", str(experiment["batch_size"])),
        ("optimizer", f"{experiment['optimizer']['name']}, lr {experiment['optimizer']['lr']:g}"),
        ("schedule", schedule if schedule != "none" else "constant"),
        ("freezing", "none" if freezing is None else _set_values(freezing)),
        ("augmentation", _set_values(spec["data"]["augment"]) or "none"),
        ("precision", f"{spec['precision']}; scored in {spec.get('scoring_precision', 'fp32')}"),
        ("parameters", f"{spec['parameters']:,}"),
    )


def _short(weights: str) -> str:
    """A file's name without its folders, which are the business of whoever trained it."""
    return weights.replace("\\", "/").rpartition("/")[2]


def _set_values(table: Mapping[str, Any]) -> str:
    """The keys that say something, with their values: `rotation_degrees 30, …`."""
    said = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            inner = _set_values(value)
            said += [f"{key} ({inner})"] if inner else []
        elif value:
            said.append(key if value is True else f"{key} {value}")
    return ", ".join(said)


def _limits(record: RunRecord, by_class: pd.DataFrame, n_test: int) -> tuple[str, ...]:
    n_classes = len(by_class)
    fewest = by_class.sort_values("n", kind="stable").iloc[0]
    always = f"It knows {n_classes} classes and always names one of them, whatever a photo shows."
    elsewhere = (
        f"All figures are of {n_test} test images of the data set that it was trained on; photos "
        "of other places, cameras and seasons will do worse."
    )
    found = [always, elsewhere]
    if record.is_drawn:
        found.insert(0, f"{DRAWN_NOTICE} Do not use it for photos.")
    if fewest["n"] < _FEW:
        found.append(
            f"A class may have few test images, {fewest['class']} has {fewest['n']}: its figures "
            "are as wide as their intervals say."
        )
    found.append("One seed of one way of training; others differ, as a report on the suite shows.")
    found.append('"Unsure" is a hint, not a guarantee: it can be sure and wrong.')
    return tuple(found)


def _again(spec: Mapping[str, Any], name: str, seed: int) -> str:
    import shlex

    profile = spec.get("profile")
    chosen = [] if profile is None else ["--profile", str(profile)]
    return shlex.join(["bench", "run", name, "--seeds", str(seed), *chosen])
