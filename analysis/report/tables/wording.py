"""Sentences below tables, and cells that several of them have."""

from collections.abc import Iterable

import pandas as pd

from analysis.report.numbers import count_of, interval, with_sd
from bench.experiments.spec import Published


def means(rows: pd.DataFrame, mean: str, sd: str, digits: int = 2) -> list[str]:
    """A cell a row: mean and standard deviation."""
    return [with_sd(*x, digits) for x in zip(rows[mean], rows[sd], strict=True)]


def intervals(rows: pd.DataFrame, low: str = "low", high: str = "high") -> list[str]:
    """A cell a row: the bounds of an interval of fractions."""
    return [interval(*x) for x in zip(rows[low], rows[high], strict=True)]


def direction(rows: pd.DataFrame, count: str, n: str) -> list[str]:
    """A cell a row: how many of how many."""
    return [count_of(*x) for x in zip(rows[count], rows[n], strict=True)]


def headings(experiments: Iterable[str], shown: pd.DataFrame) -> dict[str, str]:
    """What to put above each experiment's column: its name, unless a column of `shown` has that."""
    return {name: f"experiment {name}" if name in shown else name for name in experiments}


def sources(used: Iterable[Published]) -> str:
    """Where published figures come from."""
    named = dict.fromkeys(each.source.rstrip(".") for each in used if each.source)
    return f"publ.: published ({'; '.join(named)})." if named else "publ.: published figures."


def sentences(*parts: str) -> str:
    """The parts that are not empty, one after the other."""
    return " ".join(part for part in parts if part)
