"""A search of five trials, whose figures can be worked out by hand."""

import math

import pandas as pd

from analysis.searching import Searched

_TRIALS = [
    # number, state, value, epochs, planned, as_trial, rate, optimizer, momentum
    (0, "complete", 0.5, 8, 8, None, 1e-3, "adam", None),
    (1, "pruned", 0.25, 3, 8, None, 1e-1, "sgd", 0.9),
    (2, "complete", 0.75, 8, 8, None, 1e-2, "sgd", 0.5),
    (3, "failed", None, 8, 8, None, 1e-4, "adam", None),
    (4, "complete", 0.75, 0, 8, 2, 1e-2, "sgd", 0.5),
]


def made(**changes: object) -> Searched:
    """The search, with some of its attributes changed."""
    rows = [
        {
            "number": number,
            "state": state,
            "value": math.nan if value is None else value,
            "epochs": float(epochs),
            "planned_epochs": float(planned),
            "seconds": 1.0,
            "reason": "diverged: the loss" if state == "failed" else "",
            "as_trial": math.nan if twin is None else float(twin),
            "param:optimizer.lr": rate,
            "param:optimizer.name": name,
            "param:optimizer.momentum": momentum,
        }
        for number, state, value, epochs, planned, twin, rate, name, momentum in _TRIALS
    ]
    curves = [
        (row["number"], step, 0.1 * step) for row in rows for step in range(int(row["epochs"]))
    ]
    known = {
        "name": "net",
        "experiment": "net",
        "metric": "val_macro_accuracy",
        "is_better_high": True,
        "seeds": (0,),
        "declared": 5,
        "trials": pd.DataFrame(rows),
        "curves": pd.DataFrame(curves, columns=["number", "step", "value"]),
        "logarithmic": frozenset({"optimizer.lr"}),
        "importances": {"optimizer.lr": 0.75, "optimizer.name": 0.25},
        "notice": "",
    }
    return Searched(**{**known, **changes})
