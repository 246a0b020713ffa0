"""The table of runs whose figures flatter: on seeds by which their settings were chosen."""

import pandas as pd

from analysis.report.numbers import fraction, signed
from analysis.report.tables.table import Table
from analysis.searched_seeds import searched_seeds


def searched_seeds_table(metrics: pd.DataFrame, searched: pd.DataFrame) -> Table:
    """Accuracy on new seeds, which counts, and apart from it that on the seeds searched.

    Args:
        metrics: a row a run on new seeds.
        searched: a row a run on a seed searched; at least one.

    Returns:
        The table "searched_seeds".
    """
    frame = searched_seeds(metrics, searched)
    shown = pd.DataFrame({"experiment": frame["experiment"]})
    shown["new seeds"] = [str(n) for n in frame["n_new"]]
    shown["seeds searched"] = [str(n) for n in frame["n_searched"]]
    for name, title in (("accuracy", "accuracy"), ("macro_accuracy", "macro")):
        shown[f"{title}, new"] = [fraction(x, 3) for x in frame[f"{name}_new"]]
        shown[f"{title}, searched"] = [fraction(x, 3) for x in frame[f"{name}_searched"]]
        by = frame[f"{name}_searched"] - frame[f"{name}_new"]
        shown[f"{title}, difference"] = [signed(x) for x in by]
    return Table(
        name="searched_seeds",
        title="Seeds searched flatter",
        frame=frame,
        shown=shown,
        note=(
            "The settings of these experiments were chosen on the validation images of the seeds "
            "searched. Runs on them are in no other table; new seeds are what counts. Means over "
            "seeds, test images."
        ),
        labels=("experiment",),
    )
