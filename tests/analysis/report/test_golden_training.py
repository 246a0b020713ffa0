"""The hand-worked study: what probabilities are worth, and how training went."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics import log_loss

from .pinned import assert_numbers, assert_shown

# As golden.py derives them: ln(odds) / ln(2 right / wrong).
TEMPERATURES = {
    ("alpha", 0): 1.5,
    ("alpha", 1): 3.0,
    ("beta", 0): 0.5,
    ("beta", 1): 1.0,
}


def probabilities(golden, experiment, seed, temperature):
    """Of the test images, [12, 3], and the true classes as numbers; at a temperature."""
    run = golden.predictions().query("experiment == @experiment and seed == @seed")
    p = run[[f"p:{name}" for name in golden.CLASSES]].to_numpy()
    labels = np.array([golden.CLASSES.index(name) for name in run["true"]])
    return softmax(np.log(p) / temperature, axis=1), labels


def brier(p, labels):
    return ((p - np.eye(3)[labels]) ** 2).sum(axis=1).mean()


def ece(p, labels):
    """Over 15 bins, right-closed, bin by bin."""
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    edges = np.linspace(0, 1, 16)
    found = 0.0
    for low, high in zip(edges[:-1] + 1e-9, edges[1:] + 1e-9, strict=True):
        own = (confidence > low) & (confidence <= high)
        if own.any():
            found += own.mean() * abs(right[own].mean() - confidence[own].mean())
    return found


def measured(golden, experiment):
    """The columns of the calibration table, from the temperatures that are known."""
    runs = []
    for seed in (0, 1):
        temperature = TEMPERATURES[experiment, seed]
        row = {"temperature": temperature}
        for suffix, t in (("", 1.0), ("_scaled", temperature)):
            p, labels = probabilities(golden, experiment, seed, t)
            row[f"nll{suffix}"] = log_loss(labels, p)
            row[f"brier{suffix}"] = brier(p, labels)
            row[f"ece{suffix}"] = ece(p, labels)
        runs.append(row)
    return {name: np.array([run[name] for run in runs]) for name in runs[0]}


def test_calibration_numbers(golden, golden_tables):
    frame = golden_tables["calibration"].frame
    assert list(frame["experiment"]) == ["beta", "alpha"]
    assert list(frame["n_seeds"]) == [2, 2]
    assert list(frame["n"]) == [12, 12]
    expected = {name: measured(golden, name) for name in ("beta", "alpha")}
    told = {"experiment", "n_seeds", "n"}
    for name, runs in expected.items():
        row = frame.set_index("experiment").loc[name]
        for column, values in runs.items():
            # The temperature is found to five digits.
            assert row[column] == pytest.approx(values.mean(), rel=1e-5), column
            told.add(column)
            if f"{column}_sd" in row:
                assert row[f"{column}_sd"] == pytest.approx(values.std(ddof=1), abs=1e-5), column
                told.add(f"{column}_sd")
    assert told == set(frame)


def test_calibration_by_hand(golden_tables):
    """Without a second library, where the probabilities are tenths."""
    beta, alpha = golden_tables["calibration"].frame.to_dict("records")
    # (1/2 + 1) / 2 and (3/2 + 3) / 2; half of each sum's distance, × √2.
    assert beta["temperature"] == pytest.approx(0.75, rel=1e-5)
    assert alpha["temperature"] == pytest.approx(2.25, rel=1e-5)
    assert beta["temperature_sd"] == pytest.approx(0.5 / 2**0.5, rel=1e-5)
    assert alpha["temperature_sd"] == pytest.approx(1.5 / 2**0.5, rel=1e-5)
    # ECE of alpha 0, n × |accuracy - confidence| of each confidence, four 0.9, four 0.8 (one
    # wrong), two 0.7, two 0.6 (one wrong): 0.4 + 0.2 + 0.6 + 0.2 of 12.
    # Alpha 1: three 0.9 (one wrong): 0.7; four 0.8 (two wrong): 1.2; 0.7: 0.3; three 0.6 (one
    # wrong): 0.2; 0.4 wrong: 0.4.
    assert alpha["ece"] == pytest.approx((1.4 / 12 + 2.8 / 12) / 2)
    # Beta 0 is right throughout: nine 0.9, two 0.8, 0.6. Beta 1: six 0.9, four 0.8, 0.7 and the
    # wrong 0.4.
    assert beta["ece"] == pytest.approx((1.7 / 12 + 2.1 / 12) / 2)


def test_calibration_cells(golden, golden_tables):
    beta, alpha = (measured(golden, name) for name in ("beta", "alpha"))

    def means(name):
        return [f"{runs[name].mean():.3f}" for runs in (beta, alpha)]

    def with_sd(name):
        return [f"{runs[name].mean():.3f} ± {runs[name].std(ddof=1):.3f}" for runs in (beta, alpha)]

    assert_shown(
        golden_tables["calibration"],
        {
            "experiment": ["beta", "alpha"],
            "ECE": ["0.158 ± 0.024", "0.175 ± 0.082"],  # 1.9/12, 0.4/12/√2; 2.1/12, 1.4/12/√2
            "scaled": with_sd("ece_scaled"),
            # (0.04125 + 0.1004) / 2 and (0.2708 + 0.5983) / 2, as test_calibration.py works out.
            "Brier": ["0.071", "0.435"],
            "Brier, scaled": means("brier_scaled"),
            "NLL": means("nll"),
            "NLL, scaled": means("nll_scaled"),
            "temperature": ["0.75 ± 0.35", "2.25 ± 1.06"],
        },
    )


def test_overfitting(golden_tables):
    # Beta 0: best in epoch 2, tied with 1 but of lower loss, 4/6 of six; 3/6 at the end; lowest
    # loss 0.7 in epoch 2, 1.2 at the end. Beta 1: best in 3, 4/6; 2/6 at the end; 0.6 in 1, 1.0.
    # Lowest in the mean epoch 1.5, so the third (counted from 1), and 0.45 > 5 % above: from the
    # fourth on. Alpha 0 is best and lowest at the end; alpha 1 best in 3 (3/6; 2/6 at the end),
    # lowest at the end: both in the last tenth, the fifth epoch (3.5 rounds up to 4).
    table = golden_tables["overfitting"]
    assert_numbers(
        table.frame,
        {
            "experiment": ["beta", "alpha"],
            "n_seeds": [2, 2],
            "epochs": [5, 5],
            "best_epoch": [2.5, 3.5],
            "best_epoch_min": [2, 3],
            "best_epoch_max": [3, 4],
            "best_val_accuracy": [4 / 6, 7 / 12],
            "final_val_accuracy": [5 / 12, 6 / 12],
            "lost": [3 / 12, 1 / 12],
            "lost_sd": [1 / 6 / 2**0.5, 1 / 6 / 2**0.5],  # 1/6 and 2/6; 0 and 1/6
            # Training less validation: 0.8 - 4/6 and 1 - 4/6; 0.6 - 4/6 and 0.4 - 3/6.
            "gap_at_best": [1.8 / 2 - 4 / 6, 1.0 / 2 - 7 / 12],
            # 1 - 3/6 and 1 - 2/6; 0.6 - 4/6 and 0.5 - 2/6.
            "gap_at_end": [1 - 5 / 12, 1.1 / 2 - 6 / 12],
            "lowest_val_loss_epoch": [1.5, 4],
            "val_loss_rise": [(0.5 + 0.4) / 2, 0],
            "verdict": ["overfits from epoch 4 on", "still improving"],
        },
    )
    assert_shown(
        table,
        {
            "experiment": ["beta", "alpha"],
            "epochs": ["5", "5"],
            "best epoch": ["3–4", "4–5"],
            "best val.": ["0.667", "0.583"],
            "lost after it": ["0.250 ± 0.118", "0.083 ± 0.118"],
            "gap at best": ["+0.233", "−0.083"],
            "gap at end": ["+0.583", "+0.050"],
            "loss rise": ["+0.45", "0.00"],
            "verdict": ["overfits from epoch 4 on", "still improving"],
        },
    )


def test_changes_of_the_recipe(golden_report):
    assert_numbers(
        golden_report.findings.changes,
        {
            "experiment": ["alpha", "alpha"],
            "epoch": [2, 3],
            "kind": ["unfreeze", "learning rate"],
            "before": [10, 0.01],
            "after": [20, 0.001],
        },
    )


def test_the_report_has_these_tables_and_no_other(golden_report):
    assert [table.name for table in golden_report.tables] == [
        *("summary", "per_class", "confused_pairs", "comparisons", "pair"),
        *("seed_intervals", "extremes", "precision", "class_differences", "resolved_pairs"),
        *("calibration", "overfitting", "hard_images"),
    ]
