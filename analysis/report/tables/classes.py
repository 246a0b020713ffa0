"""Tables of classes."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from analysis.report.numbers import fraction, sd_note
from analysis.report.tables.table import Table
from analysis.report.tables.wording import headings, intervals, means, sentences, sources
from bench.experiments.spec import Published


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
    classes = list(table["class"].unique())
    shown = pd.DataFrame({"class": classes})
    counts = table.groupby("class", sort=False)["n"].unique()
    shown["n"] = ["/".join(str(n) for n in counts[name]) for name in classes]
    named = headings(table["experiment"].unique(), shown)
    intervals_shown = []
    for name, heading in named.items():
        rows = table.loc[table["experiment"] == name]
        shown[heading] = means(rows, "accuracy", "sd")
        if rows["published"].notna().any():
            shown[f"{heading} (publ.)"] = [fraction(x) for x in rows["published"]]
        intervals_shown.append(f"{heading} (95 %)")
        shown[intervals_shown[-1]] = intervals(rows)
    return Table(
        name="per_class",
        title="Accuracy per class",
        frame=table,
        shown=shown,
        note=_per_class_note(table, published),
        labels=("class",),
        experiments=tuple(named.values()),
        intervals=tuple(intervals_shown),
        interval_note=(
            "95 %: Wilson interval over the test images at the mean accuracy; it does not hold the "
            "spread over seeds."
        ),
    )


def precision_table(table: pd.DataFrame) -> Table:
    """Precision, recall and F1 per class: a row a class, a column an experiment.

    Args:
        table: what `analysis.per_class.per_class` returned.

    Returns:
        The table "precision"; its frame is that of "per_class", whose accuracy is the recall.
    """
    classes = list(table["class"].unique())
    shown = pd.DataFrame({"class": classes})
    counts = table.groupby("class", sort=False)["n"].unique()
    shown["n"] = ["/".join(str(n) for n in counts[name]) for name in classes]
    named = headings(table["experiment"].unique(), shown)
    for name, heading in named.items():
        rows = table.loc[table["experiment"] == name]
        measures = zip(rows["precision"], rows["accuracy"], rows["f1"], strict=True)
        shown[heading] = [" / ".join(fraction(x) for x in each) for each in measures]
    return Table(
        name="precision",
        title="Precision / recall / F1 per class",
        frame=table[["class", "experiment", "n", "precision", "accuracy", "f1"]],
        shown=shown,
        note=(
            "Precision: of the images that were called so, those that are. Recall: of the images "
            "that are, those that were called so, which is the accuracy of the class. F1: their "
            "harmonic mean. Means over seeds; a dash where it is not defined. n: test images."
        ),
        labels=("class",),
        experiments=tuple(named.values()),
        is_detail=True,
    )


def extremes_table(table: pd.DataFrame) -> Table:
    """The classes that each experiment knows best and worst.

    Args:
        table: what `analysis.per_class.extremes` returned.

    Returns:
        The table "extremes".
    """
    experiments = list(table["experiment"].unique())
    shown = pd.DataFrame({"experiment": experiments})
    for side in ("best", "worst"):
        rows = table.loc[table["side"] == side]
        shown[side] = [
            ", ".join(
                f"{row['class']} {fraction(row['accuracy'])}"
                for _, row in rows.loc[rows["experiment"] == name].iterrows()
            )
            for name in experiments
        ]
    return Table(
        name="extremes",
        title="Best and worst classes",
        frame=table,
        shown=shown,
        note="Accuracy of the class, the mean over seeds; the best and the worst first.",
        labels=("experiment", "best", "worst"),
        is_detail=True,
    )


def _per_class_note(table: pd.DataFrame, published: Mapping[str, Published]) -> str:
    present = set(table["experiment"])
    used = [each for name, each in published.items() if name in present and each.per_class]
    unknown = {name for each in used for name in each.per_class} - set(table["class"])
    return sentences(
        sd_note(table["n_seeds"]),
        "n: test images of the class, the same for every seed.",
        sources(used) if table["published"].notna().any() else "",
        f"Published figures for classes that are not here: {', '.join(sorted(unknown))}."
        if unknown
        else "",
    )
