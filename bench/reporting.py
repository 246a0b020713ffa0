"""From a survey to a report: the records that count, the suite's order, the published figures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.errors import UserError
from bench.experiments.spec import Published, Suite
from bench.results.records import RunRecord, metrics_frame, predictions_frame
from bench.survey import Survey, to_report

if TYPE_CHECKING:
    from analysis.report.record import Report


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

    records, missing = to_report(survey, seeds)
    if not records:
        detail = f"; {missing[0]}" if missing else ""
        raise UserError(
            f"{survey.suite_folder}: holds no complete run of this suite as it is set{detail}; "
            "`bench run --all` makes them"
        )
    classes = _classes(records)
    published = _published(survey.suite, classes)
    if not published and any(one.published for one in survey.suite.experiments):
        missing = [*missing, "the published figures, which are of other classes"]
    return build_report(
        suite=survey.suite.name,
        metrics=metrics_frame(records),
        predictions=predictions_frame(records),
        classes=classes,
        experiments=[experiment.name for experiment in survey.suite.experiments],
        published=published,
        missing=missing,
        pair=pair,
    )


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
