"""The report on two sides: what improved, what got worse."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.comparing import BROKEN, FIXED, IMPROVED, UNTOLD, WORSE, Compared, overall_changes
from analysis.report.numbers import fraction, p_value, signed, signed_interval
from analysis.report.record import Report
from analysis.report.tables.comparing import (
    changes_table,
    detail_tables,
    overall_table,
    side_words,
)

_OF_NETWORKS = "this holds for these trained networks only, not for the ways of training them."


@dataclass(frozen=True)
class Beside:
    """What must be said beside the numbers.

    `notice` is what no number may be read without; `remarks` are sentences on which runs were
    compared, `missing` lines on those that were not.
    """

    notice: str = ""
    remarks: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def report_on_two(
    suite: str, compared: Compared, sides: tuple[str, str], beside: Beside = Beside()
) -> Report:
    """The report on two experiments, or on one before and after.

    Args:
        suite: its name.
        compared: the two sides, named "before" and "after" where they are the same experiment.
        sides: what each side is, for the reader.
        beside: what else must be said.

    Returns:
        The tables "overall", "classes", "pairs" and "images".
    """
    headline = [_verdict(compared, sides), *_changes(compared), *_one_seed({"": compared})]
    return Report(
        suite=f"{suite}: {sides[0]} → {sides[1]}",
        tables=(overall_table(compared), *detail_tables(compared)),
        missing=beside.missing,
        notice=beside.notice,
        headline=(*headline, *beside.remarks),
    )


def report_on_folders(
    suite: str,
    compared: Mapping[str, Compared],
    folders: tuple[str, str],
    beside: Beside = Beside(),
) -> Report:
    """The report on a suite's experiments, before and after.

    Args:
        suite: its name.
        compared: by experiment, in the suite's order; at least one.
        folders: where the results before and after lie.
        beside: what else must be said.

    Returns:
        The table "overall" of all experiments; then of each, with its name in front, "classes",
        "pairs" and "images".
    """
    details = [table for name, one in compared.items() for table in detail_tables(one, name)]
    headline = [_verdicts(overall_changes(compared), folders), *_one_seed(compared)]
    return Report(
        suite=f"{suite}: {folders[0]} → {folders[1]}",
        tables=(changes_table(compared), *details),
        missing=beside.missing,
        notice=beside.notice,
        headline=(*headline, *beside.remarks),
    )


def _verdict(compared: Compared, sides: tuple[str, str]) -> str:
    """The sentence on accuracy."""
    row, (a, b) = compared.accuracy, side_words(compared)
    first, second = f"{a} ({sides[0]})", f"{b} ({sides[1]})"
    if row["verdict"] == UNTOLD:
        return (
            f"{_capital(first)} and {second} can't be told apart by their accuracy: {b} − {a} is "
            f"{signed(row['difference'])} (95 %: {signed_interval(row['low'], row['high'])}; "
            f"{_p(row['p'])})."
        )
    is_better = row["verdict"] == IMPROVED
    bounds = (row["low"], row["high"]) if is_better else (-row["high"], -row["low"])
    return (
        f"{_capital(second)} is {'better' if is_better else 'worse'} than {first} by "
        f"{fraction(abs(row['difference']), 3)} in accuracy "
        f"(95 %: {signed_interval(*bounds)}; {_p(row['p'])})."
    )


def _changes(compared: Compared) -> list[str]:
    """What improved and what got worse, by class and by image."""
    classes = compared.classes
    told = [
        f"{verdict}: {', '.join(names)}"
        for verdict in (IMPROVED, WORSE)
        if len(names := classes.loc[classes["verdict"] == verdict, "class"])
    ]
    counts = compared.images["change"].value_counts()
    n_fixed, n_broken = counts.get(FIXED, 0), counts.get(BROKEN, 0)
    return [
        f"Classes that {'; '.join(told)}." if told else "No class can be told to have changed.",
        f"Test images fixed: {n_fixed} of {compared.accuracy['n']}; broken: {n_broken}.",
    ]


def _verdicts(overall: pd.DataFrame, folders: tuple[str, str]) -> str:
    """The sentence on the accuracy of several experiments."""
    rows = overall.loc[overall["measure"] == "accuracy"]
    named = {verdict: ", ".join(each["experiment"]) for verdict, each in rows.groupby("verdict")}
    way = f"From {folders[0]} to {folders[1]}"
    if set(named) == {UNTOLD}:
        return f"{way} no experiment's accuracy can be told to have changed."
    told = "; ".join(f"{v}: {named[v]}" for v in (IMPROVED, WORSE, UNTOLD) if v in named)
    return f"{way}, accuracy {told}."


def _one_seed(compared: Mapping[str, Compared]) -> list[str]:
    """For what the figures hold where there is one seed, by experiment."""
    alone = [name for name, one in compared.items() if one.is_of_images_only]
    if not alone:
        return []
    where = "With one seed on a side"
    if len(alone) < len(compared):
        where = f"{', '.join(alone)}: with one seed on a side"
    return [f"{where}, nothing is known about the spread over seeds; {_OF_NETWORKS}"]


def _p(value: float) -> str:
    text = p_value(value)
    return f"p < {text[1:]}" if text.startswith("<") else f"p = {text}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
