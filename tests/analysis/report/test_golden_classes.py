"""The hand-worked study, class by class.

How many of the four images of each class were named rightly, and how many of all were called so:

    run      right: cat  dog  fox   called so: cat  dog  fox
    alpha 0         3    4    3                4    5    3
    alpha 1         2    3    2                4    5    3
    beta 0          4    4    4                4    4    4
    beta 1          3    4    4                3    4    5

Each fact below is derived from these.
"""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from . import drawn_anew
from .pinned import assert_numbers, assert_shown

NAN = np.nan
SD = 1 / 4 / 2**0.5  # of two seeds that differ by one image of four


def wilson(accuracies):
    """By statsmodels, on four images; lower bounds and upper ones."""
    bounds = [proportion_confint(4 * x, 4, method="wilson") for x in accuracies]
    return [[max(0.0, low) for low, _ in bounds], [min(1.0, high) for _, high in bounds]]


def test_precision_recall_and_f1_are_shown(golden_tables):
    # As below: beta's cats 1 and 7/8 and (1 + 6/7) / 2, and so on.
    assert_shown(
        golden_tables["precision"],
        {
            "class": ["cat", "dog", "fox"],
            "n": ["4", "4", "4"],
            "beta": ["1.00 / 0.88 / 0.93", "1.00 / 1.00 / 1.00", "0.90 / 1.00 / 0.94"],
            "alpha": ["0.62 / 0.62 / 0.62", "0.70 / 0.88 / 0.78", "0.83 / 0.62 / 0.71"],
        },
    )
    frame = golden_tables["precision"].frame
    assert frame.equals(golden_tables["per_class"].frame[list(frame.columns)])


def test_per_class_numbers(golden_tables):
    accuracy = [7 / 8, 5 / 8, 1, 7 / 8, 1, 5 / 8]
    low, high = wilson(accuracy)
    assert_numbers(
        golden_tables["per_class"].frame,
        {
            "class": ["cat", "cat", "dog", "dog", "fox", "fox"],
            "experiment": ["beta", "alpha"] * 3,
            "n": [4] * 6,
            "accuracy": accuracy,
            "sd": [SD, SD, 0, SD, 0, SD],
            "low": low,
            "high": high,
            # Right over called so; means over the seeds.
            "precision": [
                (4 / 4 + 3 / 3) / 2,
                (3 / 4 + 2 / 4) / 2,
                1,
                (4 / 5 + 3 / 5) / 2,
                (4 / 4 + 4 / 5) / 2,
                (3 / 3 + 2 / 3) / 2,
            ],
            # Twice right over images and called so.
            "f1": [
                (8 / 8 + 6 / 7) / 2,
                (6 / 8 + 4 / 8) / 2,
                1,
                (8 / 9 + 6 / 9) / 2,
                (8 / 8 + 8 / 9) / 2,
                (6 / 7 + 4 / 7) / 2,
            ],
            "n_seeds": [2] * 6,
            "published": [NAN, NAN, NAN, NAN, NAN, 0.28],
        },
    )


def test_accuracy_precision_and_f1_are_scikit_learns(golden, golden_tables):
    per_class = golden_tables["per_class"].frame.set_index("experiment")
    for experiment, runs in golden.predictions().groupby("experiment"):
        by_seed = [
            precision_recall_fscore_support(run["true"], run["predicted"], labels=golden.CLASSES)
            for _, run in runs.groupby("seed")
        ]
        precision, recall, f1, _ = np.mean(by_seed, axis=0)
        own = per_class.loc[experiment]
        np.testing.assert_allclose(own["accuracy"], recall)
        np.testing.assert_allclose(own["precision"], precision)
        np.testing.assert_allclose(own["f1"], f1)


