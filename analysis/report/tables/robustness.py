"""Tables of what is left of the accuracy on corrupted images."""

import math

import pandas as pd

from analysis.report.numbers import MISSING, fraction, percent, sd_note, signed
from analysis.report.tables.table import Table
from analysis.report.tables.wording import intervals, means, sentences
from analysis.robustness import CLEAN

_MEANING = (
    "mCA: mean corruption accuracy, over all corruptions and five strengths, on the same test "
    "images."
)


def robustness_table(summary: pd.DataFrame) -> Table:
    """What each experiment keeps.

    Args:
        summary: as `analysis.robustness.Robustness` has it.

    Returns:
        The table "robustness". A narrow renderer may leave out its interval.
    """
    shown = pd.DataFrame({"experiment": summary["experiment"]})
    shown["accuracy"] = means(summary, "accuracy", "accuracy_sd", digits=3)
    shown["mCA"] = means(summary, "mca", "mca_sd", digits=3)
    shown["mCA (95 %)"] = intervals(summary, "mca_low", "mca_high")
    shown["lost"] = [percent(x) for x in summary["relative_drop"]]
    shown["macro accuracy"] = means(summary, "macro_accuracy", "macro_accuracy_sd", digits=3)
    shown["macro mCA"] = means(summary, "macro_mca", "macro_mca_sd", digits=3)
    weakest = zip(summary["weakest"], summary["weakest_accuracy"], strict=True)
    shown["weakest"] = [f"{n} {fraction(x)}" if pd.notna(n) else MISSING for n, x in weakest]
    return Table(
        name="robustness",
        title="On corrupted images",
        frame=summary,
        shown=shown,
        note=sentences(
            _MEANING,
            "Lost: the share of the accuracy. Weakest: the corruption that leaves least, and what.",
            _images(summary),
            _incomplete(summary),
            sd_note(summary["n_seeds"]),
        ),
        labels=("experiment",),
        intervals=("mCA (95 %)",),
        interval_note=(
            "95 %: where the mCA would lie with other test images (a bootstrap over images); it "
            "does not hold the spread over seeds."
        ),
        is_detail=True,
    )


def _images(summary: pd.DataFrame) -> str:
    """On how many images; where they are not all of them, that is said."""
    sizes = list(dict.fromkeys(zip(summary["n"], summary["n_test"], strict=True)))
    if len(sizes) == 1:
        n, n_test = sizes[0]
        return f"Test images: {n}." if n == n_test else f"On {n} of {n_test} test images alone."
    of_each = "; ".join(
        f"{row['experiment']} {row['n']} of {row['n_test']}" for row in summary.to_dict("records")
    )
    return f"Not on the same test images: {of_each}."


def _incomplete(summary: pd.DataFrame) -> str:
    n_all = 9 if summary.empty else int(summary["n_corruptions"].max())
    less = [
        str(row["experiment"])
        for row in summary.to_dict("records")
        if not math.isfinite(row["mca"])
    ]
    if less:
        return f"No mCA where corruptions or images were left out: {', '.join(less)}."
    return f"Corruptions: {n_all}."


def robustness_strengths_table(strengths: pd.DataFrame, summary: pd.DataFrame) -> Table:
    """The accuracy of each experiment at each strength of each corruption.

    Args:
        strengths: as `analysis.robustness.Robustness` has it.
        summary: likewise; who has an mCA has it here in a row of its own.

    Returns:
        The table "robustness_strengths", whose frame has them row by row.
    """
    has_mean = set(summary.loc[summary["mca"].notna(), "experiment"])
    rows = [
        row
        for name, own in strengths.groupby("experiment", sort=False)
        for row in _by_strength(str(name), own, name in has_mean)
    ]
    return Table(
        name="robustness_strengths",
        title="Accuracy by corruption and strength",
        frame=strengths,
        shown=pd.DataFrame(rows).fillna(MISSING),
        note="1 to 5: strengths. Mean: over strengths; in the row all it is the mCA. "
        "Change: from the accuracy on the images as they are.",
        labels=("experiment", "corruption"),
        is_detail=True,
        in_terminal=False,
    )


def _by_strength(experiment: str, own: pd.DataFrame, has_mean: bool) -> list[dict[str, str]]:
    """A row a corruption and, where the experiment has an mCA, one for their mean."""
    clean = float(own.loc[own["corruption"] == CLEAN, "accuracy"].iloc[0])
    grid = own.loc[own["corruption"] != CLEAN].pivot_table(
        index="corruption", columns="strength", values="accuracy", sort=False
    )
    lines = [*grid.iterrows()] + ([("all", grid.mean())] if has_mean else [])
    return [
        {
            "experiment": experiment,
            "corruption": str(kind),
            "clean": fraction(clean),
            **{str(strength): fraction(values[strength]) for strength in grid.columns},
            "mean": fraction(float(values.mean()), 3 if kind == "all" else 2),
            "change": signed(float(values.mean()) - clean, 2),
        }
        for kind, values in lines
    ]


def robustness_classes_table(classes: pd.DataFrame) -> Table:
    """What each experiment keeps of its accuracy on each class.

    Args:
        classes: as `analysis.robustness.Robustness` has it.

    Returns:
        The table "robustness_classes", whose frame has it row by row.
    """
    kinds = [str(kind) for kind in classes["corruption"].unique() if kind not in (CLEAN, "all")]
    rows = []
    for (name, experiment), own in classes.groupby(["class", "experiment"], sort=False):
        accuracy = own.set_index("corruption")["accuracy"]
        rows.append(
            {
                "class": name,
                "experiment": experiment,
                "n": str(own["n"].iloc[0]),
                "clean": fraction(accuracy[CLEAN]),
                "corrupted": fraction(accuracy["all"]),
                "change": signed(accuracy["all"] - accuracy[CLEAN], 2),
                **{kind: fraction(accuracy.get(kind, math.nan)) for kind in kinds},
            }
        )
    return Table(
        name="robustness_classes",
        title="Accuracy per class on corrupted images",
        frame=classes,
        shown=pd.DataFrame(rows),
        note="Corrupted: over all corruptions and strengths, each corruption counting the same. "
        "n: images of the class, each in every variant.",
        labels=("class", "experiment"),
        is_detail=True,
        in_terminal=False,
    )
