"""What a suite wants and what is there: its runs, each with its folder, state and estimate."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from bench.errors import UserError
from bench.experiments.plan import plan, weights_files
from bench.experiments.spec import Run, Suite
from bench.results.estimate import Throughput
from bench.results.records import RunRecord, complete_runs
from bench.results.store import DamagedError, RunFolder, State


@dataclass(frozen=True)
class PlannedRun:
    """A run of the plan as it stands on the disk."""

    run: Run
    folder: RunFolder
    state: State
    estimated_seconds: float | None


@dataclass(frozen=True)
class Survey:
    """A suite held against its results.

    `problem` says why the runs could not be identified (data set or weights are not here); `runs`
    is empty then.
    """

    suite: Suite
    results: Path
    runs: tuple[PlannedRun, ...]
    problem: str | None = None

    @property
    def suite_folder(self) -> Path:
        """Where the suite's runs lie."""
        return self.results / self.suite.name

    def in_state(self, *states: State) -> list[PlannedRun]:
        """The runs that are in one of these states."""
        return [planned for planned in self.runs if planned.state in states]

    @cached_property
    def records(self) -> tuple[RunRecord, ...]:
        """All complete runs of the suite's folder, planned or not."""
        return tuple(complete_runs(self.suite_folder))


def take(suite: Suite, results: Path, threads: int) -> Survey:
    """Surveys a suite. Needs neither torch nor numpy.

    Args:
        suite: what is wanted.
        results: the folder of all results.
        threads: CPU threads of a run whose experiment does not say.
    """
    from runners.data import places
    from runners.data.fingerprint import fingerprint
    from runners.data.folders import scan

    try:
        folder = scan(suite.data)
        found = fingerprint(folder, places.fingerprint_memo(folder.root))
        weights = _weights_sha256(suite)
    except UserError as error:
        return Survey(suite, results, (), problem=f"{suite.file}: {error}")
    runs = plan(suite, found, weights, threads)
    throughput = Throughput.measured(complete_runs(results / suite.name))
    n_train = len(folder.splits["train"])
    planned = []
    for run in runs:
        at = RunFolder.of(results, run)
        planned.append(PlannedRun(run, at, at.state(), throughput.estimate(run, n_train)))
    return Survey(suite, results, tuple(planned))


def cpus() -> int:
    """CPUs that this process may use, which a scheduler may have made fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _weights_sha256(suite: Suite) -> dict[str, str]:
    from runners.data import places
    from runners.data.fingerprint import digests

    found: dict[str, str] = {}
    for path in weights_files(suite):
        if not Path(path).is_file():
            user = next(one.name for one in suite.experiments if one.weights == path)
            raise UserError(f"experiment.{user}.weights = {path!r}: there is no such file")
        found |= digests([path], places.fingerprint_memo(Path(path)))
    return found


def to_report(
    survey: Survey, seeds: Sequence[int] | None = None
) -> tuple[list[RunRecord], list[str]]:
    """The complete runs to report, and lines on what is not among them.

    All seeds of the planned configurations that are there, unless `seeds` says which. Without the
    data set the plan's configurations are not known; then each experiment's newest one counts.
    """
    records, lines = _sound(survey.records)
    if seeds is not None:
        records = [record for record in records if record.seed in seeds]
    names = [experiment.name for experiment in survey.suite.experiments]
    if survey.runs:
        name_of = {one.run.configuration: one.run.experiment.name for one in survey.runs}
    else:
        records = [record for record in records if record.experiment in names]
        name_of = _newest_configurations(records)
        lines += [f"the plan could not be made ({survey.problem}): these are the newest results"]
    chosen = [
        replace(record, experiment=name_of[record.spec["configuration"]])
        for record in records
        if record.spec["configuration"] in name_of
    ]
    n_other = sum(record.experiment in names for record in records) - len(chosen)
    if n_other > 0:
        runs = "1 complete run" if n_other == 1 else f"{n_other} complete runs"
        lines.append(f"{runs} of other settings: left out")
    chosen.sort(key=lambda record: (names.index(record.experiment), record.seed))
    return chosen, [*lines, *_unfinished(survey.runs)]


def _sound(records: Iterable[RunRecord]) -> tuple[list[RunRecord], list[str]]:
    """The records whose files are as they were sealed, and a line for each of the others."""
    sound, lines = [], []
    for record in records:
        try:
            record.verify()
        except DamagedError as error:
            lines.append(f"{record.experiment}, seed {record.seed}: damaged: {error}")
        else:
            sound.append(record)
    return sound, lines


def _newest_configurations(records: Iterable[RunRecord]) -> dict[str, str]:
    """Each experiment's configuration that was started last, with the experiment's name."""
    newest: dict[str, tuple[str, str]] = {}
    for record in records:
        dated = (record.spec["started"], record.spec["configuration"])
        newest[record.experiment] = max(newest.get(record.experiment, dated), dated)
    return {configuration: name for name, (_, configuration) in newest.items()}


def _unfinished(runs: Sequence[PlannedRun]) -> list[str]:
    lines, n_planned = [], 0
    for planned in runs:
        if planned.state == "planned":
            n_planned += 1
        elif planned.state != "complete":
            reason = f": {planned.folder.failure()['reason']}" if planned.state == "failed" else ""
            name = f"{planned.run.experiment.name}, seed {planned.run.seed}"
            lines.append(f"{name}: {planned.state}{reason}")
    if n_planned:
        lines.append(f"not run yet: {n_planned} of {len(runs)}")
    return lines
