"""Tables of pairs of classes."""

import pandas as pd

from analysis.confusion import POOLED
from analysis.report.numbers import MISSING, p_value, percent, signed, signed_interval
from analysis.report.tables.table import Table
from analysis.report.tables.wording import direction, headings, intervals, sentences


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
    names = [name for name in pairs["experiment"].unique() if name != POOLED]
    shown = pd.DataFrame({"#": [str(rank) for rank in worst["rank"]]})
    shown["a ↔ b"] = [f"{a} ↔ {b}" for a, b in zip(worst["a"], worst["b"], strict=True)]
    shown["a called b"] = direction(worst, "a_as_b", "n_a")
    shown["a called b (95 %)"] = intervals(worst, "a_as_b_low", "a_as_b_high")
    shown["b called a"] = direction(worst, "b_as_a", "n_b")
    shown["b called a (95 %)"] = intervals(worst, "b_as_a_low", "b_as_a_high")
    shown["share"] = [percent(x) for x in worst["share"]]
    named = headings(names, shown)
    if len(names) > 1:
        errors = pairs.set_index(["a", "b", "experiment"])["errors"].to_dict()
        for name, heading in named.items():
            keys = zip(worst["a"], worst["b"], strict=True)
            shown[heading] = [str(errors.get((a, b, name), 0)) for a, b in keys]
    return Table(
        name="confused_pairs",
        title="Confused pairs",
        frame=pairs,
        shown=shown,
        note=_pairs_note(len(worst), len(pooled), len(names)),
        labels=("#", "a ↔ b"),
        experiments=tuple(named.values()),
        intervals=("a called b (95 %)", "b called a (95 %)"),
        interval_note=_INTERVAL_NOTE,
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
    there, back = f"{a} called {b}", f"{b} called {a}"
    shown[there] = direction(rows, "a_as_b", "n_a")
    shown[f"{there} (95 %)"] = intervals(rows, "a_as_b_low", "a_as_b_high")
    shown[back] = direction(rows, "b_as_a", "n_b")
    shown[f"{back} (95 %)"] = intervals(rows, "b_as_a_low", "b_as_a_high")
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
        intervals=(f"{there} (95 %)", f"{back} (95 %)"),
        interval_note=_INTERVAL_NOTE,
    )


def resolved_pairs_table(resolved: pd.DataFrame, top: int = 10) -> Table:
    """The pairs of classes that the best experiment resolves, and those that it confuses more.

    Args:
        resolved: what `analysis.resolved_pairs.resolved_pairs` returned, of the best experiment
            against others, put together with the columns `better, other` before; at least one row.
        top: how many rows are shown, those of the largest differences; the frame keeps them all.

    Returns:
        The table "resolved_pairs".
    """
    best = str(resolved["better"].iloc[0])
    largest = resolved["difference"].abs().sort_values(ascending=False, kind="stable").index[:top]
    rows = resolved.loc[largest].sort_values("difference", ascending=False, kind="stable")
    pairs = zip(rows["a"], rows["b"], strict=True)
    shown = pd.DataFrame({"a ↔ b": [f"{a} ↔ {b}" for a, b in pairs]})
    shown["errors"] = [f"{x:.1f}" for x in rows["errors_better"]]
    shown["against"] = rows["other"].to_numpy()
    shown["its errors"] = [f"{x:.1f}" for x in rows["errors_other"]]
    shown["fewer"] = [signed(x, 1) for x in rows["difference"]]
    shown["fewer (95 %)"] = [
        signed_interval(*x, 1) for x in zip(rows["low"], rows["high"], strict=True)
    ]
    shown["p"] = [p_value(x) for x in rows["p"]]
    shown["p (Holm)"] = [p_value(x) for x in rows["p_holm"]]
    return Table(
        name="resolved_pairs",
        title=f"Pairs that {best} resolves better than others, and those it does not",
        frame=resolved,
        shown=shown,
        note=sentences(
            "Errors: test images of the two classes taken for one another, per run. p: sign-flip "
            "permutation over these images; (Holm): corrected over all pairs of classes; it speaks "
            "of these trained networks.",
            f"The {len(rows)} largest differences of {len(resolved)}; the rest are in "
            "resolved_pairs.csv."
            if len(rows) < len(resolved)
            else "",
        ),
        labels=("a ↔ b", "against"),
        intervals=("fewer (95 %)",),
        interval_note="95 %: with other images of the two classes.",
        is_detail=True,
    )


_INTERVAL_NOTE = (
    "95 %: Wilson interval over the distinct test images of the class; it does not hold the spread "
    "over seeds."
)


def _pairs_note(n_shown: int, n_pairs: int, n_experiments: int) -> str:
    if not n_pairs:
        return "No test image was named wrongly."
    counted = "images × seeds × experiments" if n_experiments > 1 else "images × seeds"
    return sentences(
        f"a called b: of the predictions for test images of a ({counted}), those that named b. "
        "Share: of all errors made.",
        "Under an experiment's name: its errors in both directions." if n_experiments > 1 else "",
        f"The {n_shown} worst of {n_pairs} pairs; the rest are in confused_pairs.csv."
        if n_shown < n_pairs
        else "",
    )
