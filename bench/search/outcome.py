"""What a study holds: a row a trial, what mattered, and what the pruner has saved."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from bench.experiments.search_spec import Range, Search
from bench.results.store import DamagedError
from bench.search.book import EPOCHS, PLANNED_EPOCHS, REASON, TWIN, Book
from bench.search.curves import value_of
from bench.search.space import values_of
from bench.search.storage import quiet
from bench.survey import Survey

if TYPE_CHECKING:
    from analysis.searching import Searched

STATES = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
    TrialState.RUNNING: "running",
    TrialState.WAITING: "waiting",
}
_FEWEST_FOR_IMPORTANCES = 4


@dataclass(frozen=True)
class TrialRow:
    """A trial as people and programs read it.

    `value` is the metric: of a pruned trial, as it was last reported. `curve` are its intermediate
    values by step; `epochs` those that were trained for it, of `planned_epochs`.
    """

    number: int
    state: str
    value: float | None
    settings: dict[str, object]
    epochs: int | None
    planned_epochs: int | None
    seconds: float | None
    reason: str
    as_trial: int | None
    folders: tuple[str, ...]
    curve: dict[int, float]

    def as_json(self) -> dict[str, Any]:
        """The row as plain data."""
        plain = dict(vars(self))
        plain["curve"] = {str(step): value for step, value in self.curve.items()}
        return {**plain, "folders": list(self.folders)}


def rows(book: Book) -> list[TrialRow]:
    """All trials of a study, by number."""
    return [_row(one, book.loaded.search) for one in book.trials()]


def _row(one: FrozenTrial, search: Search) -> TrialRow:
    known = one.user_attrs
    duration = one.duration
    return TrialRow(
        number=one.number,
        state=STATES[one.state],
        value=one.value,
        settings=values_of(one.params, search),
        epochs=known.get(EPOCHS),
        planned_epochs=known.get(PLANNED_EPOCHS),
        seconds=None if duration is None else duration.total_seconds(),
        reason=str(known.get(REASON, "")),
        as_trial=known.get(TWIN),
        folders=tuple(known.get("folders", ())),
        curve=dict(sorted(one.intermediate_values.items())),
    )


def ranked(found: Sequence[TrialRow], search: Search) -> list[TrialRow]:
    """The complete trials, the best first; of equal ones the earlier."""
    sign = -1 if search.is_better_high else 1
    complete = [one for one in found if one.state == "complete" and one.value is not None]
    return sorted(complete, key=lambda one: (sign * (one.value or 0.0), one.number))


def importances(book: Book) -> dict[str, float]:
    """How much each parameter mattered for the value, summing to 1; empty where nothing tells."""
    complete = [one for one in book.trials() if one.state == TrialState.COMPLETE]
    if len(complete) < _FEWEST_FOR_IMPORTANCES:
        return {}
    try:
        # That a conditional parameter has few trials is to be seen in the table.
        with quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return dict(optuna.importance.get_param_importances(book.study))
    except (ValueError, RuntimeError):  # such as a single value for all trials
        return {}


def searched(book: Book, survey: Survey) -> "Searched":
    """The study as analysis takes it."""
    import pandas as pd

    from analysis.searching import PARAMETER, Searched

    search, found = book.loaded.search, rows(book)
    plain = [
        {
            "number": one.number,
            "state": one.state,
            "value": one.value,
            "epochs": one.epochs,
            "planned_epochs": one.planned_epochs,
            "seconds": one.seconds,
            "reason": one.reason,
            "as_trial": one.as_trial,
            **{f"{PARAMETER}{each.key}": one.settings.get(each.key) for each in search.space},
        }
        for one in found
    ]
    columns = ["number", "state", "value", "epochs", "planned_epochs", "seconds", "reason"]
    columns += ["as_trial", *(f"{PARAMETER}{each.key}" for each in search.space)]
    trials = pd.DataFrame(plain, columns=columns)
    for name in ("value", "epochs", "planned_epochs", "seconds", "as_trial"):
        trials[name] = trials[name].astype("float64")
    curves = [(one.number, step, value) for one in found for step, value in one.curve.items()]
    return Searched(
        name=search.name,
        experiment=search.experiment,
        metric=search.metric,
        is_better_high=search.is_better_high,
        seeds=search.seeds,
        declared=book.total,
        trials=trials,
        curves=pd.DataFrame(curves, columns=["number", "step", "value"]),
        logarithmic=frozenset(
            each.key for each in search.space if isinstance(each, Range) and each.log
        ),
        importances=importances(book),
        by_hand=by_hand_value(survey, search),
        notice=survey.notice,
    )


def by_hand_value(survey: Survey, search: Search) -> float | None:
    """The metric of the experiment as it is set by hand, where all its seeds are complete."""
    complete = survey.in_state("complete")
    if len(complete) < len(survey.runs):
        return None
    try:
        return fmean(value_of(survey.record_of(one.folder), search.metric) for one in complete)
    except DamagedError:
        return None
