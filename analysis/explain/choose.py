"""Which images are worth a look: those that a model is surest of, right and wrong."""

import pandas as pd


def choose(predictions: pd.DataFrame, n: int) -> pd.DataFrame:
    """The most confident right answers of a run, and its most confident wrong ones.

    Of each kind, images of different true classes come first: the surest of each class, then the
    second of each, until there are enough.

    Args:
        predictions: a row an image of one run and split: `path, true, predicted` and a column
            `p:<class>` for each class.
        n: images of each kind, at most.

    Returns:
        The chosen rows, right ones first, each kind as chosen: `path, true, predicted,
        confidence` (probability of the predicted class), `is_correct`. Of equals the one whose
        path comes first.
    """
    probabilities = predictions.filter(regex="^p:")
    known = predictions[["path", "true", "predicted"]].assign(
        confidence=probabilities.max(axis=1),
        is_correct=predictions["true"] == predictions["predicted"],
    )
    ordered = known.sort_values(["confidence", "path"], ascending=[False, True])
    turn = ordered.groupby(["is_correct", "true"]).cumcount()
    ordered = ordered.assign(turn=turn).sort_values("turn", kind="stable")
    kinds = [ordered[ordered["is_correct"] == kind].head(n) for kind in (True, False)]
    return pd.concat(kinds).drop(columns="turn").reset_index(drop=True)
