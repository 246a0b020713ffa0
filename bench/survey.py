"""What a suite wants and what is there: its runs, each with its folder, state and estimate."""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from bench.errors import UserError
from bench.experiments.layers import is_weights_file
from bench.experiments.plan import plan
from bench.experiments.spec import Experiment, Run, Suite
from bench.results.begun import Begun, begun
from bench.results.checks import leak_notice
from bench.results.estimate import Estimate, Throughput
from bench.results.records import DRAWN_NOTICE, RunRecord, complete_runs, sound
from bench.results.store import DamagedError, RunFolder, State


@dataclass(frozen=True)
class PlannedRun:
    """A run of the plan as it stands on the disk.

    `begun` is how far it has come where it is to be gone on with, `estimate` how long it, or the
    rest of it, will take; None where that is not known.
    """

    run: Run
    folder: RunFolder
    state: State
    estimate: Estimate | None
    begun: Begun | None = None

    @property
    def estimated_seconds(self) -> float | None:
        """How long it will take, if that is known."""
        return None if self.estimate is None else self.estimate.seconds


@dataclass(frozen=True)
class Survey:
    """A suite held against its results.

    `problem` says why the runs could not be identified (data set or weights are not here); `runs`
    is empty then. `throughput` is what estimates rest on, `n_images` the images of each split.
    """

    suite: Suite
    results: Path
    runs: tuple[PlannedRun, ...]
    problem: str | None = None
    throughput: Throughput = field(default_factory=Throughput)
    n_images: Mapping[str, int] = field(default_factory=dict)

    @property
    def suite_folder(self) -> Path:
        """Where the suite's runs lie."""
        return self.results / self.suite.name

    def in_state(self, *states: State) -> list[PlannedRun]:
        """The runs that are in one of these states."""
        return [planned for planned in self.runs if planned.state in states]

    def seconds_with(self, planned: PlannedRun, threads: int) -> float | None:
        """How long one of its runs will take with so many threads, if that is known."""
        run = replace(planned.run, threads=threads)
        found = self.throughput.estimate(run, self.n_images, planned.begun)
        return None if found is None else found.seconds

    @property
    def is_undrawn(self) -> bool:
        """Whether its data are to be drawn by program, and have not been yet."""
        return _is_undrawn(self.suite)

    @property
    def notice(self) -> str:
        """What must be said beside every number of this suite: its data are drawn, or leak; or ''.

        That they leak is known where `bench data check` has found it.
        """
        from runners.data import manifest, places

        is_drawn = manifest.is_drawn(places.root_of(self.suite.data))
        drawn = DRAWN_NOTICE if is_drawn or self.suite.data.synthetic is not None else ""
        leaks = (leak_notice(self.results, one) for one in self._fingerprints)
        return " ".join(filter(None, (drawn, *leaks)))

    @property
    def _fingerprints(self) -> tuple[str, ...]:
        """Of the suite's data set; where it is not here, of those that its runs were made with."""
        if self.runs:
            return (self.runs[0].run.fingerprint,)
        found: dict[str, None] = {}
        for record in self.records:
            with suppress(DamagedError):  # which is told where the run is
                found[str(record.spec["fingerprint"])] = None
        return tuple(found)

    @cached_property
    def records(self) -> tuple[RunRecord, ...]:
        """All complete runs of the suite's folder, planned or not."""
        return tuple(complete_runs(self.suite_folder))

    def record_of(self, folder: RunFolder) -> RunRecord:
        """The record of a run that is complete."""
        return self._by_folder[folder.path]

    @cached_property
    def _by_folder(self) -> dict[Path, RunRecord]:
        return {record.folder.path: record for record in self.records}


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

    if _is_undrawn(suite):
        undrawn = f"data.{suite.data.name}.synthetic: not drawn yet; `bench run` draws it first"
        return Survey(suite, results, (), problem=undrawn)
    try:
        folder = scan(suite.data)
        found = fingerprint(folder, places.fingerprint_memo(folder.root))
        weights = weights_sha256(suite)
    except UserError as error:
        return Survey(suite, results, (), problem=f"{suite.file}: {error}")
    runs = plan(suite, found, weights, threads)
    n_images = {split: len(files) for split, files in folder.splits.items()}
    return _held_against(suite, results, runs, n_images)


