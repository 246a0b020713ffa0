"""The images that every run has."""

import numpy as np
import pandas as pd

from analysis.shared_images import shared_images


def frame_of(runs):
    """From (experiment, seed, paths)."""
    return pd.DataFrame(
        [(name, seed, path) for name, seed, paths in runs for path in paths],
        columns=["experiment", "seed", "path"],
    )


def test_runs_stand_in_the_order_wanted_and_images_are_sorted():
    frame = frame_of([("a", 1, "yx"), ("b", 0, "xy"), ("a", 0, "xy"), ("other", 0, "z")])
    grid = shared_images(frame, ["b", "not-yet-run", "a"])
    assert grid.paths == ["x", "y"]
    assert grid.experiments.tolist() == ["b", "a", "a"]
    # Columns: b 0, a 0, a 1.
    assert grid.rows.tolist() == [[2, 4, 1], [3, 5, 0]]
    assert (frame["path"].to_numpy()[grid.rows] == np.array([["x"], ["y"]])).all()


def test_an_image_that_a_run_lacks_is_left_out():
    frame = frame_of([("a", 0, "xyz"), ("a", 1, "yz"), ("b", 5, "zxyw")])
    assert shared_images(frame, ["a", "b"]).paths == ["y", "z"]
    assert shared_images(frame, ["b"]).paths == ["w", "x", "y", "z"]


def test_nothing_in_common_and_no_predictions():
    apart = shared_images(frame_of([("a", 0, "x"), ("b", 0, "y")]), ["a", "b"])
    assert apart.rows.shape == (0, 2)
    none = shared_images(frame_of([("a", 0, "x")]), ["b"])
    assert (none.paths, none.rows.size, none.experiments.tolist()) == ([], 0, [])
