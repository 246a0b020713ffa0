"""The experiments in order, and which of them can't be told apart."""

from collections.abc import Sequence
from string import ascii_lowercase

import networkx
import numpy as np
import pandas as pd
from scipy.stats import rankdata

from analysis.statistics.overall import Resampled
from analysis.statistics.significance import ALPHA

RANKING_COLUMNS = ("measure", "place", "experiment", "value", "groups", "tied_with", "best_share")


def ranking_of(
    experiments: Sequence[str], drawn: Resampled, comparisons: pd.DataFrame
) -> pd.DataFrame:
    """Orders the experiments by a measure, best first.

    Two experiments that share a letter can't be told apart (p_holm of 0.05 or more): the compact
    letter display of H.-P. Piepho, Journal of Computational and Graphical Statistics 13 (2004),
    pages 456 to 466, whose letters are the largest sets in which no two differ.

    Args:
        experiments: their names, in the order of `drawn`.
        drawn: the measure with other images and seeds.
        comparisons: the pairs of this measure, as `analysis.statistics.comparisons` has them.

    Returns:
        `measure, place` (from 1; those with equal values share the better one), `experiment,
        value, groups` (letters, "a" with the best), `tied_with` (how many others can't be told
        from it), `best_share` (how often it was the best when images and seeds were drawn anew; of
        several equal ones the share is divided).
    """
    alike = networkx.Graph()
    alike.add_nodes_from(experiments)
    pairs = (comparisons[column].tolist() for column in ("a", "b", "p_holm"))
    alike.add_edges_from((a, b) for a, b, p in zip(*pairs, strict=True) if not p < ALPHA)
    best = drawn.estimate_draws == drawn.estimate_draws.max(axis=1, keepdims=True)
    best_share = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
    # Sums in another order may differ in the last digit.
    places = rankdata(-drawn.estimates.round(12), method="min").astype(np.int64)
    order = np.argsort(places, kind="stable")
    ranked = [experiments[position] for position in order]
    letters = _letters(alike, ranked)
    return pd.DataFrame(
        {
            "measure": drawn.measure,
            "place": places[order],
            "experiment": ranked,
            "value": drawn.estimates[order],
            "groups": [letters[name] for name in ranked],
            "tied_with": [alike.degree(name) for name in ranked],
            "best_share": best_share[order],
        },
        columns=list(RANKING_COLUMNS),
    )


def _letters(alike: "networkx.Graph[str]", ranked: list[str]) -> dict[str, str]:
    cliques = [sorted(map(ranked.index, clique)) for clique in networkx.find_cliques(alike)]
    found: dict[str, str] = dict.fromkeys(ranked, "")
    for number, clique in enumerate(sorted(cliques)):
        letter = ascii_lowercase[number] if number < len(ascii_lowercase) else f"({number + 1})"
        for place in clique:
            found[ranked[place]] += letter
    return found