def _held_against(
    suite: Suite, results: Path, runs: Sequence[Run], n_images: Mapping[str, int]
) -> Survey:
    """The runs as they stand on the disk, each with how long it will take."""
    found = [PlannedRun(run, at := RunFolder.of(results, run), at.state(), None) for run in runs]
    found = [
        one if one.state == "complete" else replace(one, begun=begun(one.folder)) for one in found
    ]
    throughput = Throughput.measured(
        complete_runs(results / suite.name),
        ((one.folder, one.begun) for one in found if one.begun is not None),
    )
    planned = tuple(
        replace(one, estimate=throughput.estimate(one.run, n_images, one.begun)) for one in found
    )
    return Survey(suite, results, planned, throughput=throughput, n_images=n_images)


def _is_undrawn(suite: Suite) -> bool:
    from runners.data import manifest, places

    return suite.data.synthetic is not None and not manifest.is_drawn(places.root_of(suite.data))


def cpus() -> int:
    """CPUs that this process may use, which a scheduler may have made fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def weights_sha256(suite: Suite) -> dict[str, str]:
    """The SHA-256 of each experiment's weights, by its name, where they are a file."""
    from runners.data import places
    from runners.data.fingerprint import digests

    found: dict[str, str] = {}
    for experiment in suite.experiments:
        path = _weights_file(experiment)
        if path is not None:
            known = digests([str(path)], places.fingerprint_memo(path))
            found[experiment.name] = known[str(path)]
    return found


def _weights_file(experiment: Experiment) -> Path | None:
    """The experiment's weights where they are a file: the user's, or the package's own."""
    from runners.models.embedded import embedded_file

    if not is_weights_file(experiment.weights):
        return embedded_file(experiment)
    path = Path(experiment.weights)
    if not path.is_file():
        raise UserError(
            f"experiment.{experiment.name}.weights = {experiment.weights!r}: there is no such file"
        )
    return path


def to_report(
    survey: Survey, seeds: Sequence[int] | None = None
) -> tuple[list[RunRecord], list[str]]:
    """The complete runs to report, and lines on what is not among them.

    All seeds of the planned configurations that are there, unless `seeds` says which. Without the
    data set the plan's configurations are not known; then each experiment's newest one counts.
    """
    if not survey.runs:
        records, lines = newest_to_report(survey, seeds)
        these = ": these are the newest results" if records else ""
        return records, [f"the plan could not be made ({survey.problem}){these}", *lines]
    name_of = {one.run.configuration: one.run.experiment.name for one in survey.runs}
    records, lines = sound(survey.records, seeds)
    chosen, others = _of_configurations(survey.suite, records, name_of)
    return chosen, [*lines, *others, *_unfinished(survey.runs)]


def newest_to_report(
    survey: Survey, seeds: Sequence[int] | None = None
) -> tuple[list[RunRecord], list[str]]:
    """The complete runs of each experiment's newest configuration, whether it is planned or not.

    All its seeds that are there, unless `seeds` says which; and lines on what is not among them.
    """
    names = [experiment.name for experiment in survey.suite.experiments]
    records, lines = sound(survey.records, seeds)
    own = [record for record in records if record.experiment in names]
    chosen, others = _of_configurations(survey.suite, own, _newest_configurations(own))
    return chosen, [*lines, *others]


def without_searched(
    suite: Suite, records: Iterable[RunRecord]
) -> tuple[list[RunRecord], list[RunRecord]]:
    """Runs whose figures are honest, and those on seeds by which their settings were chosen."""
    chosen_on = {one.name: set(one.chosen_on_seeds) for one in suite.experiments}
    honest, flattered = list[RunRecord](), list[RunRecord]()
    for record in records:
        searched = record.seed in chosen_on.get(record.experiment, ())
        (flattered if searched else honest).append(record)
    return honest, flattered


def _of_configurations(
    suite: Suite, records: Sequence[RunRecord], name_of: Mapping[str, str]
) -> tuple[list[RunRecord], list[str]]:
    """The records of these configurations under their experiments' names, and how many others."""
    names = [experiment.name for experiment in suite.experiments]
    chosen = [
        replace(record, experiment=name_of[record.spec["configuration"]])
        for record in records
        if record.spec["configuration"] in name_of
    ]
    chosen.sort(key=lambda record: (names.index(record.experiment), record.seed))
    n_other = sum(
        record.experiment in names and record.spec["configuration"] not in name_of
        for record in records
    )
    if not n_other:
        return chosen, []
    runs = "1 complete run" if n_other == 1 else f"{n_other} complete runs"
    return chosen, [f"{runs} of other settings: left out"]


def damaged(survey: Survey) -> list[str]:
    """A line on each of the planned runs that is complete, but not as it was sealed."""
    complete = [
        replace(survey.record_of(one.folder), experiment=one.run.experiment.name)
        for one in survey.in_state("complete")
    ]
    return sound(complete, None)[1]


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
