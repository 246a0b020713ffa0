"""The table of where the time of each run went."""

import pandas as pd

from analysis.report.numbers import duration, milliseconds, per_second, percent
from analysis.report.tables.table import Table
from analysis.report.tables.wording import sentences
from analysis.timing import TOLERANCE, not_adding_up
from bench.results.records import PARTS_OF_TIME

_MOST_NAMED = 3
_MOST_ROWS_IN_TERMINAL = 24


def timing_table(timing: pd.DataFrame) -> Table:
    """How fast each run was, and the shares of its time.

    Args:
        timing: what `analysis.timing.timing` returned.

    Returns:
        The table "timing". A terminal shows it while there are not too many runs.
    """
    shown = pd.DataFrame({"experiment": timing["experiment"]})
    shown["seed"] = [str(seed) for seed in timing["seed"]]
    shown["time"] = [duration(x) for x in timing["seconds"]]
    shown["images/s"] = [per_second(x) for x in timing["images_per_second"]]
    shown["step"] = [milliseconds(x) for x in timing["step_milliseconds"]]
    for part in PARTS_OF_TIME:
        shown[part] = [percent(x) for x in timing[f"{part}_share"]]
    return Table(
        name="timing",
        title="Where the time went",
        frame=timing,
        shown=shown,
        note=_note(timing),
        labels=("experiment",),
        is_detail=True,
        in_terminal=len(timing) <= _MOST_ROWS_IN_TERMINAL,
    )


def _note(timing: pd.DataFrame) -> str:
    are_unknown = timing["unaccounted_share"].isna().any()
    return sentences(
        "Images/s: of the training steps. Step: a full batch. The rest are shares of the wall "
        "time: data is the work on images before a network gets them, compute the training steps "
        "without that, evaluation every scoring.",
        "–: not measured by the version that made the run." if are_unknown else "",
        _warning(not_adding_up(timing)),
    )


def _warning(odd: pd.DataFrame) -> str:
    """Names the runs whose parts do not add up."""
    if not len(odd):
        return ""
    named = [
        f"{row['experiment']}, seed {row['seed']} ({100 * (1 - row['unaccounted_share']):.0f} %)"
        for row in odd.head(_MOST_NAMED).to_dict("records")
    ]
    more = f"; {len(odd) - _MOST_NAMED} more" if len(odd) > _MOST_NAMED else ""
    limit = f"{100 * TOLERANCE:.0f} %"
    return f"Not adding up to the time within {limit}: {'; '.join(named)}{more}."
