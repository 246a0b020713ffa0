"""One row an experiment: what it reached, averaged over its seeds."""

from collections.abc import Mapping, Sequence

import pandas as pd

from bench.errors import UserError
from bench.experiments.spec import Published

_WITH_SD = ("accuracy", "macro_accuracy", "macro_f1")
_MEANS = ("nll", "ece", "seconds")


def summarise(
    metrics: pd.DataFrame, published: Mapping[str, Published], experiments: Sequence[str]
) -> pd.DataFrame:
    """The experiments side by side, and beside what was published for them.

    Args:
        metrics: a row a run: `experiment, seed, accuracy, macro_accuracy, macro_f1, nll, ece, n,
            seconds`, measured on the test images.
        published: figures by experiment; experiments without any may be absent.
        experiments: names in the order wanted. Others in `metrics` are left out.

    Returns:
        A row an experiment that has a run: `experiment, n_seeds, n` (test images), `accuracy,
        accuracy_sd, macro_accuracy, macro_accuracy_sd, macro_f1, macro_f1_sd` (fractions), `nll`
        (nats), `ece` (fraction), `seconds` (wall time of a run), `published_accuracy,
        published_macro_accuracy`. Means are over seeds; `_sd` is the standard deviation over
        seeds (ddof = 1), NaN with one seed. What was not published is NaN.

    Raises:
        UserError: if the runs of an experiment were scored on different numbers of test images,
            since their mean would mean nothing.
    """
    rows = [
        _row(name, runs, published.get(name, Published()))
        for name in experiments
        if len(runs := metrics.loc[metrics["experiment"] == name])
    ]
    return pd.DataFrame(rows, columns=_columns())


def with_intervals(
    summary: pd.DataFrame, accuracies: pd.DataFrame, ranking: pd.DataFrame
) -> pd.DataFrame:
    """The summary, and beside it what the statistics say of each experiment.

    Args:
        summary: what `summarise` returned.
        accuracies: as `analysis.statistics.comparisons.compare` returned them.
        ranking: likewise.

    Returns:
        The summary with `accuracy_low, accuracy_high, macro_accuracy_low, macro_accuracy_high`
        (95 %), and `groups` (letters: who can't be told apart by accuracy) and `best_share` (how
        often it was the best in accuracy when images and seeds were drawn anew).
    """
    found = summary.copy()
    for measure, rows in accuracies.groupby("measure", sort=False):
        by_experiment = rows.set_index("experiment")
        for bound in ("low", "high"):
            found[f"{measure}_{bound}"] = found["experiment"].map(by_experiment[bound])
    places = ranking.loc[ranking["measure"] == "accuracy"].set_index("experiment")
    for column in ("groups", "best_share"):
        found[column] = found["experiment"].map(places[column])
    return found


def _columns() -> list[str]:
    with_sd = [column for name in _WITH_SD for column in (name, f"{name}_sd")]
    published = ["published_accuracy", "published_macro_accuracy"]
    return ["experiment", "n_seeds", "n", *with_sd, *_MEANS, *published]


def _row(experiment: str, runs: pd.DataFrame, published: Published) -> dict[str, object]:
    row: dict[str, object] = {
        "experiment": experiment,
        "n_seeds": len(runs),
        "n": _n_images(experiment, runs),
    }
    for name in _WITH_SD:
        row[name] = runs[name].mean()
        row[f"{name}_sd"] = runs[name].std(ddof=1)
    for name in _MEANS:
        row[name] = runs[name].mean()
    row["published_accuracy"] = _or_nan(published.accuracy)
    row["published_macro_accuracy"] = _or_nan(published.macro_accuracy)
    return row


def _n_images(experiment: str, runs: pd.DataFrame) -> int:
    counts = sorted({int(n) for n in runs["n"]})
    if len(counts) > 1:
        raise UserError(
            f"the runs of {experiment!r} were scored on {' and '.join(map(str, counts))} test "
            "images; only runs on the same test set can be averaged"
        )
    return counts[0]


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
