"""The hand-worked study: the experiments side by side, who is better, and the first sentences."""

import numpy as np
import pytest
from scipy import stats

from . import drawn_anew
from .pinned import assert_numbers, assert_shown

NAN = np.nan
RESAMPLED = ["accuracy_low", "accuracy_high", "macro_accuracy_low", "macro_accuracy_high"]


def of_measure(frame, measure):
    return frame.loc[frame["measure"] == measure].iloc[0]


def two_digits(row, *columns):
    return "–".join(f"{row[column]:.2f}" for column in columns)


def test_summary_numbers(golden_tables):
    # Of two seeds the deviation is their distance / √2. Beta: 12/12 and 11/12; macro F1 1.0 and
    # 0.9; NLL 0.1 and 0.3; ECE 0.02 and 0.04; 100 and 140 s. Alpha: 10/12 and 7/12; 0.8 and 0.6;
    # 0.5 and 0.7; 0.1 and 0.2; 60 and 80 s. Each class has four images, so macro is the same.
    frame = golden_tables["summary"].frame
    assert_numbers(
        frame,
        {
            "experiment": ["beta", "alpha"],
            "n_seeds": [2, 2],
            "n": [12, 12],
            "accuracy": [23 / 24, 17 / 24],
            "accuracy_sd": [1 / 12 / 2**0.5, 3 / 12 / 2**0.5],
            "macro_accuracy": [23 / 24, 17 / 24],
            "macro_accuracy_sd": [1 / 12 / 2**0.5, 3 / 12 / 2**0.5],
            "macro_f1": [0.95, 0.7],
            "macro_f1_sd": [0.1 / 2**0.5, 0.2 / 2**0.5],
            "nll": [0.2, 0.6],
            "ece": [0.03, 0.15],
            "seconds": [120.0, 70.0],
            "published_accuracy": [NAN, 0.65],
            "published_macro_accuracy": [NAN, 0.6],
            "groups": ["a", "a"],  # the pair's p is far above 0.05: one letter for both
        },
        but=[*RESAMPLED, "best_share"],
    )


@pytest.mark.parametrize("measure", ["accuracy", "macro_accuracy"])
def test_summary_intervals_are_those_of_a_simulation_of_its_own(golden_tables, measure):
    drawn = drawn_anew.drawn_values(measure)
    for column, (_, row) in enumerate(golden_tables["summary"].frame.iterrows()):
        low, high = row[f"{measure}_low"], row[f"{measure}_high"]
        drawn_anew.assert_interval(low, high, drawn[:, column], 0, 1)
    # Student's t with one degree of freedom: ± 12.7 × √(1/88) = ± 1.35 leaves nothing out.
    assert (low, high) == (0, 1)


def test_how_often_each_would_be_first(golden_tables):
    beta, alpha = golden_tables["summary"].frame["best_share"]
    drawn = drawn_anew.drawn_values("accuracy")
    drawn_anew.assert_share(beta, (drawn[:, 0] > drawn[:, 1]).mean())
    assert beta + alpha == pytest.approx(1)


def test_summary_cells(golden_tables):
    table = golden_tables["summary"]
    beta = table.frame.iloc[0]
    assert_shown(
        table,
        {
            "experiment": ["beta", "alpha"],
            "seeds": ["2", "2"],
            # 23/24 = 0.9583, 17/24 = 0.7083; 1/12/√2 = 0.0589, 1/4/√2 = 0.1768.
            "accuracy": ["0.958 ± 0.059 a", "0.708 ± 0.177 a"],
            "accuracy (publ.)": ["–", "0.650"],
            "accuracy (95 %)": [two_digits(beta, "accuracy_low", "accuracy_high"), "0.00–1.00"],
            "macro accuracy": ["0.958 ± 0.059", "0.708 ± 0.177"],
            "macro accuracy (publ.)": ["–", "0.600"],
            "macro accuracy (95 %)": [
                two_digits(beta, "macro_accuracy_low", "macro_accuracy_high"),
                "0.00–1.00",
            ],
            "macro F1": ["0.950 ± 0.071", "0.700 ± 0.141"],
            "NLL": ["0.20", "0.60"],
            "ECE": ["0.030", "0.150"],
            "time": ["2 min", "70 s"],
        },
    )


