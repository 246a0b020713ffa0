"""2,000 studies with known truth: do the intervals hold it, do the tests keep quiet?

Slow: it computes the statistics of 5,200 studies. `pytest -s` shows the shares.
"""

from collections import defaultdict

import numpy as np
import pytest

from analysis.statistics.class_differences import class_differences
from analysis.statistics.comparisons import compare
from analysis.statistics.overall import MEASURES

from .simulated import a_population, a_study

pytestmark = [pytest.mark.slow, pytest.mark.side_by_side]

N_STUDIES = 2000
N_DRAWS = 1000
SIZES = (80, 200, 719)
SEEDS = (2, 3, 5)


def studies(spread, seed, n=N_STUDIES, sizes=SIZES, seeds=SEEDS, n_classes=6):
    """Populations, abilities that differ by `spread`, and a study of each."""
    rng = np.random.default_rng(seed)
    for number in range(n):
        population = a_population(rng, n_classes)
        abilities = rng.uniform(-0.5, 1.0) + rng.normal(0, spread, 3)
        n_images = sizes[number % len(sizes)]
        n_seeds = seeds[number // len(sizes) % len(seeds)]
        yield population, abilities, a_study(population, abilities, n_seeds, n_images, rng)


def held(population, abilities, outcomes):
    """Which intervals hold the truth, as (kind, measure, whether)."""
    found = compare(outcomes, n_draws=N_DRAWS)
    truth = {
        (name, measure): population.truth(ability, measure, outcomes.labels)
        for measure in MEASURES
        for name, ability in zip(outcomes.experiments, abilities, strict=True)
    }
    for name, measure, low, high in rows_of(found.accuracies, "experiment", "measure"):
        yield "value", measure, low <= truth[name, measure] <= high
    for a, b, measure, low, high in rows_of(found.comparisons, "a", "b", "measure"):
        yield "difference", measure, low <= truth[a, measure] - truth[b, measure] <= high


def rows_of(table, *columns):
    """These columns and the interval, row by row: `query` would take as long as the statistics."""
    return zip(*(table[column].tolist() for column in (*columns, "low", "high")), strict=True)


def coverage(of_studies, groups):
    """The share of intervals that hold the truth, by group, kind and measure."""
    found = defaultdict(list)
    for population, abilities, outcomes in of_studies:
        for kind, measure, is_held in held(population, abilities, outcomes):
            for group in groups(outcomes):
                found[group, kind, measure].append(is_held)
    shares = {key: round(float(np.mean(values)), 4) for key, values in found.items()}
    print(shares)
    return shares


def test_95_percent_intervals_hold_the_truth_in_93_to_97_percent_of_studies():
    """Together, and by the number of seeds. Two tell little of their own spread (see the docs)."""
    shares = coverage(studies(spread=0.3, seed=1), lambda o: ("all", len(o.right["e0"])))
    for (group, kind, _), share in shares.items():
        lowest = 0.91 if (group, kind) == (2, "value") else 0.93
        highest = 0.97 if group == "all" else 0.98
        assert lowest <= share <= highest, (group, kind, share)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("tiny classes", {"sizes": (40, 61), "seeds": (1, 3), "n_classes": 18}),
        ("unequal seeds", {"seeds": ((5, 3, 2), (2, 4, 3))}),
    ],
)
def test_they_do_so_at_the_edges(name, options):
    # Seeds do not vary where there is one: then the truth is what that network would reach.
    shares = coverage(
        (
            each
            for each in studies(spread=0.3, seed=3, n=600, **options)
            if each[0].seed == 0 or min(map(len, each[2].right.values())) > 1
        ),
        lambda _: (name,),
    )
    assert all(0.92 <= share <= 0.98 for share in shares.values()), shares


def test_where_nothing_differs_corrected_tests_cry_wolf_in_at_most_6_percent_of_studies():
    alarms = {key: [] for key in (*MEASURES, "classes")}
    for _, _, outcomes in studies(spread=0.0, seed=2):
        found = compare(outcomes, n_draws=N_DRAWS).comparisons
        wolves = found["measure"][found["p_holm"] < 0.05].tolist()
        for measure in MEASURES:
            alarms[measure].append(measure in wolves)
        by_class = class_differences(outcomes, [("e0", "e1")], n_draws=N_DRAWS)
        alarms["classes"].append(bool((by_class["p_holm"] < 0.05).any()))
    shares = {key: float(np.mean(values)) for key, values in alarms.items()}
    print(shares)
    assert all(share <= 0.06 for share in shares.values()), shares