def test_per_class_cells(golden_tables):
    # Wilson on four images, z² = 3.8415: of 1 from 1 / 1.9604; of 7/8, 1.3552 / 1.9604 = 0.691 ±
    # 0.296; of 5/8, 0.564 ± 0.344. 0.875 and 0.625 are exact, and so rounded to the even digit.
    assert_shown(
        golden_tables["per_class"],
        {
            "class": ["cat", "dog", "fox"],
            "n": ["4", "4", "4"],
            "beta": ["0.88 ± 0.18", "1.00 ± 0.00", "1.00 ± 0.00"],
            "beta (95 %)": ["0.40–0.99", "0.51–1.00", "0.51–1.00"],
            "alpha": ["0.62 ± 0.18", "0.88 ± 0.18", "0.62 ± 0.18"],
            "alpha (publ.)": ["–", "–", "0.28"],
            "alpha (95 %)": ["0.22–0.91", "0.40–0.99", "0.22–0.91"],
        },
    )


def test_extremes(golden_tables):
    # Half of three classes, rounded down, is one a side. Of beta's dog and fox, and of alpha's cat
    # and fox, which are equal, the first counts as the better one.
    table = golden_tables["extremes"]
    accuracy = [1, 7 / 8, 7 / 8, 5 / 8]
    low, high = wilson(accuracy)
    assert_numbers(
        table.frame,
        {
            "experiment": ["beta", "beta", "alpha", "alpha"],
            "side": ["best", "worst"] * 2,
            "place": [1] * 4,
            "class": ["dog", "cat", "dog", "fox"],
            "accuracy": accuracy,
            "low": low,
            "high": high,
            "n": [4] * 4,
        },
    )
    assert_shown(
        table,
        {
            "experiment": ["beta", "alpha"],
            "best": ["dog 1.00", "dog 0.88"],
            "worst": ["cat 0.88", "fox 0.62"],
        },
    )


def test_class_differences_numbers(golden_tables):
    assert_numbers(
        golden_tables["class_differences"].frame,
        {
            "a": ["beta"] * 3,
            "b": ["alpha"] * 3,
            "class": ["cat", "dog", "fox"],
            "n": [4] * 3,
            "accuracy_a": [7 / 8, 1, 1],
            "accuracy_b": [5 / 8, 7 / 8, 5 / 8],
            "difference": [2 / 8, 1 / 8, 3 / 8],
            "basis": ["images and seeds"] * 3,
        },
        but=["low", "high", "p", "p_holm"],
    )


@pytest.mark.parametrize("name", ["cat", "dog", "fox"])
def test_class_differences_are_those_of_a_simulation_of_its_own(golden_tables, name):
    row = golden_tables["class_differences"].frame.set_index("class").loc[name]
    drawn = drawn_anew.drawn_difference_in_class(name)
    drawn_anew.assert_interval(row["low"], row["high"], drawn, -1, 1)
    drawn_anew.assert_p(row["p"], drawn)


def test_class_differences_are_corrected_as_by_statsmodels(golden_tables):
    frame = golden_tables["class_differences"].frame
    np.testing.assert_allclose(frame["p_holm"], multipletests(frame["p"], method="holm")[1])


def test_class_differences_cells(golden_tables):
    table = golden_tables["class_differences"]
    # The least p first: the largest difference.
    rows = table.frame.set_index("class").loc[["fox", "cat", "dog"]]
    assert rows["p"].is_monotonic_increasing
    bounds = rows[["low", "high"]].map(lambda x: f"{x:+.2f}".replace("-", "\N{MINUS SIGN}"))
    assert_shown(
        table,
        {
            "class": ["fox", "cat", "dog"],
            "n": ["4"] * 3,
            "accuracy": ["1.00", "0.88", "1.00"],
            "against": ["alpha"] * 3,
            "its accuracy": ["0.62", "0.62", "0.88"],
            "better by": ["+0.38", "+0.25", "+0.12"],
            "better by (95 %)": [f"{low} to {high}" for low, high in bounds.to_numpy()],
            "p (Holm)": [f"{x:.2f}" for x in rows["p_holm"]],
        },
    )
