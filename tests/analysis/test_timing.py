"""Where the time of a run went."""

import numpy as np
import pandas as pd
import pytest

from analysis.timing import not_adding_up, timing
from bench.results.records import PARTS_OF_TIME

# Of 80 s: 4, 8, 40, 20, 6 and 2, which is all.
WHOLE = dict(zip((f"{part}_seconds" for part in PARTS_OF_TIME), (4, 8, 40, 20, 6, 2), strict=True))
UNKNOWN = dict.fromkeys(WHOLE, np.nan)
NO_HISTORY = pd.DataFrame(columns=["experiment", "seed", "epoch", "images_per_second"])


def runs(*rows):
    """A row a run of 80 s and batches of 32: experiment, seed and parts."""
    return pd.DataFrame(
        [
            {"experiment": name, "seed": seed, "batch_size": 32, "total_seconds": 80.0, **parts}
            for name, seed, parts in rows
        ]
    )


def history(name, seed, speeds):
    return pd.DataFrame({"experiment": name, "seed": seed, "images_per_second": speeds})


def test_shares_are_of_the_wall_time():
    row = timing(runs(("a", 0, WHOLE)), NO_HISTORY, ["a"]).iloc[0]
    shares = [row[f"{part}_share"] for part in PARTS_OF_TIME]
    assert shares == pytest.approx([0.05, 0.1, 0.5, 0.25, 0.075, 0.025])
    assert row["unaccounted_share"] == pytest.approx(0)
    assert row["seconds"] == 80


def test_the_speed_is_that_over_all_epochs_and_a_step_takes_a_full_batch():
    # 100 images at 10/s and at 40/s take 12.5 s for 200: 16/s, and 32 images 2 s.
    speeds = pd.concat([history("a", 1, [10.0, 40.0]), history("a", 0, [64.0])])
    table = timing(runs(("a", 0, WHOLE), ("a", 1, WHOLE)), speeds, ["a"])
    assert table["images_per_second"].tolist() == pytest.approx([64, 16])
    assert table["step_milliseconds"].tolist() == pytest.approx([500, 2000])


def test_runs_are_in_the_order_of_the_experiments_and_others_are_left_out():
    made = runs(("b", 1, WHOLE), ("c", 0, WHOLE), ("a", 0, WHOLE), ("b", 0, WHOLE))
    table = timing(made, NO_HISTORY, ["b", "a"])
    assert table[["experiment", "seed"]].to_numpy().tolist() == [["b", 0], ["b", 1], ["a", 0]]


def test_what_was_not_measured_is_not_known():
    row = timing(runs(("a", 0, UNKNOWN)), NO_HISTORY, ["a"]).iloc[0]
    assert row.drop(["experiment", "seed", "seconds"]).isna().all()


def test_one_part_that_is_lacking_leaves_the_rest_open():
    parts = {**WHOLE, "tracking_seconds": np.nan}
    row = timing(runs(("a", 0, parts)), NO_HISTORY, ["a"]).iloc[0]
    assert row["compute_share"] == 0.5
    assert np.isnan(row["unaccounted_share"])


@pytest.mark.parametrize(
    ("tracking", "is_odd"), [(2.0, False), (-0.4, False), (-0.5, True), (4.4, False), (4.5, True)]
)
def test_parts_that_miss_the_time_by_more_than_three_percent_are_found(tracking, is_odd):
    # 3 % of 80 s are 2.4 s; with 2 s of tracking the parts are exactly the whole.
    made = runs(("a", 0, {**WHOLE, "tracking_seconds": tracking}), ("b", 0, UNKNOWN))
    odd = not_adding_up(timing(made, NO_HISTORY, ["a", "b"]))
    assert odd["experiment"].tolist() == (["a"] if is_odd else [])


def test_without_runs_there_is_no_row():
    none = runs(("a", 0, WHOLE)).iloc[:0]
    assert timing(none, NO_HISTORY, ["a"]).empty
