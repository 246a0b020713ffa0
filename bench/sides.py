"""What a comparison was asked for: from the words on the command line to complete runs."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.errors import UserError, nearest, plain
from bench.experiments.spec import Suite
from bench.results.records import RunRecord
from bench.results.store import COMPLETE
from bench.survey import Survey, cpus, newest_to_report, take, to_report, without_searched


@dataclass(frozen=True)
class Side:
    """What was named: an experiment, one in a folder of results, or all that are in a folder.

    `text` is what was written, `experiment` None where all are meant, `folder` None where the
    experiment's results lie where the suite's do.
    """

    text: str
    experiment: str | None
    folder: Path | None


@dataclass(frozen=True, eq=False)
class Found:
    """The complete runs of a side by experiment, in the suite's order.

    `unplanned` are the experiments whose runs have other settings than the plan, or other data;
    `lines` say what is not among the runs.
    """

    runs: dict[str, list[RunRecord]]
    unplanned: tuple[str, ...]
    lines: tuple[str, ...]


def read_side(text: str, suite: Suite) -> Side:
    """Understands what was written for a side.

    Args:
        text: an experiment's name, `EXPERIMENT@FOLDER`, or a folder of results. What is both a name
            and a folder is the name.
        suite: it names the experiments.

    Raises:
        UserError: there is no such experiment or folder, or the folder lacks the suite.
    """
    names = [experiment.name for experiment in suite.experiments]
    name, at, folder = text.partition("@")
    if text in names:
        return Side(text, text, None)
    if os.path.isdir(text):  # noqa: PTH112 - never raises
        return Side(text, None, _with_suite(text, suite))
    if not at:
        raise UserError(
            f"{plain(text)}: is no experiment, EXPERIMENT@FOLDER or folder of results"
            f"{nearest(text, names)}"
        )
    if name not in names:
        raise UserError(f"{plain(text)}: no experiment has the name {name!r}{nearest(name, names)}")
    if not os.path.isdir(folder):  # noqa: PTH112 - never raises
        raise UserError(f"{plain(text)}: there is no folder {folder!r}")
    return Side(text, name, _with_suite(folder, suite))


def _with_suite(text: str, suite: Suite) -> Path:
    folder = Path(text)
    if (folder / suite.name).is_dir():
        return folder
    if folder.resolve().name == suite.name:
        hint = f"; did you mean the folder around it, {os.path.relpath(folder.resolve().parent)!r}?"
    else:
        marks = folder.glob(f"*/*/*/{COMPLETE}")
        hint = nearest(suite.name, sorted({mark.parents[2].name for mark in marks}))
    raise UserError(f"{plain(text)}: holds no results of the suite {suite.name!r}{hint}")


def find_runs(side: Side, suite: Suite, results: Path, seeds: Sequence[int] | None = None) -> Found:
    """Finds the complete runs of a side.

    They are those of the planned configurations. In a folder that was named, an experiment that has
    none of these is there as it was run last: it may be from before a change of settings.

    Args:
        side: what was asked for.
        suite: its experiments as they are set now.
        results: the folder of all results, for a side that names none.
        seeds: only these; all where None.
    """
    wanted = [one.name for one in suite.experiments if side.experiment in (None, one.name)]
    survey = take(_only(suite, wanted), side.folder or results, cpus())
    records, lines = to_report(survey, seeds)
    unplanned: list[str] = []
    if side.folder is not None and survey.runs:
        planned = {record.experiment for record in records}
        unplanned = [name for name in wanted if name not in planned]
    if unplanned:
        records, lines = to_report(_of(survey, planned), seeds) if planned else ([], [])
        newest, others = newest_to_report(_of(survey, unplanned), seeds)
        records, lines = [*records, *newest], list(dict.fromkeys([*lines, *others]))
    records, searched = without_searched(suite, records)
    for name in dict.fromkeys(one.experiment for one in searched):
        lines = [*lines, f"{name}: runs on the seeds by which it was chosen are left out"]
    by_name = {name: [one for one in records if one.experiment == name] for name in wanted}
    runs = {name: its for name, its in by_name.items() if its}
    return Found(
        runs=runs,
        unplanned=tuple(name for name in unplanned if name in runs),
        lines=tuple(_of_side(line, side) for line in lines),
    )


def _only(suite: Suite, names: Collection[str]) -> Suite:
    return replace(suite, experiments=tuple(one for one in suite.experiments if one.name in names))


def _of(survey: Survey, names: Collection[str]) -> Survey:
    """The survey of these experiments alone."""
    runs = tuple(planned for planned in survey.runs if planned.run.experiment.name in names)
    return replace(survey, suite=_only(survey.suite, names), runs=runs)


def _of_side(line: str, side: Side) -> str:
    """A line on runs, with whose they are in front."""
    if side.folder is not None:
        return f"{side.folder}: {line}"
    return line if line.startswith(f"{side.experiment}, ") else f"{side.experiment}: {line}"
