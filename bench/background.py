"""What a report tells beside its numbers: runs, machine, how to make each run again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import harmonic_mean
from typing import TYPE_CHECKING, Any

from bench.pictures import class_counts
from bench.results.records import RunRecord
from bench.results.store import DamagedError
from bench.survey import PlannedRun, Survey

if TYPE_CHECKING:
    from analysis.report.background import Background, RunFacts
    from analysis.study import Study

# How a run is made again, from its experiment and seed.
Command = Callable[[str, int], str]


def background_of(
    survey: Survey,
    records: Sequence[RunRecord],
    study: "Study",
    command: Command,
    report_command: str = "",
) -> "Background":
    """Gathers what surrounds the numbers of a report.

    Args:
        survey: the suite and its results.
        records: its complete runs, those that the report is about.
        study: what they hold.
        command: gives the command that makes a run again.
        report_command: makes the report again.
    """
    from analysis.report.background import Background

    return Background(
        data=survey.suite.data.name,
        fingerprint=str(records[0].spec["fingerprint"]),
        counts=class_counts(survey, study),
        runs=(
            *(_complete(record, command) for record in records),
            *_damaged(survey, records, command),
            *(_unfinished(run, command) for run in survey.runs if run.state != "complete"),
        ),
        environment=tuple(_environment(records)),
        made=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        report_command=report_command,
    )


def _complete(record: RunRecord, command: Command) -> "RunFacts":
    from analysis.report.background import RunFacts

    history = record.history().to_dict("list")
    memory = record.metrics.get("memory", {}).get("peak_bytes")
    speeds = history.get("images_per_second", [])
    trained = history.get("trainable_parameters", [None])[-1]
    return RunFacts(
        experiment=record.experiment,
        seed=record.seed,
        state="complete",
        identity=str(record.spec["identity"]),
        folder=str(record.folder.path),
        command=command(record.experiment, record.seed),
        device=str(record.spec.get("device", "")),
        seconds=float(record.metrics["timings"]["total_seconds"]),
        images_per_second=harmonic_mean(speeds) if speeds else None,
        peak_bytes=memory,
        parameters=record.spec.get("parameters"),
        trained_parameters=None if trained is None else int(trained),
    )


def _damaged(
    survey: Survey, records: Sequence[RunRecord], command: Command
) -> Iterable["RunFacts"]:
    """The complete runs that could not be reported; the others may not have been asked for."""
    reported = {record.folder.path for record in records}
    for planned in survey.in_state("complete"):
        if planned.folder.path in reported:
            continue
        try:
            RunRecord(planned.run.experiment.name, planned.run.seed, planned.folder).verify()
        except DamagedError as error:
            yield replace(_unfinished(planned, command), state="damaged", reason=str(error))


def _unfinished(planned: PlannedRun, command: Command) -> "RunFacts":
    from analysis.report.background import RunFacts

    failure = planned.folder.failure() if planned.state == "failed" else {}
    return RunFacts(
        experiment=planned.run.experiment.name,
        seed=planned.run.seed,
        state=planned.state,
        identity=planned.run.identity,
        folder=str(planned.folder.path),
        command=command(planned.run.experiment.name, planned.run.seed),
        reason=str(failure.get("reason", "")),
        advice=f"try: {failure['try']}" if failure.get("try") else "",
    )


def _environment(records: Iterable[RunRecord]) -> Iterable[tuple[str, str]]:
    """What the runs were made with; where they differ, all that there was."""
    specs = [record.spec for record in records]
    for name, key in (
        ("device", "device"),
        ("precision", "precision"),
        ("CPU threads a run", "threads"),
        ("host", "host"),
        ("system", "platform"),
        ("git commit", "git_commit"),
    ):
        values = dict.fromkeys(str(spec[key]) for spec in specs if spec.get(key))
        if values:
            yield name, ", ".join(values)
    versions: dict[str, Any] = {}
    for spec in specs:
        for name, version in spec.get("versions", {}).items():
            versions.setdefault(name, {})[str(version)] = None
    for name, found in versions.items():
        yield name, ", ".join(found)
