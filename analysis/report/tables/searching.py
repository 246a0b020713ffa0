"""Tables of a search: its best trials, and how much each parameter mattered."""

import json
import math
from collections.abc import Mapping

import pandas as pd

from analysis.report.numbers import MISSING, fraction, percent
from analysis.report.tables.table import Table
from analysis.searching import PARAMETER, Searched, best_trials


def best_trials_table(searched: Searched, top: int = 10) -> Table:
    """The best trials with their values; the frame keeps all that have one.

    Args:
        searched: the search.
        top: how many are shown.

    Returns:
        The table "best_trials".
    """
    ranked = best_trials(searched.trials, is_better_high=searched.is_better_high)
    rows = ranked.head(top)
    shown = pd.DataFrame({"trial": [str(n) for n in rows["number"]]})
    shown[searched.metric] = [fraction(x, 4) for x in rows["value"]]
    for key in searched.parameters:
        shown[key] = [value_text(x) for x in rows[f"{PARAMETER}{key}"]]
    shown["epochs"] = [
        _epochs(*x) for x in zip(rows["epochs"], rows["planned_epochs"], strict=True)
    ]
    shown["state"] = rows["state"].to_numpy()
    seeds = ", ".join(map(str, searched.seeds))
    mean = "" if len(searched.seeds) == 1 else "Mean over the seeds. "
    return Table(
        name="best_trials",
        title="Best trials",
        frame=ranked,
        shown=shown,
        note=(
            f"{searched.metric}, of the selected epoch, seed{'s' if mean else ''} {seeds}. {mean}"
            "Chosen on validation images: with these seeds the best one is flattered. A pruned "
            "trial's value is that after its last epoch. Epochs: trained for this search."
        ),
        labels=("trial", "state", *(f"{key}" for key in searched.parameters)),
    )


def importances_table(importances: Mapping[str, float]) -> Table:
    """How much each parameter mattered, the most important first."""
    rows = sorted(importances.items(), key=lambda one: (-one[1], one[0]))
    frame = pd.DataFrame(rows, columns=["parameter", "importance"])
    shown = pd.DataFrame({"parameter": frame["parameter"].to_numpy()})
    shown["importance"] = [percent(x) for x in frame["importance"]]
    return Table(
        name="importances",
        title="What mattered",
        frame=frame,
        shown=shown,
        note="How much of the spread of the values each parameter accounts for (PED-ANOVA).",
        labels=("parameter",),
    )


def value_text(value: object) -> str:
    """A parameter's value as people read it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if isinstance(value, float):
        return f"{value:.3g}"
    return value if isinstance(value, str) else json.dumps(value)


def _epochs(trained: float, planned: float) -> str:
    if math.isnan(trained) or math.isnan(planned):
        return MISSING
    return f"{int(trained)}/{int(planned)}"
