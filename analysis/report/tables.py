"""The tables of a report: the numbers, and how they are shown to people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from analysis.confusion import POOLED
from analysis.report.numbers import (
    MISSING,
    count_of,
    duration,
    fraction,
    interval,
    percent,
    sd_note,
    with_sd,
)
from bench.experiments.spec import Published


@dataclass(frozen=True, eq=False)
class Table:
    """One table of a report.

    `frame` is tidy and of full precision: it goes to CSV and JSON. `shown` holds the strings that
    people read. `labels` are the columns of `shown` that say what a row is. Headings in `shown`
    may start with the name of one of `experiments`, which a narrow renderer may replace by a
    letter and a key. It may also leave out the columns in `intervals`, which `interval_note`
    explains.
    """

    name: str
    title: str
    frame: pd.DataFrame
    shown: pd.DataFrame
    note: str
    labels: tuple[str, ...]
    experiments: tuple[str, ...] = ()
    intervals: tuple[str, ...] = ()
    interval_note: str = ""

    def full_note(self, with_intervals: bool = True) -> str:
        """The note, and what the intervals are or, where they are left out, where to find them."""
        if not self.intervals:
            return self.note
        left_out = f"No room here for the 95 % intervals; they are in {self.name}.csv."
        return f"{self.note} {self.interval_note if with_intervals else left_out}"


def summary_table(
    summary: pd.DataFrame, published: Mapping[str, Published] = MappingProxyType({})
) -> Table:
    """The experiments side by side, published figures beside ours where there are any.

    Args:
        summary: what `analysis.summary.summarise` returned.
        published: figures by experiment, for their sources.

    Returns:
        The table "summary".
    """
    shown = pd.DataFrame({"experiment": summary["experiment"]})
    shown["seeds"] = [str(n) for n in summary["n_seeds"]]
    for name in ("accuracy", "macro_accuracy", "macro_f1"):
        shown[_HEADINGS[name]] = _means(summary, name, f"{name}_sd", digits=3)
        beside = f"published_{name}"
        if beside in summary and summary[beside].notna().any():
            shown[f"{_HEADINGS[name]} (publ.)"] = [fraction(x, 3) for x in summary[beside]]
    shown["NLL"] = [fraction(x) for x in summary["nll"]]
    shown["ECE"] = [fraction(x, 3) for x in summary["ece"]]
    shown["time"] = [duration(x) for x in summary["seconds"]]
    return Table(
        name="summary",
        title="Experiments",
        frame=summary,
        shown=shown,
        note=_summary_note(summary, published),
        labels=("experiment",),
    )


def per_class_table(
    table: pd.DataFrame, published: Mapping[str, Published] = MappingProxyType({})
) -> Table:
    """Accuracy per class: a row a class, a column an experiment.

    Args:
        table: what `analysis.per_class.per_class` returned.
        published: figures by experiment, for their sources.

    Returns:
        The table "per_class". A narrow renderer may leave out its intervals.
    """
    classes, experiments = list(table["class"].unique()), list(table["experiment"].unique())
    shown = pd.DataFrame({"class": classes})
    counts = table.groupby("class", sort=False)["n"].unique()
    shown["n"] = ["/".join(str(n) for n in counts[name]) for name in classes]
    intervals = []
    for name in experiments:
        rows = table.loc[table["experiment"] == name]
        shown[name] = _means(rows, "accuracy", "sd")
        if rows["published"].notna().any():
            shown[f"{name} (publ.)"] = [fraction(x) for x in rows["published"]]
        intervals.append(f"{name} (95 %)")
        shown[intervals[-1]] = [interval(*x) for x in zip(rows["low"], rows["high"], strict=True)]
    return Table(
        name="per_class",
        title="Accuracy per class",
        frame=table,
        shown=shown,
        note=_per_class_note(table, published),
        labels=("class",),
        experiments=tuple(experiments),
        intervals=tuple(intervals),
        interval_note=(
            "95 %: Wilson interval over the test images at the mean accuracy; it does not hold the "
            "spread over seeds."
        ),
    )


def confused_pairs_table(pairs: pd.DataFrame, top: int = 10) -> Table:
    """The pairs of classes that are most often taken for one another, over all experiments.

    Args:
        pairs: what `analysis.confusion.confused_pairs` returned.
        top: how many pairs are shown, 1 or more; the frame keeps them all.

    Returns:
        The table "confused_pairs": both directions pooled, then the errors in each experiment.
    """
    pooled = pairs.loc[pairs["experiment"] == POOLED]
    worst = pooled.head(top)
    experiments = [name for name in pairs["experiment"].unique() if name != POOLED]
    shown = pd.DataFrame({"#": [str(rank) for rank in worst["rank"]]})
    shown["a ↔ b"] = [f"{a} ↔ {b}" for a, b in zip(worst["a"], worst["b"], strict=True)]
    shown["a called b"] = _direction(worst, "a_as_b", "n_a")
    shown["b called a"] = _direction(worst, "b_as_a", "n_b")
    shown["share"] = [percent(x) for x in worst["share"]]
    if len(experiments) > 1:
        errors = pairs.set_index(["a", "b", "experiment"])["errors"].to_dict()
        for name in experiments:
            keys = zip(worst["a"], worst["b"], strict=True)
            shown[name] = [str(errors.get((a, b, name), 0)) for a, b in keys]
    return Table(
        name="confused_pairs",
        title="Confused pairs",
        frame=pairs,
        shown=shown,
        note=_pairs_note(len(worst), len(pooled), len(experiments)),
        labels=("#", "a ↔ b"),
        experiments=tuple(experiments),
    )


def pair_table(rows: pd.DataFrame) -> Table:
    """One pair of classes, both directions, in each experiment and pooled.

    Args:
        rows: what `analysis.confusion.pair` returned.

    Returns:
        The table "pair".
    """
    a, b = (rows["a"].iloc[0], rows["b"].iloc[0]) if len(rows) else ("a", "b")
    shown = pd.DataFrame({"experiment": rows["experiment"]})
    shown[f"{a} called {b}"] = _direction(rows, "a_as_b", "n_a")
    shown[f"{b} called {a}"] = _direction(rows, "b_as_a", "n_b")
    shown["share"] = [percent(x) for x in rows["share"]]
    shown["rank"] = [MISSING if pd.isna(rank) else str(rank) for rank in rows["rank"]]
    return Table(
        name="pair",
        title=f"{a} and {b}" if len(rows) else "One pair",
        frame=rows,
        shown=shown,
        note=(
            "Of the predictions for test images of the one class (images × seeds), those that "
            f'named the other. "{POOLED}": the experiments put together. Share: of all errors '
            "made. Rank 1: the pair with the most errors."
        ),
        labels=("experiment",),
    )


_HEADINGS = {"accuracy": "accuracy", "macro_accuracy": "macro accuracy", "macro_f1": "macro F1"}


def _means(rows: pd.DataFrame, mean: str, sd: str, digits: int = 2) -> list[str]:
    return [with_sd(*x, digits) for x in zip(rows[mean], rows[sd], strict=True)]


def _direction(rows: pd.DataFrame, count: str, n: str) -> list[str]:
    return [count_of(*x) for x in zip(rows[count], rows[n], strict=True)]


def _summary_note(summary: pd.DataFrame, published: Mapping[str, Published]) -> str:
    sizes = sorted(set(summary["n"]))
    images = f"Test images: {' / '.join(str(n) for n in sizes)}." if sizes else ""
    used = [
        published[name]
        for name in summary["experiment"]
        if published.get(name) not in (None, _NONE)
    ]
    beside = summary[["published_accuracy", "published_macro_accuracy"]].notna().any(axis=None)
    return _sentences(
        sd_note(summary["n_seeds"]),
        "Macro: mean over classes, each counting the same. NLL: negative log likelihood, in nats. "
        "ECE: expected calibration error. Time: mean wall time of a run.",
        images,
        _sources(used) if beside else "",
    )


def _per_class_note(table: pd.DataFrame, published: Mapping[str, Published]) -> str:
    present = set(table["experiment"])
    used = [each for name, each in published.items() if name in present and each.per_class]
    unknown = {name for each in used for name in each.per_class} - set(table["class"])
    return _sentences(
        sd_note(table["n_seeds"]),
        "n: test images of the class, the same for every seed.",
        _sources(used) if table["published"].notna().any() else "",
        f"Published figures for classes that are not here: {', '.join(sorted(unknown))}."
        if unknown
        else "",
    )


def _pairs_note(n_shown: int, n_pairs: int, n_experiments: int) -> str:
    if not n_pairs:
        return "No test image was named wrongly."
    counted = "images × seeds × experiments" if n_experiments > 1 else "images × seeds"
    return _sentences(
        f"a called b: of the predictions for test images of a ({counted}), those that named b. "
        "Share: of all errors made.",
        "Under an experiment's name: its errors in both directions." if n_experiments > 1 else "",
        f"The {n_shown} worst of {n_pairs} pairs; the rest are in confused_pairs.csv."
        if n_shown < n_pairs
        else "",
    )


_NONE = Published()


def _sources(used: Iterable[Published]) -> str:
    sources = dict.fromkeys(each.source.rstrip(".") for each in used if each.source)
    return f"publ.: published ({'; '.join(sources)})." if sources else "publ.: published figures."


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)
