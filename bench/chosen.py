"""Which run a command is meant to work with, and where the images of that run are."""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import DataError, UserError, nearest, plain
from bench.experiments.spec import DataSpec
from bench.results.records import RunRecord, best_by_validation
from bench.results.store import COMPLETE, DamagedError, RunFolder
from bench.survey import Survey, damaged, to_report

if TYPE_CHECKING:
    from runners.data.photos import Photos

_IDENTITY = re.compile(r"[0-9a-f]{4,12}")


@dataclass(frozen=True)
class Chosen:
    """A complete run, and where the suite has its data set, if a suite was read.

    `damaged` has a line for each run of the suite that could not be looked at for the choice.
    """

    record: RunRecord
    data: DataSpec | None
    damaged: tuple[str, ...] = ()

    @property
    def pictures(self) -> Path:
        """Where its pictures go, unless the user says."""
        name = f"{self.record.experiment}-{self.record.seed}"
        return self.record.folder.path.parents[1] / "report" / "explain" / name


def choose_run(asked: str, survey: Callable[[], Survey]) -> Chosen:
    """The complete run that is meant.

    Args:
        asked: an experiment's name (its first complete seed), `experiment/seed`, an identity or
            how it begins, or the path of a run folder.
        survey: the suite held against its results; is asked unless it is a path.

    Raises:
        UserError: there is no such run, or it is not complete or damaged; names the nearest.
    """
    folder = Path(asked)
    # os.path answers "no" where a name is longer than the system allows.
    if os.path.isfile(folder / COMPLETE):  # noqa: PTH113
        return Chosen(_record_at(folder), None)
    if os.path.isfile(folder / "run.json"):  # noqa: PTH113
        raise UserError(f"{asked}: this run is not complete; `bench run` goes on with it")
    return _of_suite(asked, survey())


def choose_best(survey: Survey) -> Chosen:
    """The complete run of a suite that did best on the validation images.

    Raises:
        UserError: no run of the suite is complete.
    """
    records, lines = to_report(survey)
    if not records:
        detail = "".join(f"; {line}" for line in lines[:1])
        raise UserError(
            f"{survey.suite_folder}: has no complete run{detail}; `bench run` makes some"
        )
    return Chosen(best_by_validation(records), survey.suite.data, tuple(damaged(survey)))


def _record_at(folder: Path) -> RunRecord:
    found = RunRecord("", 0, RunFolder(folder.resolve()))
    try:
        return replace(
            found, experiment=found.spec["experiment"]["name"], seed=int(found.spec["seed"])
        )
    except DamagedError as error:
        raise UserError(error.with_remedy()) from None


def _of_suite(asked: str, survey: Survey) -> Chosen:
    records, lines = to_report(survey)
    name, slash, seed = asked.rpartition("/")
    for record in records:
        if asked == record.experiment or (slash and (name, seed) == _called(record)):
            return Chosen(record, survey.suite.data)
    if _IDENTITY.fullmatch(asked):
        return Chosen(_by_identity(asked, survey), survey.suite.data)
    raise UserError(f"{plain(asked)}: {_why_not(asked, survey, records, lines)}")


def _called(record: RunRecord) -> tuple[str, str]:
    return record.experiment, str(record.seed)


def _by_identity(start: str, survey: Survey) -> RunRecord:
    """The one run whose identity begins so; also one of other settings than the suite's."""
    found = {
        identity: record
        for record in survey.records
        if (identity := record.folder.path.name.partition("-")[2]).startswith(start)
    }
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise UserError(f"{start}: is how several identities begin: {', '.join(sorted(found))}")
    known = [record.folder.path.name.partition("-")[2] for record in survey.records]
    raise UserError(
        f"{start}: {survey.suite_folder} has no complete run of this identity"
        f"{nearest(start, known)}"
    )


def _why_not(asked: str, survey: Survey, records: Sequence[RunRecord], lines: Sequence[str]) -> str:
    """What is wrong with a name that no complete run has."""
    known = [one.name for one in survey.suite.experiments]
    complete = list(dict.fromkeys(record.experiment for record in records))
    name, slash, seed = asked.rpartition("/")
    name = name if slash else asked
    for line in (*damaged(survey), *lines):
        if slash and line.startswith(f"{name}, seed {seed}: "):
            return f"cannot be used: {line}"
    if slash and name in complete:
        seeds = [str(record.seed) for record in records if record.experiment == name]
        return f"is not complete in {survey.suite_folder}; complete seeds: {', '.join(seeds)}"
    if name in known:
        telling = [
            line
            for line in lines
            if line.startswith((f"{name}, ", "the plan could not")) or "settings" in line
        ]
        detail = "".join(f"; {line}" for line in telling)
        return f"has no complete run in {survey.suite_folder}{detail}; `bench run {name}` makes one"
    return (
        "is no experiment, EXPERIMENT/SEED, identity or run folder"
        f"{nearest(name, complete or known)}"
    )


def photos_of(
    chosen: Chosen, advice: str = "; image files named after the run are shown without it"
) -> "Photos":
    """The data set of a run: where the suite has it now, or else where the run had it.

    Args:
        chosen: the run.
        advice: what to do without it; ends the error.

    Raises:
        UserError: it is not here, or is not what the run was trained on.
    """
    from runners.data.photos import open_photos, recorded_data

    recorded = recorded_data(chosen.record.spec)
    data = recorded
    if chosen.data is not None and chosen.data.name == recorded.name:
        data = replace(chosen.data, image_size=recorded.image_size)
    try:
        return open_photos(data, chosen.record.spec["fingerprint"])
    except DataError as error:
        raise DataError(f"{error}{advice}") from None
