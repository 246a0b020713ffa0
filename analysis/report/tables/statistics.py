"""Tables that say whether a difference is real."""

from collections.abc import Iterable

import pandas as pd

from analysis.report.numbers import fraction, p_value, signed, signed_interval, with_sd
from analysis.report.tables.table import Table
from analysis.report.tables.wording import sentences
from analysis.statistics.basis import BOTH

_MEASURES = {
    "accuracy": "accuracy",
    "macro_accuracy": "macro accuracy",
    "macro_f1": "macro F1",
    "nll": "NLL",
    "ece": "ECE",
}


def comparisons_table(comparisons: pd.DataFrame, top: int = 15) -> Table:
    """Pairs of experiments on the same test images, by accuracy and macro accuracy.

    Args:
        comparisons: what `analysis.statistics.comparisons.compare` returned, its pairs in the
            order in which they are to be shown.
        top: how many pairs are shown; the frame keeps them all.

    Returns:
        The table "comparisons": the one that is better by accuracy as a, beside it the difference
        in macro accuracy of the same two.
    """
    pairs = comparisons.loc[comparisons["measure"] == "accuracy"]
    rows = pairs.head(top)
    macro = _other_measure(comparisons, rows)
    pairs_of = zip(rows["a"], rows["b"], strict=True)
    shown = pd.DataFrame({"a − b": [f"{a} − {b}" for a, b in pairs_of]})
    shown["difference"] = [signed(x) for x in rows["difference"]]
    shown["difference (95 %)"] = _intervals(rows)
    shown["p"] = [p_value(x) for x in rows["p"]]
    shown["p (Holm)"] = [p_value(x) for x in rows["p_holm"]]
    shown["verdict"] = [
        f"{verdict}{' *' if basis != BOTH else ''}"
        for verdict, basis in zip(rows["verdict"], rows["basis"], strict=True)
    ]
    shown["macro"] = [signed(x) for x in macro["difference"]]
    shown["macro p (Holm)"] = [p_value(x) for x in macro["p_holm"]]
    shown["McNemar"] = [p_value(x) for x in rows["mcnemar_p"]]
    return Table(
        name="comparisons",
        title="Is the difference real?",
        frame=comparisons,
        shown=shown,
        note=_note(rows, len(pairs)),
        labels=("a − b", "verdict"),
        intervals=("difference (95 %)",),
        interval_note="95 %: where the difference would lie with other images and other seeds.",
    )


def seed_intervals_table(table: pd.DataFrame) -> Table:
    """What the seeds alone say: Student's intervals of the means.

    Args:
        table: what `analysis.statistics.seeds.seed_intervals` returned.

    Returns:
        The table "seed_intervals".
    """
    experiments = list(table["experiment"].unique())
    shown = pd.DataFrame({"experiment": experiments})
    first = table.drop_duplicates("experiment").set_index("experiment")
    shown["seeds"] = [str(first.loc[name, "n_seeds"]) for name in experiments]
    for measure, heading in _MEASURES.items():
        rows = table.loc[table["measure"] == measure]
        half_widths = (rows["high"] - rows["low"]) / 2
        shown[heading] = [with_sd(*x, 3) for x in zip(rows["mean"], half_widths, strict=True)]
    return Table(
        name="seed_intervals",
        title="Means over seeds, with Student's intervals",
        frame=table,
        shown=shown,
        note=(
            "± is half the 95 % interval in which the mean over ever more seeds would lie, on "
            "these test images (t with seeds - 1 degrees of freedom); unknown with one seed."
        ),
        labels=("experiment",),
        is_detail=True,
    )


def class_differences_table(differences: pd.DataFrame, top: int = 12) -> Table:
    """The classes in which the best experiment differs from the others.

    Args:
        differences: what `analysis.statistics.class_differences.class_differences` returned for
            the best experiment as a; at least one row.
        top: how many rows are shown, those with the least p-values; the frame keeps them all.

    Returns:
        The table "class_differences".
    """
    rows = differences.sort_values(["p", "p_holm"], kind="stable").head(top)
    best = str(differences["a"].iloc[0])
    shown = pd.DataFrame({"class": rows["class"].to_numpy()})
    shown["n"] = [str(n) for n in rows["n"]]
    shown["accuracy"] = [fraction(x) for x in rows["accuracy_a"]]
    shown["against"] = rows["b"].to_numpy()
    shown["its accuracy"] = [fraction(x) for x in rows["accuracy_b"]]
    shown["better by"] = [signed(x, 2) for x in rows["difference"]]
    shown["better by (95 %)"] = _intervals(rows, digits=2)
    shown["p (Holm)"] = [p_value(x) for x in rows["p_holm"]]
    return Table(
        name="class_differences",
        title=f"Classes in which {best} differs from others",
        frame=differences,
        shown=shown,
        note=sentences(
            "p: over images and seeds, two-sided, corrected by Holm over all classes and pairs.",
            f"The {len(rows)} clearest of {len(differences)}; the rest are in "
            "class_differences.csv."
            if len(rows) < len(differences)
            else "",
        ),
        labels=("class", "against"),
        intervals=("better by (95 %)",),
        interval_note="95 %: with other test images and other seeds, for this class alone.",
        is_detail=True,
    )


def _other_measure(comparisons: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Macro accuracy's comparisons of the same pairs, with the sign of a - b."""
    macro = comparisons.loc[comparisons["measure"] == "macro_accuracy"]
    forth = macro.set_index(["a", "b"])[["difference", "p_holm"]]
    back = macro.set_index(["b", "a"])[["difference", "p_holm"]]
    back["difference"] = -back["difference"]
    known = pd.concat([forth, back.rename_axis(["a", "b"])])
    return known.reindex(pd.MultiIndex.from_frame(rows[["a", "b"]]))


def _intervals(rows: pd.DataFrame, digits: int = 3) -> list[str]:
    return [signed_interval(*x, digits) for x in zip(rows["low"], rows["high"], strict=True)]


def _note(rows: pd.DataFrame, n_pairs: int) -> str:
    if not n_pairs:
        return "There is nothing to compare with: only one experiment has results."
    return sentences(
        "Accuracy, paired by test image. p: two-sided, over images and seeds; (Holm): corrected "
        'over all pairs, "better" where below 0.05. Macro: the same for macro accuracy. McNemar: '
        "exact, runs of the same seed, twice the mean p; it speaks of these networks alone.",
        _one_seed(rows["basis"]),
        f"The first {len(rows)} of {n_pairs} pairs; the rest are in comparisons.csv."
        if len(rows) < n_pairs
        else "",
    )


def _one_seed(bases: Iterable[str]) -> str:
    if set(bases) <= {BOTH}:
        return ""
    return (
        "* One of the two has one seed, or both: nothing is known of its spread over seeds, so "
        "this speaks of a trained network, not of the way of training it."
    )
