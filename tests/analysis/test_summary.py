"""A row an experiment, against hand-worked means."""

import math

import pandas as pd
import pytest

from analysis.summary import summarise
from bench.errors import UserError
from bench.experiments.spec import Published

from .golden import EXPERIMENTS, metrics


def test_golden_values():
    published = {"alpha": Published(accuracy=0.65), "other": Published(macro_accuracy=0.5)}
    table = summarise(metrics(), published, EXPERIMENTS).set_index("experiment")
    assert list(table.index) == EXPERIMENTS
    alpha = table.loc["alpha"]
    # (10/12 + 7/12) / 2 = 17/24. Of two values the deviation is |difference| / √2.
    assert alpha["accuracy"] == pytest.approx(17 / 24)
    assert alpha["accuracy_sd"] == pytest.approx((3 / 12) / math.sqrt(2))
    assert alpha["macro_f1"] == pytest.approx(0.7)
    assert alpha["macro_f1_sd"] == pytest.approx(0.2 / math.sqrt(2))
    assert alpha["nll"] == pytest.approx(0.6)
    assert alpha["ece"] == pytest.approx(0.15)
    assert alpha["seconds"] == pytest.approx(70)
    assert (alpha["n_seeds"], alpha["n"]) == (2, 12)
    assert alpha["published_accuracy"] == 0.65
    assert math.isnan(alpha["published_macro_accuracy"])
    beta = table.loc["beta"]
    assert beta["macro_accuracy"] == pytest.approx(23 / 24)
    assert beta["macro_accuracy_sd"] == pytest.approx((1 / 12) / math.sqrt(2))
    assert math.isnan(beta["published_accuracy"])


def test_one_seed_has_no_deviation():
    one = metrics().query("seed == 0")
    table = summarise(one, {}, EXPERIMENTS)
    assert table["n_seeds"].tolist() == [1, 1]
    assert table.filter(like="_sd").isna().all(axis=None)


def test_an_experiment_without_runs_gets_no_row():
    table = summarise(metrics(), {}, ["alpha", "not-yet-run"])
    assert table["experiment"].tolist() == ["alpha"]


def test_no_runs_at_all_keep_the_columns():
    table = summarise(metrics().head(0), {}, EXPERIMENTS)
    assert table.empty
    assert list(table.columns) == list(summarise(metrics(), {}, EXPERIMENTS).columns)


def test_runs_on_different_test_sets_are_not_averaged():
    mixed = metrics()
    mixed.loc[mixed.index[0], "n"] = 11
    with pytest.raises(UserError, match="'alpha' were scored on 11 and 12 test images"):
        summarise(mixed, {}, EXPERIMENTS)


def test_the_order_of_the_runs_does_not_matter():
    backwards = metrics().iloc[::-1]
    pd.testing.assert_frame_equal(
        summarise(metrics(), {}, EXPERIMENTS), summarise(backwards, {}, EXPERIMENTS)
    )
