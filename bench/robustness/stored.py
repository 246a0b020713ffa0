"""What is known already of runs on corrupted images."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.errors import UserError
from bench.results.records import RunRecord
from bench.results.robustness import Measured, read, robustness_frame

if TYPE_CHECKING:
    import pandas as pd


def is_current(measured: Measured) -> bool:
    """Whether it is of corruptions as they are made now."""
    from runners.data.corruptions.catalogue import CORRUPTIONS, VERSION

    now = {one.name: list(one.amounts) for one in CORRUPTIONS}
    told = measured.told
    return told.corruptions_version == VERSION and all(
        now.get(name) == amounts for name, amounts in told.amounts.items()
    )


def of_runs(records: Sequence[RunRecord]) -> tuple["pd.DataFrame", list[str]]:
    """What is known of these runs, and lines on what is not.

    Returns:
        As `robustness_frame` makes it; and no line where nothing was ever measured.
    """
    found, lacking, lines = [], [], []
    for record in records:
        name = f"{record.experiment}, seed {record.seed}"
        try:
            measured = read(record)
        except UserError as error:
            lines.append(f"{name}: on corrupted images: {error}")
            continue
        if measured is None:
            lacking.append(name)
        elif is_current(measured):
            found.append((record, measured))
        else:
            lines.append(f"{name}: on corrupted images: of an earlier version; measure it again")
    if lacking and (found or lines):
        lines.append(f"not measured on corrupted images: {'; '.join(lacking)}")
    return robustness_frame(found), lines
