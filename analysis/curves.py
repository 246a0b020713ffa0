"""How training went, epoch by epoch: curves, changes of the recipe, overfitting."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

MEASURES = ("train_loss", "val_loss", "train_accuracy", "val_accuracy", "val_macro_accuracy")
_RUN = ["experiment", "seed"]
_SMALLEST_STEP = np.log(1.01)
_STANDS_OUT = 10


def learning_curves(histories: pd.DataFrame, experiments: Sequence[str]) -> pd.DataFrame:
    """Each measure of each epoch, mean and spread over the seeds that reached the epoch.

    Args:
        histories: a row an epoch of a run: `experiment, seed` and the columns of history.csv.
        experiments: names in the order wanted. Others in `histories` are left out.

    Returns:
        A row an experiment, epoch and measure, in that order: `experiment, epoch` (from 0, as in
        history.csv), `measure` (one of `MEASURES`), `mean, low, high` (mean ± the standard
        deviation over seeds, ddof = 1; NaN with one), `n_seeds` (that reached the epoch). Losses
        in nats, accuracies as fractions.
    """
    columns = ["experiment", "epoch", "measure", "mean", "low", "high", "n_seeds"]
    ordered = _ordered(histories, experiments)
    if ordered.empty:
        return pd.DataFrame(columns=columns)
    long = ordered.melt(["experiment", "epoch"], list(MEASURES), "measure", "value")
    long["measure"] = pd.Categorical(long["measure"], categories=list(MEASURES))
    groups = long.groupby(["experiment", "epoch", "measure"], observed=True)["value"]
    table = groups.agg(["mean", "std", "size"]).reset_index()
    table["low"], table["high"] = table["mean"] - table["std"], table["mean"] + table["std"]
    table = table.rename(columns={"size": "n_seeds"})
    return table.astype({"experiment": "str", "measure": "str"})[columns]


def changes(histories: pd.DataFrame, experiments: Sequence[str]) -> pd.DataFrame:
    """The epochs at which blocks were unfrozen or frozen, and the learning rate made a step.

    A step is a change by more than 1 % that stands out from its neighbours: their logarithms of
    rate / rate of the epoch before are below a tenth of its own. A cosine or a warm-up, which
    changes at every epoch, is not marked, nor is the rise after a warm-up of one epoch. Freezing
    and unfreezing as many parameters at once cannot be seen in a history.

    Args:
        histories: as for `learning_curves`.
        experiments: names in the order wanted. Others in `histories` are left out.

    Returns:
        A row an experiment, epoch and kind that any of its seeds has: `experiment, epoch` (the
        first one with the new value; from 0, as in history.csv), `kind` ("unfreeze", "freeze",
        "learning rate"), `before, after` (trainable parameters, or learning rate, float64; of the
        first seed that has it). By experiment, epoch and kind in that order.
    """
    ordered = _ordered(histories, experiments)
    runs = ordered.groupby(_RUN, observed=True)
    count, rate = ordered["trainable_parameters"], ordered["learning_rate"]
    count_before = runs["trainable_parameters"].shift(1)
    found = [
        _marks(ordered, count > count_before, "unfreeze", count_before, count),
        _marks(ordered, count < count_before, "freeze", count_before, count),
        _marks(ordered, _steps(ordered), "learning rate", runs["learning_rate"].shift(1), rate),
    ]
    # Stable, so that kinds keep their order, and the first seed that has a change stands first.
    whole = pd.concat(found).sort_values(["experiment", "epoch"], kind="stable")
    whole = whole.drop_duplicates(["experiment", "epoch", "kind"])
    return whole.astype({"experiment": "str"}).reset_index(drop=True)


def overfitting(histories: pd.DataFrame, experiments: Sequence[str]) -> pd.DataFrame:
    """When each experiment was at its best on validation, and what further training cost.

    Training accuracy is that of the training steps, under augmentation and while the weights
    change, so a gap to validation may be negative.

    Args:
        histories: as for `learning_curves`.
        experiments: names in the order wanted. Others in `histories` are left out.

    Returns:
        A row an experiment that has a history, means over seeds: `experiment, n_seeds, epochs`
        (number trained), `best_epoch` (of the highest validation accuracy; ties: the lower
        validation loss, then the earlier, as selection has it), `best_epoch_min, best_epoch_max`,
        `best_val_accuracy, final_val_accuracy, lost` (best - final), `lost_sd` (ddof = 1, NaN
        with one seed), `gap_at_best, gap_at_end` (training - validation accuracy),
        `lowest_val_loss_epoch, val_loss_rise` (final - lowest validation loss, nats), `verdict`.
        Epochs in columns count from 0, as in history.csv.

        The verdict, in which epochs count from 1: "overfits from epoch N on", where the lowest
        validation loss (mean epoch, rounded) comes before the last tenth of the training and the
        final loss is more than 5 % above it; N is the epoch after the lowest. "still improving",
        where both that and the best epoch lie in the last tenth. Else "levels off". Of a single
        epoch: "too short to say".
    """
    ordered = _ordered(histories, experiments)
    if ordered.empty:
        return pd.DataFrame(columns=_overfitting_columns())
    groups = _of_runs(ordered).groupby("experiment", observed=True)
    table = groups[_MEANS].mean()
    table["n_seeds"] = groups.size()
    table["best_epoch_min"] = groups["best_epoch"].min()
    table["best_epoch_max"] = groups["best_epoch"].max()
    table["lost_sd"] = groups["lost"].std(ddof=1)
    table["verdict"] = [
        _verdict(*values) for values in zip(*(table[name] for name in _JUDGED), strict=True)
    ]
    table = table.reset_index().astype({"experiment": "str"})
    return table[_overfitting_columns()]


_MEANS = [
    "epochs",
    "best_epoch",
    "best_val_accuracy",
    "final_val_accuracy",
    "lost",
    "gap_at_best",
    "gap_at_end",
    "lowest_val_loss_epoch",
    "val_loss_rise",
    "lowest_val_loss",
]
_JUDGED = ["epochs", "best_epoch", "lowest_val_loss_epoch", "lowest_val_loss", "val_loss_rise"]


def _overfitting_columns() -> list[str]:
    return [
        *("experiment", "n_seeds", "epochs", "best_epoch", "best_epoch_min", "best_epoch_max"),
        *("best_val_accuracy", "final_val_accuracy", "lost", "lost_sd", "gap_at_best"),
        *("gap_at_end", "lowest_val_loss_epoch", "val_loss_rise", "verdict"),
    ]


def _ordered(histories: pd.DataFrame, experiments: Sequence[str]) -> pd.DataFrame:
    """The wanted rows by experiment (a category, in the order wanted), seed and epoch."""
    names = list(dict.fromkeys(experiments))
    wanted = histories.loc[histories["experiment"].isin(names)]
    experiment = pd.Categorical(wanted["experiment"], categories=names)
    ordered = wanted.assign(experiment=experiment)
    return ordered.sort_values([*_RUN, "epoch"], ignore_index=True)


def _steps(ordered: pd.DataFrame) -> "pd.Series[bool]":
    """Where the learning rate made a step against the epoch before."""
    log_rate: pd.Series[float] = np.log(ordered["learning_rate"].clip(lower=np.finfo(float).tiny))
    runs = [ordered["experiment"], ordered["seed"]]
    change = log_rate.groupby(runs, observed=True).diff()
    size = change.abs()
    earlier = size.groupby(runs, observed=True).shift(1)
    later = size.groupby(runs, observed=True).shift(-1)
    around = pd.concat([earlier, later], axis=1).max(axis=1)  # NaN where there are only two epochs
    warmed_up = earlier.isna() & (change > 0)
    marked: pd.Series[bool] = (size > _SMALLEST_STEP) & (around < size / _STANDS_OUT) & ~warmed_up
    return marked


def _marks(
    ordered: pd.DataFrame,
    where: "pd.Series[bool]",
    kind: str,
    before: "pd.Series[float]",
    after: "pd.Series[float]",
) -> pd.DataFrame:
    marked = ordered.loc[where, ["experiment", "epoch"]]
    return marked.assign(
        kind=kind, before=before[where].astype(float), after=after[where].astype(float)
    )


def _of_runs(ordered: pd.DataFrame) -> pd.DataFrame:
    """A row a run: its best, final and lowest epochs, and what lies between them."""
    by_accuracy = ordered.sort_values(
        ["val_accuracy", "val_loss", "epoch"], ascending=[False, True, True]
    )
    by_loss = ordered.sort_values(["val_loss", "epoch"])
    # nth, unlike first, does not pass over NaN: rows stay rows.
    best, lowest, final = (
        table.groupby(_RUN, observed=True).nth(which).set_index(_RUN)
        for table, which in ((by_accuracy, 0), (by_loss, 0), (ordered, -1))
    )
    return pd.DataFrame(
        {
            "epochs": ordered.groupby(_RUN, observed=True).size(),
            "best_epoch": best["epoch"],
            "best_val_accuracy": best["val_accuracy"],
            "final_val_accuracy": final["val_accuracy"],
            "lost": best["val_accuracy"] - final["val_accuracy"],
            "gap_at_best": best["train_accuracy"] - best["val_accuracy"],
            "gap_at_end": final["train_accuracy"] - final["val_accuracy"],
            "lowest_val_loss_epoch": lowest["epoch"],
            "lowest_val_loss": lowest["val_loss"],
            "val_loss_rise": final["val_loss"] - lowest["val_loss"],
        }
    )


def _verdict(
    epochs: float, best_epoch: float, lowest_epoch: float, lowest_loss: float, rise: float
) -> str:
    if epochs <= 1:
        return "too short to say"
    last_tenth = epochs - np.ceil(epochs / 10)
    best, lowest = int(best_epoch + 0.5), int(lowest_epoch + 0.5)
    if lowest < last_tenth and rise > 0.05 * lowest_loss:
        return f"overfits from epoch {lowest + 2} on"
    if min(best, lowest) >= last_tenth:
        return "still improving"
    return "levels off"
