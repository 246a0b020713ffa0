"""Runs are lined up image by image, or refused."""

import numpy as np
import pytest

from analysis.statistics.outcomes import outcomes
from bench.errors import UserError


def test_right_and_wrong_by_seed_and_image(golden):
    found = outcomes(golden.predictions(), golden.CLASSES, golden.EXPERIMENTS)
    assert found.experiments == ("beta", "alpha")
    assert found.seeds == {"beta": (0, 1), "alpha": (0, 1)}
    # Sorted by path, "test/0.jpg", "test/1.jpg", "test/10.jpg", …: sums do not mind.
    assert found.right["alpha"].sum(axis=1).tolist() == [10, 7]
    assert found.right["beta"].sum(axis=1).tolist() == [12, 11]
    assert {name: len(rows) for name, rows in found.rows_by_class.items()} == {
        "cat": 4,
        "dog": 4,
        "fox": 4,
    }
    # Fox: alpha is right on 3 of 4 with seed 0 and on 2 of 4 with seed 1.
    fox = found.rows_by_class["fox"]
    assert found.means()[fox, 1].mean() == pytest.approx(5 / 8)


def test_the_order_of_the_rows_does_not_matter(golden):
    shuffled = golden.predictions().sample(frac=1, random_state=3)
    first = outcomes(golden.predictions(), golden.CLASSES, golden.EXPERIMENTS)
    second = outcomes(shuffled, golden.CLASSES, golden.EXPERIMENTS)
    for name in golden.EXPERIMENTS:
        np.testing.assert_array_equal(first.right[name], second.right[name])


def test_runs_on_other_images_are_refused_by_name(golden):
    predictions = golden.predictions()
    lacking = predictions.drop(predictions.query("experiment == 'beta' and seed == 1").index[:1])
    with pytest.raises(UserError, match="'beta', seed 1: was not scored on the same images"):
        outcomes(lacking, golden.CLASSES, golden.EXPERIMENTS)


def test_experiments_without_runs_are_absent_and_classes_without_images_too(golden):
    found = outcomes(golden.predictions(), [*golden.CLASSES, "wolf"], ["gamma", "alpha"])
    assert found.experiments == ("alpha",)
    assert list(found.rows_by_class) == golden.CLASSES
    assert outcomes(golden.predictions(), golden.CLASSES, []).experiments == ()
