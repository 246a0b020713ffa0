"""Tables of how training went."""

import pandas as pd

from analysis.report.numbers import fraction, signed
from analysis.report.tables.table import Table
from analysis.report.tables.wording import means


def overfitting_table(overfitting: pd.DataFrame) -> Table:
    """When validation was best, and what was lost after it.

    Args:
        overfitting: what `analysis.curves.overfitting` returned.

    Returns:
        The table "overfitting".
    """
    shown = pd.DataFrame({"experiment": overfitting["experiment"]})
    shown["epochs"] = [f"{x:.0f}" for x in overfitting["epochs"]]
    shown["best epoch"] = [
        _range(*x)
        for x in zip(overfitting["best_epoch_min"], overfitting["best_epoch_max"], strict=True)
    ]
    shown["best val."] = [fraction(x, 3) for x in overfitting["best_val_accuracy"]]
    shown["lost after it"] = means(overfitting, "lost", "lost_sd", digits=3)
    shown["gap at best"] = [signed(x) for x in overfitting["gap_at_best"]]
    shown["gap at end"] = [signed(x) for x in overfitting["gap_at_end"]]
    shown["loss rise"] = [signed(x, 2) for x in overfitting["val_loss_rise"]]
    shown["verdict"] = overfitting["verdict"]
    return Table(
        name="overfitting",
        title="Does it overfit?",
        frame=overfitting,
        shown=shown,
        note=(
            "Epochs count from 1; two numbers: over seeds. Lost after it: validation accuracy of "
            "the best epoch less that of the last. Gap: training (augmented images) less "
            "validation accuracy. Loss rise: validation loss of the last epoch over its lowest."
        ),
        labels=("experiment", "verdict"),
        is_detail=True,
    )


def _range(first: float, last: float) -> str:
    """Epochs counted from 1."""
    low, high = int(first) + 1, int(last) + 1
    return str(low) if low == high else f"{low}–{high}"
