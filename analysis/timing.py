"""Where the time of each run went, and whether what was measured of it adds up."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bench.results.records import PARTS_OF_TIME

# A profile whose parts miss the wall time by more than this share of it is not whole.
TOLERANCE = 0.03


def timing(
    timings: pd.DataFrame, histories: pd.DataFrame, experiments: Sequence[str]
) -> pd.DataFrame:
    """How fast each run was, and the shares of its time.

    Args:
        timings: a row a run: `experiment, seed, batch_size` (images in a full batch),
            `total_seconds`, and of each of `PARTS_OF_TIME` `<part>_seconds`, NaN where not
            measured.
        histories: a row an epoch of a run: `experiment, seed, images_per_second`; may be empty.
        experiments: names in the order wanted. Others are left out.

    Returns:
        A row a run, by experiment in that order and seed: `experiment, seed, seconds` (wall time),
        `images_per_second` (of the training steps; over all epochs, hence their harmonic mean),
        `step_milliseconds` (of a full batch at that speed), of each of `PARTS_OF_TIME`
        `<part>_share` (of the wall time), and `unaccounted_share`: what the parts leave of it,
        negative where they come to more. NaN where not known.
    """
    order = {name: place for place, name in enumerate(dict.fromkeys(experiments))}
    runs = timings.loc[timings["experiment"].isin(list(order))]
    runs = runs.assign(place=runs["experiment"].map(order)).sort_values(["place", "seed"])
    runs = runs.join(_speeds(histories), on=["experiment", "seed"]).reset_index(drop=True)
    table = runs[["experiment", "seed"]].copy()
    table["seconds"] = total = runs["total_seconds"].astype(float)
    table["images_per_second"] = speed = runs["images_per_second"]
    table["step_milliseconds"] = 1000 * runs["batch_size"] / speed.where(speed > 0)
    for part in PARTS_OF_TIME:
        table[f"{part}_share"] = runs[f"{part}_seconds"].astype(float) / total.where(total > 0)
    shares = table[[f"{part}_share" for part in PARTS_OF_TIME]]
    table["unaccounted_share"] = 1 - shares.sum(axis=1, skipna=False)
    return table


def not_adding_up(table: pd.DataFrame) -> pd.DataFrame:
    """The runs whose parts miss their wall time by more than `TOLERANCE` of it.

    Args:
        table: what `timing` returned.

    Returns:
        Its rows; those of which no parts are known are not among them.
    """
    # Of seconds that are rounded: a hair beyond the limit is the rounding's.
    return table.loc[table["unaccounted_share"].abs() > TOLERANCE + 1e-9]


def _speeds(histories: pd.DataFrame) -> "pd.Series[float]":
    """Images a second over all epochs of a run, by experiment and seed; each epoch has as many."""
    if "images_per_second" not in histories or histories.empty:
        keys = pd.MultiIndex.from_tuples([], names=["experiment", "seed"])
        return pd.Series(np.empty(0), index=keys, name="images_per_second")
    speed = histories["images_per_second"].astype(float)
    seconds_an_image = 1 / speed.where(speed > 0)
    of_run = [histories["experiment"], histories["seed"]]
    return (1 / seconds_an_image.groupby(of_run).mean()).rename("images_per_second")
