"""Curves, changes and verdicts on histories made by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.curves import MEASURES, changes, learning_curves, overfitting
from bench.experiments.spec import Schedule
from runners.optim import learning_rate

from .histories import histories, history


class TestLearningCurves:
    def test_mean_and_deviation_over_the_seeds_that_reached_the_epoch(self):
        # Seed 1 stops one epoch early.
        frame = histories(history([0.2, 0.5, 0.6]), history([0.4, 0.9], seed=1))
        table = learning_curves(frame, ["e"])
        rows = table.loc[table["measure"] == "val_accuracy"]
        assert rows["epoch"].tolist() == [0, 1, 2]
        assert rows["n_seeds"].tolist() == [2, 2, 1]
        np.testing.assert_allclose(rows["mean"], [0.3, 0.7, 0.6])
        # Of two values the deviation is their distance over the root of 2.
        half = np.array([0.2, 0.4, np.nan]) / math.sqrt(2)
        np.testing.assert_allclose(rows["low"], rows["mean"] - half)
        np.testing.assert_allclose(rows["high"], rows["mean"] + half)

    def test_a_row_an_experiment_epoch_and_measure_in_the_order_wanted(self):
        frame = histories(history([0.1], "z"), history([0.1, 0.2], "a"), history([0.3], "other"))
        table = learning_curves(frame, ["z", "not-yet-run", "a"])
        assert table[["experiment", "epoch", "measure"]].to_numpy().tolist() == [
            [name, epoch, measure]
            for name, epoch in (("z", 0), ("a", 0), ("a", 1))
            for measure in MEASURES
        ]

    def test_losses_that_are_infinite_or_unknown_are_no_reason_to_fail(self):
        frame = history([0.1, 0.2], val_loss=[np.inf, np.nan])
        table = learning_curves(frame, ["e"])
        assert len(table) == 2 * len(MEASURES)
        assert overfitting(frame, ["e"])["lowest_val_loss_epoch"].tolist() == [0]

    def test_no_histories_keep_the_columns(self):
        none = history([0.1]).head(0)
        columns = learning_curves(history([0.1]), ["e"]).columns
        assert learning_curves(none, ["e"]).columns.equals(columns)
        assert learning_curves(none, ["e"]).empty


def scheduled(epochs, **settings):
    """A history whose learning rate is what a run's would be."""
    rates = [learning_rate(1e-3, Schedule(**settings), epoch, epochs) for epoch in range(epochs)]
    return history([0.5] * epochs, learning_rate=rates)