def test_comparisons_numbers(golden_tables):
    frame = golden_tables["comparisons"].frame
    # McNemar, seed 0: beta alone is right on images 3 and 11, alpha alone on none. Seed 1: beta
    # alone on 2, 7, 10 and 11 (3 is wrong in both). Twice the mean of both p-values.
    by_seed = [stats.binomtest(0, n, 0.5).pvalue for n in (2, 4)]
    assert by_seed == [0.5, 0.125]
    assert_numbers(
        frame,
        {
            "measure": ["accuracy", "macro_accuracy"],
            "a": ["beta", "beta"],
            "b": ["alpha", "alpha"],
            "difference": [6 / 24, 6 / 24],
            "n_seeds_a": [2, 2],
            "n_seeds_b": [2, 2],
            "mcnemar_p": [0.625, NAN],
            "basis": ["images and seeds"] * 2,
            "verdict": ["can't be told"] * 2,
        },
        but=["low", "high", "p", "p_holm"],
    )
    assert frame["p_holm"].equals(frame["p"])  # one pair a measure: nothing to correct


@pytest.mark.parametrize("measure", ["accuracy", "macro_accuracy"])
def test_comparisons_are_those_of_a_simulation_of_its_own(golden_tables, measure):
    row = of_measure(golden_tables["comparisons"].frame, measure)
    drawn = drawn_anew.drawn_difference(measure)
    drawn_anew.assert_interval(row["low"], row["high"], drawn, -1, 1)
    drawn_anew.assert_p(row["p"], drawn)
    assert row["p"] > 0.25  # twice P(t with one degree of freedom < -0.25 / √(1/88)) alone is 0.26


def test_comparisons_cells(golden_tables):
    table = golden_tables["comparisons"]
    accuracy, macro = (of_measure(table.frame, m) for m in ("accuracy", "macro_accuracy"))
    p = f"{accuracy['p']:.2f}"
    low, high = (f"{accuracy[bound]:+.3f}".replace("-", "−") for bound in ("low", "high"))
    assert_shown(
        table,
        {
            "a − b": ["beta − alpha"],
            "difference": ["+0.250"],
            "difference (95 %)": [f"{low} to {high}"],
            "p": [p],
            "p (Holm)": [p],
            "verdict": ["can't be told"],
            "macro": ["+0.250"],
            "macro p (Holm)": [f"{macro['p']:.2f}"],
            "McNemar": ["0.62"],
        },
    )


def test_headline(golden_report, golden_tables):
    beta = golden_tables["summary"].frame.iloc[0]
    low, high = beta["accuracy_low"], beta["accuracy_high"]
    share = 100 * beta["best_share"]
    first, tied, sure = golden_report.headline
    interval = f"95 %: {low:.2f}–{high:.2f}"
    assert first == f"beta has the highest accuracy, 0.958 ({interval}; 2 seeds, 12 test images)."
    assert tied == "It can't be told from alpha."
    assert sure == f"With images and seeds drawn anew it is first in {share:.0f} % of the draws."


def test_seed_intervals(golden_tables):
    """Of two values x and y the mean is m ± 12.7062 × |x - y| / 2: t with one degree of freedom."""
    values = {
        "beta": {"accuracy": (1, 11 / 12), "macro_f1": (1.0, 0.9), "nll": (0.1, 0.3)},
        "alpha": {"accuracy": (10 / 12, 7 / 12), "macro_f1": (0.8, 0.6), "nll": (0.5, 0.7)},
    }
    table = golden_tables["seed_intervals"]
    frame = table.frame.set_index(["experiment", "measure"])
    for experiment, measures in values.items():
        for measure, (x, y) in measures.items():
            row = frame.loc[(experiment, measure)]
            half = 12.7062 * abs(x - y) / 2
            assert row["n_seeds"] == 2
            assert row["mean"] == pytest.approx((x + y) / 2)
            assert row["sd"] == pytest.approx(abs(x - y) / 2**0.5)
            assert row["low"] == pytest.approx((x + y) / 2 - half, abs=1e-4)
            assert row["high"] == pytest.approx((x + y) / 2 + half, abs=1e-4)
    assert_shown(
        table,
        {
            "experiment": ["beta", "alpha"],
            "seeds": ["2", "2"],
            # A twelfth and three twelfths apart; equally many images of each class.
            "accuracy": ["0.958 ± 0.529", "0.708 ± 1.588"],
            "macro accuracy": ["0.958 ± 0.529", "0.708 ± 1.588"],
            # A tenth and two tenths apart: 0.6353 and 1.2706.
            "macro F1": ["0.950 ± 0.635", "0.700 ± 1.271"],
            "NLL": ["0.200 ± 1.271", "0.600 ± 1.271"],
            # 0.02 and 0.1 apart: 0.1271 and 0.6353.
            "ECE": ["0.030 ± 0.127", "0.150 ± 0.635"],
        },
    )
