"""The first sentences of a report: who is best, and how sure that is."""

import pandas as pd

from analysis.findings import Findings
from analysis.report.numbers import fraction, interval, p_value, percent
from analysis.statistics.basis import BOTH, IMAGES_ONLY
from analysis.statistics.significance import ALPHA

_ONE_SEED = (
    "With one seed each, nothing is known about the spread over seeds: all this holds for these "
    "trained networks, not for the ways of training them."
)


def headline(found: Findings) -> tuple[str, ...]:
    """What a reader who reads nothing else should know.

    Args:
        found: the findings of a study.

    Returns:
        Sentences, the winner's first; empty where no run is complete.
    """
    if found.best is None:
        return ()
    ranking = found.comparison.ranking
    by_accuracy = ranking.loc[ranking["measure"] == "accuracy"]
    sentences = [_winner(found, by_accuracy), *_rivals(found, by_accuracy)]
    if len(by_accuracy) > 1:
        sentences += [_sureness(found, by_accuracy), *_other_measure(found, ranking, found.best)]
    return (*sentences, *_limits(found))


def _winner(found: Findings, ranking: pd.DataFrame) -> str:
    accuracies = found.comparison.accuracies
    row = accuracies.loc[
        (accuracies["experiment"] == found.best) & (accuracies["measure"] == "accuracy")
    ].iloc[0]
    seeds = "1 seed" if row["n_seeds"] == 1 else f"{row['n_seeds']} seeds"
    first = list(ranking.loc[ranking["place"] == 1, "experiment"])
    if len(ranking) == 1:
        claim = f"{found.best} reaches an accuracy of"
    elif len(first) == 1:
        claim = f"{found.best} has the highest accuracy,"
    else:
        claim = f"{_listed(first)} share the highest accuracy,"
    return (
        f"{claim} {fraction(row['value'], 3)} (95 %: {interval(row['low'], row['high'])}; {seeds}, "
        f"{row['n']} test images)."
    )


def _rivals(found: Findings, ranking: pd.DataFrame) -> list[str]:
    """Who can be told from the winner, and who can't."""
    pairs = found.comparison.comparisons
    own = pairs.loc[(pairs["measure"] == "accuracy") & (pairs["a"] == found.best)]
    tied = own.loc[~(own["p_holm"] < ALPHA)]
    beaten = own.loc[own["p_holm"] < ALPHA]
    # Experiments with exactly the winner's accuracy may stand before it in a pair.
    equal = ranking.loc[(ranking["place"] == 1) & (ranking["experiment"] != found.best)]
    rivals = list(dict.fromkeys([*equal["experiment"], *tied["b"]]))
    sentences = []
    if rivals:
        sentences.append(f"It can't be told from {_listed(rivals)}.")
    if len(beaten):
        most = p_value(beaten["p_holm"].max())
        which = "all others" if not rivals else _listed(list(beaten["b"]))
        at_most = f"p {most}" if most.startswith("<") else f"p ≤ {most}"
        sentences.append(f"It is better than {which} ({at_most}, corrected for all pairs).")
    return sentences


def _sureness(found: Findings, ranking: pd.DataFrame) -> str:
    share = float(ranking.loc[ranking["experiment"] == found.best, "best_share"].iloc[0])
    anew = "images" if _bases(found) == {IMAGES_ONLY} else "images and seeds"
    return f"With {anew} drawn anew it is first in {percent(share)} of the draws."


def _other_measure(found: Findings, ranking: pd.DataFrame, best: str) -> list[str]:
    """Who is first by macro accuracy, where that is another one, and whether that is sure."""
    macro = ranking.loc[(ranking["measure"] == "macro_accuracy") & (ranking["place"] == 1)]
    if best in set(macro["experiment"]):
        return []
    first = str(macro["experiment"].iloc[0])
    pairs = found.comparison.comparisons
    own = pairs.loc[
        (pairs["measure"] == "macro_accuracy") & (pairs["a"] == first) & (pairs["b"] == best)
    ]
    told = "can" if (own["p_holm"] < ALPHA).any() else "can't"
    value = fraction(float(macro["value"].iloc[0]), 3)
    which = f"{first} is first ({value}) and {told} be told from {best}."
    return [f"By macro accuracy, where each class counts the same, {which}"]


def _bases(found: Findings) -> set[str]:
    return set(found.comparison.accuracies["basis"])


def _limits(found: Findings) -> list[str]:
    accuracies = found.comparison.accuracies
    bases = _bases(found)
    if bases == {IMAGES_ONLY}:
        return [_ONE_SEED]
    if BOTH in bases and IMAGES_ONLY in bases:
        alone = accuracies.loc[accuracies["basis"] == IMAGES_ONLY, "experiment"].unique()
        lacking = "one seed only, so nothing is known about the spread over seeds."
        return [f"{_listed(list(alone))}: {lacking}"]
    return []


def _listed(names: list[str]) -> str:
    if len(names) > 6:
        return f"{len(names)} others"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