class TestChanges:
    def test_unfreezing_and_freezing(self):
        frame = history([0.5] * 6, trainable_parameters=[10, 10, 30, 30, 20, 20])
        assert changes(frame, ["e"]).to_numpy().tolist() == [
            ["e", 2, "unfreeze", 10, 30],
            ["e", 4, "freeze", 30, 20],
        ]

    def test_a_step_of_the_learning_rate_beside_an_unfreezing(self):
        frame = history(
            [0.5] * 4,
            learning_rate=[1e-3, 1e-3, 1e-4, 1e-4],
            trainable_parameters=[10, 10, 20, 20],
        )
        assert changes(frame, ["e"]).to_numpy().tolist() == [
            ["e", 2, "unfreeze", 10, 20],
            ["e", 2, "learning rate", 1e-3, 1e-4],
        ]

    @pytest.mark.parametrize("every", [2, 3, 5])
    def test_every_step_of_a_step_schedule(self, every):
        frame = scheduled(12, name="step", every_epochs=every, gamma=0.1)
        assert changes(frame, ["e"])["epoch"].tolist() == list(range(every, 12, every))

    def test_steps_after_a_warm_up(self):
        frame = scheduled(12, name="step", every_epochs=4, gamma=0.1, warmup_epochs=3)
        assert changes(frame, ["e"])["epoch"].tolist() == [7, 11]

    @pytest.mark.parametrize("warmup", [0, 1, 2, 3, 5])
    @pytest.mark.parametrize("epochs", [2, 3, 8, 40, 300])
    def test_a_cosine_is_no_step_nor_is_a_warm_up(self, epochs, warmup):
        warmup = min(warmup, epochs - 1)
        assert changes(scheduled(epochs, name="cosine", warmup_epochs=warmup), ["e"]).empty
        near = scheduled(epochs, name="cosine", warmup_epochs=warmup, min_lr=9e-4)
        assert changes(near, ["e"]).empty
        assert changes(scheduled(epochs, warmup_epochs=warmup), ["e"]).empty

    def test_an_exponential_decay_is_no_step_but_a_jump_within_it_is(self):
        rates = 1e-3 * 0.9 ** np.arange(8)
        assert changes(history([0.5] * 8, learning_rate=rates), ["e"]).empty
        rates[4:] = 1e-2 * 0.99 ** np.arange(4)
        again = changes(history([0.5] * 8, learning_rate=rates), ["e"])
        assert again["epoch"].tolist() == [4]

    def test_less_than_a_hundredth_is_no_step(self):
        rates = [1e-3, 1e-3, 0.995e-3, 0.995e-3]
        assert changes(history([0.5] * 4, learning_rate=rates), ["e"]).empty

    def test_a_learning_rate_of_zero(self):
        table = changes(history([0.5] * 4, learning_rate=[1e-3, 1e-3, 0, 0]), ["e"])
        assert table[["epoch", "before", "after"]].to_numpy().tolist() == [[2, 1e-3, 0]]

    def test_what_any_seed_has_once(self):
        table = changes(
            histories(
                history([0.5] * 2, seed=1, trainable_parameters=[1, 2]),
                history([0.5] * 3, seed=0, trainable_parameters=[1, 2, 3]),
                history([0.5] * 2, "a", trainable_parameters=[5, 4]),
                history([0.5] * 2, "other", trainable_parameters=[5, 4]),
            ),
            ["e", "not-yet-run", "a"],
        )
        assert table.to_numpy().tolist() == [
            ["e", 1, "unfreeze", 1, 2],
            ["e", 2, "unfreeze", 2, 3],
            ["a", 1, "freeze", 5, 4],
        ]

    @pytest.mark.parametrize("frame", [history([0.5]), history([0.5]).head(0)])
    def test_nothing_to_see(self, frame):
        table = changes(frame, ["e"])
        assert table.empty
        assert list(table.columns) == ["experiment", "epoch", "kind", "before", "after"]


