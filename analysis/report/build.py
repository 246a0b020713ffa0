"""Computes a report and writes it as files."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.confusion import confused_pairs
from analysis.confusion import pair as one_pair
from analysis.per_class import per_class
from analysis.report.as_csv import as_csv
from analysis.report.latex import as_latex
from analysis.report.markdown import as_markdown
from analysis.report.record import Report
from analysis.report.tables import (
    confused_pairs_table,
    pair_table,
    per_class_table,
    summary_table,
)
from analysis.summary import summarise
from bench.experiments.spec import Published
from bench.results.atomic import write_atomic


def build_report(
    suite: str,
    metrics: pd.DataFrame,
    predictions: pd.DataFrame,
    classes: Sequence[str],
    experiments: Sequence[str],
    published: Mapping[str, Published],
    missing: Sequence[str] = (),
    pair: tuple[str, str] | None = None,
) -> Report:
    """Computes every table of a report.

    Args:
        suite: its name.
        metrics: a row a run, as `analysis.summary.summarise` wants it.
        predictions: a row an image of a run, of one split: `experiment, seed, split, path, true,
            predicted`.
        classes: class names in order.
        experiments: names in the suite's order, which all tables keep.
        published: figures by experiment; may be empty.
        missing: a line for each run that failed or is not finished.
        pair: two classes that get a table of their own.

    Returns:
        The tables "summary", "per_class", "confused_pairs" and, if asked for, "pair".

    Raises:
        UserError: for an unknown class and the other mistakes that the tables name.
        ValueError: if `predictions` hold more than one split.
    """
    splits = predictions["split"].unique()
    if len(splits) > 1:
        raise ValueError(f"a report is about one split; got {', '.join(sorted(splits))}")
    tables = [
        summary_table(summarise(metrics, published, experiments), published),
        per_class_table(per_class(predictions, classes, experiments, published), published),
        confused_pairs_table(confused_pairs(predictions, classes, experiments)),
    ]
    if pair is not None:
        tables.append(pair_table(one_pair(predictions, *pair, classes, experiments)))
    return Report(suite, tuple(tables), tuple(missing))


def as_json(report: Report) -> dict[str, list[dict[str, object]]]:
    """The report's numbers as plain Python values, ready for `json.dumps`.

    Returns:
        For each table its name and its rows, an object a row. Accuracies and rates are fractions;
        what is not known is None.
    """
    return {
        table.name: [
            {str(key): _plain(value) for key, value in row.items()}
            for row in table.frame.to_dict("records")
        ]
        for table in report.tables
    }


def write(report: Report, folder: Path) -> list[Path]:
    """Writes `report.md`, and for each table `NAME.csv` and `NAME.tex`.

    A reader sees the old file or the new one, never half of one.

    Args:
        report: what to write.
        folder: where; made if it does not exist.

    Returns:
        The files, `report.md` first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"report.md": as_markdown(report)}
    for table in report.tables:
        texts[f"{table.name}.csv"] = as_csv(table)
        texts[f"{table.name}.tex"] = as_latex(table)
    for name, text in texts.items():
        write_atomic(folder / name, text)
    return [folder / name for name in texts]


def _plain(value: object) -> object:
    number = value.item() if isinstance(value, np.generic) else value
    # JSON knows neither NaN nor infinity.
    unknown = number is pd.NA or (isinstance(number, float) and not math.isfinite(number))
    return None if unknown else number
