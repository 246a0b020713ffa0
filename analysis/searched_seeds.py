"""Experiments whose settings were chosen by a search: honest figures, and those that flatter."""

import pandas as pd

_MEASURES = ["accuracy", "macro_accuracy"]


def searched_seeds(metrics: pd.DataFrame, searched: pd.DataFrame) -> pd.DataFrame:
    """Means over new seeds, and apart from them over the seeds that a search has seen.

    Args:
        metrics: a row a run on new seeds: `experiment, seed, accuracy, macro_accuracy`.
        searched: the same of the runs on seeds searched.

    Returns:
        A row an experiment of `searched`, in its order: `experiment, n_new, n_searched`, and each
        measure's `_new` (NaN where no new seed was run) and `_searched`.
    """
    names = list(dict.fromkeys(searched["experiment"]))
    new = metrics.groupby("experiment")[_MEASURES].mean().reindex(names)
    old = searched.groupby("experiment")[_MEASURES].mean().reindex(names)
    found = pd.DataFrame({"experiment": names})
    found["n_new"] = [int((metrics["experiment"] == name).sum()) for name in names]
    found["n_searched"] = [int((searched["experiment"] == name).sum()) for name in names]
    for measure in _MEASURES:
        found[f"{measure}_new"] = new[measure].to_numpy()
        found[f"{measure}_searched"] = old[measure].to_numpy()
    return found
