"""Computes a report."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.confusion import pair as one_pair
from analysis.findings import Findings, find
from analysis.report.headline import headline
from analysis.report.record import Report
from analysis.report.tables import (
    Table,
    calibration_table,
    class_differences_table,
    comparisons_table,
    confused_pairs_table,
    extremes_table,
    hard_images_table,
    overfitting_table,
    pair_table,
    per_class_table,
    precision_table,
    resolved_pairs_table,
    robustness_classes_table,
    robustness_strengths_table,
    robustness_table,
    searched_seeds_table,
    seed_intervals_table,
    summary_table,
    timing_table,
)
from analysis.robustness import Robustness
from analysis.study import Study


def build_report(study: Study, pair: tuple[str, str] | None = None) -> Report:
    """Computes every table of a report.

    Args:
        study: the runs.
        pair: two classes that get a table of their own.

    Returns:
        The main tables "summary", "searched_seeds" where there are any, "per_class",
        "confused_pairs", "comparisons" and, if asked for, "pair"; then the details that there is
        something to say about.

    Raises:
        UserError: for an unknown class and the other mistakes that the tables name.
    """
    found = find(study)
    tables = [*_main_tables(study, found), *_pair_tables(study, pair), *_details(found)]
    if len(study.searched):
        tables.insert(1, searched_seeds_table(study.metrics, study.searched))
    gaps = found.robustness.gaps if found.robustness is not None else ()
    missing = (*study.missing, *gaps)
    return Report(study.suite, tuple(tables), missing, study.notice, headline(found), found)


def _main_tables(study: Study, found: Findings) -> list[Table]:
    return [
        summary_table(found.summary, study.published),
        per_class_table(found.per_class, study.published),
        confused_pairs_table(found.confused_pairs),
        comparisons_table(found.comparison.comparisons),
    ]


def _pair_tables(study: Study, pair: tuple[str, str] | None) -> list[Table]:
    if pair is None:
        return []
    return [pair_table(one_pair(study.test, *pair, study.classes, study.experiments))]


def _details(found: Findings) -> list[Table]:
    """The tables of what not every study has, where this one has it."""
    made: list[tuple[Callable[[pd.DataFrame], Table], pd.DataFrame]] = [
        (seed_intervals_table, found.seed_intervals),
        (extremes_table, found.extremes),
        (precision_table, found.per_class),
        (class_differences_table, found.class_differences),
        (resolved_pairs_table, found.resolved_pairs),
        (calibration_table, found.calibration),
        (overfitting_table, found.overfitting),
        (hard_images_table, found.hard_images),
        (timing_table, found.timing),
    ]
    return [make(frame) for make, frame in made if len(frame)] + robustness_tables(found.robustness)


def robustness_tables(found: Robustness | None) -> list[Table]:
    """The tables "robustness", "robustness_strengths" and "robustness_classes", if there are any.

    A terminal shows the first alone. Where no corruption was measured of all seeds of any
    experiment, there is nothing to put in the second.
    """
    if found is None or found.summary.empty:
        return []
    strengths = robustness_strengths_table(found.strengths, found.summary)
    return [
        robustness_table(found.summary),
        *([strengths] if len(strengths.shown) else []),
        robustness_classes_table(found.classes),
    ]


def as_json(report: Report) -> dict[str, object]:
    """The report's numbers as plain Python values, ready for `json.dumps`.

    Returns:
        For each table its name and its rows, an object a row. Accuracies and rates are fractions;
        what is not known is None. Before them `notice`, if the report has one; after them
        `headline` and `missing`, lines of text.
    """
    notice = {"notice": report.notice} if report.notice else {}
    tables = {
        table.name: [
            {str(key): _plain(value) for key, value in row.items()}
            for row in table.frame.to_dict("records")
        ]
        for table in report.tables
    }
    return notice | tables | {"headline": list(report.headline), "missing": list(report.missing)}


def _plain(value: object) -> object:
    number = value.item() if isinstance(value, np.generic) else value
    # JSON knows neither NaN nor infinity.
    unknown = number is pd.NA or (isinstance(number, float) and not math.isfinite(number))
    return None if unknown else number
