"""From a survey to a report: the records that count, the suite's order, the published figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.errors import UserError
from bench.experiments.spec import Published, Suite
from bench.results.records import (
    RunRecord,
    histories_frame,
    metrics_frame,
    notice_for,
    predictions_frame,
    timings_frame,
)
from bench.robustness.stored import of_runs
from bench.survey import Survey, to_report, without_searched

if TYPE_CHECKING:
    from analysis.report.record import Report
    from analysis.study import Study


@dataclass(frozen=True, eq=False)
class Gathered:
    """A suite's complete runs, and what the analysis starts from.

    `searched` are those on seeds by which their settings were chosen; the study has none of them
    but in a table of their own.
    """

    study: "Study"
    records: tuple[RunRecord, ...]
    searched: tuple[RunRecord, ...] = ()


def report_on(
    survey: Survey, seeds: Sequence[int] | None = None, pair: tuple[str, str] | None = None
) -> "Report":
    """Makes the report of a suite's complete runs.

    Args:
        survey: the suite and its results.
        seeds: only these; all where None.
        pair: two classes to look at closely.

    Raises:
        UserError: where no run is complete, or the runs do not share their classes.
    """
    from analysis.report.build import build_report

    return build_report(gather(survey, seeds).study, pair)


def gather(survey: Survey, seeds: Sequence[int] | None = None) -> Gathered:
    """Reads a suite's complete runs into data frames.

    Args:
        survey: the suite and its results.
        seeds: only these; all where None.

    Raises:
        UserError: as `report_on` does.
    """
    from analysis.study import Study

    found, missing = to_report(survey, seeds)
    records, searched = without_searched(survey.suite, found)
    if not records:
        missing = [*missing, *_only_searched(survey.suite, searched, ())]
        detail = f"; {missing[0]}" if missing else ""
        raise UserError(
            f"{survey.suite_folder}: holds no complete run of this suite as it is set{detail}; "
            "`bench run --all` makes them"
        )
    classes = _classes(records)
    published = _published(survey.suite, classes)
    if not published and any(one.published for one in survey.suite.experiments):
        missing = [*missing, "the published figures, which are of other classes"]
    missing = [*missing, *_only_searched(survey.suite, searched, records)]
    missing = [*missing, *_without_runs(survey.suite, found)]
    corrupted, unmeasured = of_runs(records)
    missing = [*missing, *unmeasured]
    study = Study(
        suite=survey.suite.name,
        classes=tuple(classes),
        experiments=tuple(experiment.name for experiment in survey.suite.experiments),
        metrics=metrics_frame(records),
        test=predictions_frame(records),
        validation=predictions_frame(records, "val"),
        histories=histories_frame(records),
        timings=timings_frame(records),
        published=published,
        missing=tuple(missing),
        notice=notice_for(records),
        searched=metrics_frame(searched),
        robustness=corrupted,
    )
    return Gathered(study, tuple(records), tuple(searched))


def _only_searched(
    suite: Suite, searched: Sequence[RunRecord], records: Sequence[RunRecord]
) -> list[str]:
    """A line on each experiment of which no figure is honest."""
    honest = {record.experiment for record in records}
    lines = []
    for name in dict.fromkeys(one.experiment for one in searched):
        if name not in honest:
            chosen = next(one for one in suite.experiments if one.name == name).chosen_on_seeds
            seeds = ", ".join(map(str, chosen))
            lines.append(
                f"{name}: complete only on seeds by which it was chosen ({seeds}); run it on others"
            )
    return lines


def _without_runs(suite: Suite, records: Sequence[RunRecord]) -> list[str]:
    """A line on the experiments that no table can have."""
    present = {record.experiment for record in records}
    absent = [one.name for one in suite.experiments if one.name not in present]
    return [f"without a complete run, and so in no table: {', '.join(absent)}"] if absent else []


def _classes(records: Sequence[RunRecord]) -> list[str]:
    found = {tuple(record.spec["classes"]) for record in records}
    if len(found) > 1:
        raise UserError(
            f"{records[0].folder.path.parent.parent}: its runs have different classes and cannot "
            "be compared; bring back the data set of the plan"
        )
    return list(found.pop())


def _published(suite: Suite, classes: Sequence[str]) -> dict[str, Published]:
    """The published figures, if all classes that they name are among these; otherwise none."""
    published = {
        experiment.name: experiment.published
        for experiment in suite.experiments
        if experiment.published is not None
    }
    named = {name for one in published.values() for name in one.per_class}
    return published if named <= set(classes) else {}
