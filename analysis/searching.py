"""A search's trials as tables: which were best, how the best one was come by, what it cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

PARAMETER = "param:"
_STATES = ("complete", "pruned", "failed", "running", "waiting")


@dataclass(frozen=True, eq=False)
class Searched:
    """A search and its trials.

    Attributes:
        name: of the search.
        experiment: whose settings were varied.
        metric: what was looked for, on validation images.
        is_better_high: whether a higher value is the better one.
        seeds: of each trial's runs.
        declared: how many trials there were to be.
        trials: a row a trial: `number, state, value, epochs, planned_epochs, seconds, reason,
            as_trial`, and the value of each parameter in `param:<key>`, None where it had none.
        curves: a row an intermediate value: `number, step, value`.
        logarithmic: the parameters that were drawn over orders of magnitude.
        importances: of the parameters, summing to 1; may be empty.
        by_hand: the value of the experiment as it is set by hand, where that is known.
        notice: a sentence that every rendering says first.
    """

    name: str
    experiment: str
    metric: str
    is_better_high: bool
    seeds: tuple[int, ...]
    declared: int
    trials: pd.DataFrame
    curves: pd.DataFrame
    logarithmic: frozenset[str] = frozenset()
    importances: Mapping[str, float] = field(default_factory=dict)
    by_hand: float | None = None
    notice: str = ""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The keys of the searched parameters."""
        return parameters(self.trials)


def parameters(trials: pd.DataFrame) -> tuple[str, ...]:
    """The keys of the searched parameters, in the order of the columns."""
    columns = [str(name) for name in trials.columns]
    return tuple(one.removeprefix(PARAMETER) for one in columns if one.startswith(PARAMETER))


def best_trials(trials: pd.DataFrame, *, is_better_high: bool) -> pd.DataFrame:
    """The trials that have a value, the best first; complete ones before pruned ones.

    A pruned trial's value is the one after its last epoch, which says less than a selected
    network's.

    Returns:
        The rows of `trials` with a column `rank` in front; equal values stand by number.
    """
    valued = trials.loc[trials["value"].notna() & trials["state"].isin(["complete", "pruned"])]
    order = valued.assign(
        _pruned=valued["state"] == "pruned",
        _value=-valued["value"] if is_better_high else valued["value"],
    ).sort_values(["_pruned", "_value", "number"], kind="stable")
    ranked = order.drop(columns=["_pruned", "_value"]).reset_index(drop=True)
    ranked.insert(0, "rank", np.arange(1, len(ranked) + 1))
    return ranked


def history(trials: pd.DataFrame, *, is_better_high: bool) -> pd.DataFrame:
    """The value of each complete trial, and the best one up to it.

    Returns:
        Columns `number, value, best`, a row a complete trial, by number.
    """
    complete = trials.loc[(trials["state"] == "complete") & trials["value"].notna()]
    found = complete.sort_values("number")[["number", "value"]].reset_index(drop=True)
    found["best"] = found["value"].cummax() if is_better_high else found["value"].cummin()
    return found


def counts(trials: pd.DataFrame) -> dict[str, int]:
    """How many trials are in each state that any is in."""
    found = {state: int((trials["state"] == state).sum()) for state in _STATES}
    return {state: n for state, n in found.items() if n}


def saved_epochs(trials: pd.DataFrame) -> tuple[int, int]:
    """Epochs that pruned trials were spared, and those that all trials would have had.

    Trials that were told what an earlier one of the same settings was are not counted.
    """
    known = trials.loc[trials["as_trial"].isna() & trials["planned_epochs"].notna()]
    pruned = known.loc[known["state"] == "pruned"]
    saved = (pruned["planned_epochs"] - pruned["epochs"]).sum()
    return int(saved), int(known["planned_epochs"].sum())
