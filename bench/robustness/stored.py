"""What is known already of runs on corrupted images."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.errors import UserError
from bench.results.records import RunRecord
from bench.results.robustness import Measured, read, robustness_frame
from bench.results.store import DamagedError

if TYPE_CHECKING:
    import pandas as pd


MODEL = "model.safetensors"


def outdated(record: RunRecord, measured: Measured) -> str:
    """Why answers say nothing of a run's model under corruptions as they are made now; or ''.

    Raises:
        DamagedError: the run's seal cannot be read.
    """
    from runners.data.corruptions.catalogue import CORRUPTIONS, VERSION

    told = measured.told
    if told.model != record.folder.sealed(MODEL):
        return f"of another {MODEL}"
    now = {one.name: list(one.amounts) for one in CORRUPTIONS}
    is_current = told.corruptions_version == VERSION and all(
        now.get(name) == amounts for name, amounts in told.amounts.items()
    )
    return "" if is_current else "of an earlier version"


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
            reason = outdated(record, measured) if measured is not None else ""
        except (UserError, DamagedError) as error:
            lines.append(f"{name}: on corrupted images: {error}")
            continue
        if measured is None:
            lacking.append(name)
        elif reason:
            lines.append(f"{name}: on corrupted images: {reason}; measure it again")
        else:
            found.append((record, measured))
    if lacking and (found or lines):
        lines.append(f"not measured on corrupted images: {'; '.join(lacking)}")
    return robustness_frame(found), lines