class TestOverfitting:
    def test_golden_values(self):
        frame = histories(
            # Best in epoch 1 by accuracy, lowest loss in epoch 2.
            history(
                [0.4, 0.6, 0.5, 0.5],
                val_loss=[1.0, 0.8, 0.7, 1.0],
                train_accuracy=[0.3, 0.5, 0.7, 0.9],
            ),
            # Stops one epoch early; best in epoch 2.
            history(
                [0.4, 0.5, 0.7],
                seed=1,
                val_loss=[0.9, 0.5, 0.6],
                train_accuracy=[0.3, 0.6, 0.8],
            ),
        )
        row = overfitting(frame, ["e"]).iloc[0]
        assert (row["n_seeds"], row["epochs"]) == (2, 3.5)
        assert (row["best_epoch"], row["best_epoch_min"], row["best_epoch_max"]) == (1.5, 1, 2)
        assert row["best_val_accuracy"] == pytest.approx(0.65)
        assert row["final_val_accuracy"] == pytest.approx(0.6)
        assert row["lost"] == pytest.approx((0.1 + 0) / 2)
        assert row["lost_sd"] == pytest.approx(0.1 / math.sqrt(2))
        assert row["gap_at_best"] == pytest.approx((-0.1 + 0.1) / 2)
        assert row["gap_at_end"] == pytest.approx((0.4 + 0.1) / 2)
        assert row["lowest_val_loss_epoch"] == 1.5
        assert row["val_loss_rise"] == pytest.approx((0.3 + 0.1) / 2)

    @pytest.mark.parametrize(
        ("val_loss", "best"),
        [
            ([1.0, 0.9, 0.8, 0.7], 3),  # of equal accuracies that of the lower loss
            ([1.0, 0.7, 0.7, 0.9], 1),  # of equal losses the earlier
            ([0.1, 0.9, 0.9, 0.9], 1),  # accuracy counts before loss
        ],
    )
    def test_the_best_epoch_is_the_one_that_selection_takes(self, val_loss, best):
        table = overfitting(history([0.5, 0.6, 0.6, 0.6], val_loss=val_loss), ["e"])
        assert table["best_epoch"].tolist() == [best]

    @pytest.mark.parametrize(
        ("val_accuracy", "val_loss", "verdict"),
        [
            # The lowest loss is that of the third epoch; from the fourth on it rises.
            ([0.5] * 10, [3, 2, 1, 2, 2, 2, 2, 2, 2, 2], "overfits from epoch 4 on"),
            ([0.5] * 10, [3, 2, 1, 2, 2, 2, 2, 2, 2, 1.06], "overfits from epoch 4 on"),
            ([0.5] * 10, [3, 2, 1, 2, 2, 2, 2, 2, 2, 1.04], "levels off"),
            # The last tenth of 10 epochs is the last one, of 20 the last two.
            ([0.5] * 9 + [0.6], [2] * 9 + [1], "still improving"),
            ([0.5] * 8 + [0.7, 0.6], [2] * 9 + [1], "levels off"),
            ([0.5] * 18 + [0.7, 0.6], [2] * 18 + [1, 1.5], "still improving"),
            ([0.5] * 17 + [0.7, 0.6, 0.6], [2] * 17 + [1, 1, 1.5], "overfits from epoch 19 on"),
            ([0.5, 0.6], [1, 0.9], "still improving"),
            ([0.6, 0.5], [0.9, 1], "overfits from epoch 2 on"),
            ([0.5], [1], "too short to say"),
        ],
    )
    def test_verdicts(self, val_accuracy, val_loss, verdict):
        table = overfitting(history(val_accuracy, val_loss=val_loss), ["e"])
        assert table["verdict"].tolist() == [verdict]

    def test_one_seed_has_no_deviation(self):
        table = overfitting(history([0.5, 0.4]), ["e"])
        assert table["lost_sd"].isna().all()
        assert table["best_epoch_min"].tolist() == table["best_epoch_max"].tolist() == [0]

    def test_experiments_in_the_order_wanted_and_only_those_with_runs(self):
        frame = histories(history([0.5], "a"), history([0.5], "b"), history([0.5], "c"))
        assert overfitting(frame, ["c", "not-yet-run", "a"])["experiment"].tolist() == ["c", "a"]

    def test_no_histories_keep_the_columns(self):
        table = overfitting(history([0.5]).head(0), ["e"])
        assert table.empty
        assert list(table.columns) == list(overfitting(history([0.5]), ["e"]).columns)


@st.composite
def some_histories(draw):
    """A few runs of one or two experiments, of unequal lengths, with many ties."""
    tenths = st.integers(0, 10).map(lambda x: x / 10)
    runs = []
    for experiment in ["e", "f"][: draw(st.integers(1, 2))]:
        for seed in range(draw(st.integers(1, 3))):
            accuracy = draw(st.lists(tenths, min_size=1, max_size=6))
            columns = {
                name: draw(st.lists(tenths, min_size=len(accuracy), max_size=len(accuracy)))
                for name in ("val_loss", "train_accuracy")
            }
            runs.append(history(accuracy, experiment, seed, **columns))
    return histories(*runs)


@settings(deadline=None, max_examples=30)
@given(some_histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(frame, random):
    order = list(range(len(frame)))
    random.shuffle(order)
    for table in (learning_curves, changes, overfitting):
        pd.testing.assert_frame_equal(
            table(frame, ["f", "e"]), table(frame.iloc[order], ["f", "e"])
        )


@settings(deadline=None, max_examples=30)
@given(some_histories())
def test_overfitting_agrees_with_going_through_the_runs(frame):
    table = overfitting(frame, ["e", "f"]).set_index("experiment")
    for name, runs in frame.groupby("experiment"):
        best, lost = [], []
        for _, run in runs.groupby("seed"):
            epochs = run.to_dict("records")
            chosen = min(epochs, key=lambda x: (-x["val_accuracy"], x["val_loss"], x["epoch"]))
            best.append(chosen["epoch"])
            lost.append(chosen["val_accuracy"] - epochs[-1]["val_accuracy"])
        assert table.loc[name, "best_epoch"] == pytest.approx(np.mean(best))
        assert table.loc[name, "lost"] == pytest.approx(np.mean(lost))
        assert table.loc[name, "lost"] >= 0
        assert table.loc[name, "val_loss_rise"] >= 0
