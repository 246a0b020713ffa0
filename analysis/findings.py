"""Computes everything that a report says, once, before any of it is rendered."""

from dataclasses import dataclass

import pandas as pd

from analysis.calibration import calibration, reliability, selective_accuracy
from analysis.confusion import confused_pairs, confusion_matrix
from analysis.curves import changes, learning_curves, overfitting
from analysis.hard_images import hard_images
from analysis.per_class import extremes, per_class
from analysis.resolved_pairs import resolved_pairs
from analysis.robustness import Robustness, robustness
from analysis.statistics.class_differences import class_differences
from analysis.statistics.comparisons import Comparison, compare
from analysis.statistics.outcomes import Outcomes, outcomes
from analysis.statistics.seeds import seed_intervals
from analysis.study import Study
from analysis.summary import summarise, with_intervals
from analysis.timing import timing


@dataclass(frozen=True, eq=False)
class Findings:
    """The tidy tables of a study, each as the function of its name describes it.

    `reliability_scaled` is with each run's temperature.

    `matrices` are confusion matrices by experiment, its runs added up. `best` is the experiment of
    the highest accuracy, None without runs. The class differences and resolved pairs are those of
    the best experiment against each other one. Tables of probabilities are empty where the study
    has none, or no validation images to fit a temperature on; tables of epochs without histories.
    `robustness` is None where no run was asked about corrupted images.
    """

    summary: pd.DataFrame
    per_class: pd.DataFrame
    extremes: pd.DataFrame
    confused_pairs: pd.DataFrame
    resolved_pairs: pd.DataFrame
    matrices: dict[str, pd.DataFrame]
    comparison: Comparison
    class_differences: pd.DataFrame
    seed_intervals: pd.DataFrame
    calibration: pd.DataFrame
    reliability: pd.DataFrame
    reliability_scaled: pd.DataFrame
    selective: pd.DataFrame
    curves: pd.DataFrame
    changes: pd.DataFrame
    overfitting: pd.DataFrame
    hard_images: pd.DataFrame
    timing: pd.DataFrame
    best: str | None
    robustness: Robustness | None = None


def find(study: Study) -> Findings:
    """Computes the tables of a study.

    Raises:
        UserError: for runs on different test images and the other mistakes that the tables name.
    """
    lined_up = outcomes(study.test, study.classes, study.experiments)
    comparison = compare(lined_up)
    best = _best(comparison)
    by_class = per_class(study.test, study.classes, study.experiments, study.published)
    summary = summarise(study.metrics, study.published, study.experiments)
    has_probabilities = any(str(column).startswith("p:") for column in study.test)
    known = study.experiments if has_probabilities else ()
    with_validation = known if len(study.validation) else ()
    with_history = study.experiments if len(study.histories) else ()
    return Findings(
        summary=with_intervals(summary, comparison.accuracies, comparison.ranking),
        per_class=by_class,
        extremes=extremes(by_class),
        confused_pairs=confused_pairs(study.test, study.classes, study.experiments),
        resolved_pairs=_resolved(study, lined_up, best),
        matrices={
            name: confusion_matrix(study.test.loc[study.test["experiment"] == name], study.classes)
            for name in lined_up.experiments
        },
        comparison=comparison,
        class_differences=class_differences(
            lined_up, [(best, name) for name in lined_up.experiments if best not in (None, name)]
        ),
        seed_intervals=seed_intervals(study.metrics, study.experiments),
        calibration=calibration(study.validation, study.test, with_validation),
        reliability=reliability(study.test, known),
        reliability_scaled=reliability(study.test, with_validation, validation=study.validation),
        selective=selective_accuracy(study.test, known),
        curves=learning_curves(study.histories, with_history),
        changes=changes(study.histories, with_history),
        overfitting=overfitting(study.histories, with_history),
        hard_images=hard_images(study.test, known),
        timing=timing(study.timings, study.histories, study.experiments),
        best=best,
        robustness=_robustness(study),
    )


def _robustness(study: Study) -> Robustness | None:
    if study.robustness.empty:
        return None
    return robustness(study.robustness, study.classes, study.experiments)


def _best(comparison: Comparison) -> str | None:
    ranking = comparison.ranking
    first = ranking.loc[(ranking["measure"] == "accuracy") & (ranking["place"] == 1)]
    return str(first["experiment"].iloc[0]) if len(first) else None


def _resolved(study: Study, lined_up: Outcomes, best: str | None) -> pd.DataFrame:
    """The best experiment's pairs against each other one's, with `better, other` before them."""
    tables = [
        resolved_pairs(study.test, best, other, study.classes).assign(better=best, other=other)
        for other in lined_up.experiments
        if best is not None and other != best
    ]
    if not tables:
        return pd.DataFrame(columns=["better", "other"])
    table = pd.concat(tables, ignore_index=True)
    return table[["better", "other", *(c for c in table if c not in ("better", "other"))]]
