"""A search's trials as tables, derived by hand."""

import numpy as np
import pandas as pd
import pytest

from analysis.searched_seeds import searched_seeds
from analysis.searching import best_trials, counts, history, saved_epochs

from .searches import made


def test_complete_trials_come_before_pruned_ones_and_equal_ones_stand_by_number():
    ranked = best_trials(made().trials, is_better_high=True)
    assert list(ranked["number"]) == [2, 4, 0, 1]
    assert list(ranked["rank"]) == [1, 2, 3, 4]
    assert list(best_trials(made().trials, is_better_high=False)["number"]) == [0, 2, 4, 1]


def test_the_best_so_far_never_gets_worse():
    course = history(made().trials, is_better_high=True)
    assert course.to_numpy().tolist() == [[0, 0.5, 0.5], [2, 0.75, 0.75], [4, 0.75, 0.75]]
    assert list(history(made().trials, is_better_high=False)["best"]) == [0.5, 0.5, 0.5]


def test_states_are_counted():
    assert counts(made().trials) == {"complete": 3, "pruned": 1, "failed": 1}


def test_saved_epochs_are_those_of_pruned_trials_that_were_trained_themselves():
    # 8 + 8 + 8 + 8 planned without trial 4, which is as trial 2; trial 1 had 3 of 8.
    assert saved_epochs(made().trials) == (5, 32)


def test_searched_seeds_are_apart_from_new_ones():
    def runs(rows):
        return pd.DataFrame(rows, columns=["experiment", "seed", "accuracy", "macro_accuracy"])

    new = runs([("a", 1, 0.5, 0.25), ("a", 2, 0.75, 0.25), ("b", 1, 1.0, 1.0)])
    old = runs([("a", 0, 1.0, 0.5), ("c", 0, 0.5, 0.5)])
    table = searched_seeds(new, old).set_index("experiment")
    assert list(table.index) == ["a", "c"]
    assert table.loc["a"].to_dict() == {
        "n_new": 2,
        "n_searched": 1,
        "accuracy_new": 0.625,
        "accuracy_searched": 1.0,
        "macro_accuracy_new": 0.25,
        "macro_accuracy_searched": 0.5,
    }
    assert table.loc["c", "n_new"] == 0
    assert np.isnan(table.loc["c", "accuracy_new"])
    assert table.loc["c", "accuracy_searched"] == pytest.approx(0.5)
