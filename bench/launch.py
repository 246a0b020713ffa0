"""Runs what is missing of a suite: check everything, execute, mirror, say how it went."""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event, Thread

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bench.errors import UserError
from bench.executors.choice import How, ready
from bench.executors.local import Job
from bench.executors.process import Finished
from bench.experiments.spec import Experiment
from bench.interruption import terminated_like_interrupted
from bench.progress import Display, RunView
from bench.results.records import FailedRun, RunRecord
from bench.survey import PlannedRun, Survey, cpus
from bench.tracking import default_tracking_uri, is_mirrored
from bench.tracking.suites import model_rule, runs_to_mirror

# A round reads all runs of the suite in MLflow, some 5 ms each. So the more there are, the longer
# the mirror rests; else its cost would grow with the square of their number.
_SECONDS_OF_REST_A_RUN = 0.05


def launch(survey: Survey, console: Console, how: How) -> list[Finished]:
    """Executes the runs that are not complete, and mirrors what is.

    One that another process works on is asked for when the others are done: that process may be
    dying, or dead by then.

    Args:
        survey: what there is to run.
        console: to print to.
        how: to run it.

    Returns:
        The runs that were executed, and the failed ones that were left so.

    Raises:
        UserError: before anything starts, where data, models or weights are not right.
        KeyboardInterrupt: on Ctrl-C and SIGTERM; unfinished runs can be resumed.
    """
    if survey.problem is not None:
        raise UserError(survey.problem)
    left = [] if how.retry else survey.in_state("failed")
    done = ("complete",) if how.retry else ("complete", "failed")
    todo = [one for one in survey.runs if one.state not in done]
    mirror = _Mirror(survey)
    with terminated_like_interrupted() as insist:
        finished = _execute(survey, todo, console, mirror, how, insist) if todo else []
        warnings = mirror.finish()
    finished += [Finished(one.run, one.folder, "failed") for one in left]
    for warning in warnings:
        console.print(f"MLflow: {warning}", style="yellow", soft_wrap=True, highlight=False)
    return finished


def check(survey: Survey, experiments: Iterable[Experiment], console: Console) -> None:
    """Finds what would fail before the first run starts, fetches weights, and decodes the images.

    Raises:
        UserError: a line for each mistake.
    """
    _check_writable(survey.results)
    with console.status("checking data, models and weights"):
        from runners.data.cache import open_cache
        from runners.preparation import check_experiment, notes_on, read_folder

        data = survey.suite.data
        folder, fingerprint = read_folder(data)
        mistakes: dict[str, None] = {}
        for experiment in experiments:
            try:
                check_experiment(experiment, len(folder.classes), data.image_size)
            except UserError as error:
                lines = (f"{survey.suite.file}: {line}" for line in str(error).splitlines())
                mistakes.update(dict.fromkeys(lines))
    if mistakes:
        raise UserError("\n".join(mistakes))
    with Progress(
        TextColumn("decoding images"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("decode", total=None)
        images = open_cache(
            data, folder, fingerprint, lambda done, n: bar.update(task, completed=done, total=n)
        )
    for note in (*notes_on(folder, images), *images.notes):
        console.print(f"note: {note}", style="yellow", soft_wrap=True, markup=False)


def _check_writable(results: Path) -> None:
    try:
        results.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=results):
            pass
    except OSError as error:
        raise UserError(
            f"--results {results}: cannot be written to ({error.strerror}); name another folder"
        ) from None


def _execute(
    survey: Survey,
    todo: Sequence[PlannedRun],
    console: Console,
    mirror: "_Mirror",
    how: How,
    insist: Callable[[], None],
) -> list[Finished]:
    def say(line: str) -> None:
        console.print(f"note: {line}", style="yellow", soft_wrap=True, markup=False)

    with ready(how, cpus(), say, insist) as executor:
        # An experiment's seeds are the same to it.
        experiments = {one.run.experiment.name: one.run.experiment for one in todo}
        check(survey, experiments.values(), console)
        jobs = [(executor.threaded(one.run), one.folder) for one in todo]
        n_at_once = min(executor.n_at_once, len(jobs))
        if n_at_once > 1:
            console.print(f"{n_at_once} runs at a time, {_threads_of(jobs)} each", style="dim")
        views = [
            RunView(one.run, one.folder, survey.seconds_with(one, run.threads))
            for one, (run, _) in zip(todo, jobs, strict=True)
        ]
        done: list[Finished] = []
        with (
            Display(console, views, n_at_once) as display,
            closing(executor.run_all(jobs, display.tick)) as ending,
        ):
            for finished in ending:
                display.end(finished.folder, finished.outcome)
                done.append(finished)
                if finished.outcome == "complete":
                    mirror.update()
                if finished.outcome == "failed" and how.fail_fast:
                    break
    if len(done) < len(jobs):
        n_left = len(jobs) - len(done)
        console.print(f"stopped at the first failure: {n_left} runs are left", style="yellow")
    return done


def _threads_of(jobs: Sequence[Job]) -> str:
    """`1 thread`, `4 threads`, or `1 to 4 threads`: what the runs get."""
    counts = sorted({run.threads for run, _ in jobs})
    if len(counts) == 1:
        return f"{counts[0]} thread{'s' if counts[0] > 1 else ''}"
    return f"{counts[0]} to {counts[-1]} threads"


class _Mirror:
    """Brings MLflow up to date in a thread, while the next run works.

    The thread dies with the process: what it leaves half done, the next round mends.
    """

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._uri = default_tracking_uri(survey.results)
        self._thread: Thread | None = None
        self._is_ending = Event()
        self._rests_until = 0.0

    def update(self) -> None:
        """Starts a round, unless one is under way or about to begin."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=self._rest_and_go, name="mlflow-mirror", daemon=True)
            self._thread.start()

    def finish(self) -> tuple[str, ...]:
        """Waits for the round under way, and does a last one where anything is not mirrored.

        Returns:
            What the last round has to say.
        """
        self._is_ending.set()
        if self._thread is not None:
            self._thread.join()
        return () if self._is_up_to_date() else self._round()

    def _rest_and_go(self) -> None:
        if not self._is_ending.wait(max(0.0, self._rests_until - time.monotonic())):
            self._round()

    def _is_up_to_date(self) -> bool:
        survey, runs = self._survey, self._runs()
        rule = model_rule(survey.suite, len(runs))
        return is_mirrored(survey.results, survey.suite.name, self._uri, runs, rule)

    def _round(self) -> tuple[str, ...]:
        from bench.tracking import mirror

        survey, runs = self._survey, self._runs()
        rule = model_rule(survey.suite, len(runs))
        result = mirror(runs, survey.results, survey.suite.name, self._uri, rule)
        self._rests_until = time.monotonic() + _SECONDS_OF_REST_A_RUN * len(runs)
        return result.warnings

    def _runs(self) -> list[RunRecord | FailedRun]:
        return runs_to_mirror(self._survey.suite_folder)


def say_failures(finished: Sequence[Finished], console: Console) -> None:
    """The runs that did not complete, last, each with its reason and where to read more."""
    for one in finished:
        if one.outcome == "complete":
            continue
        name = f"{one.run.experiment.name}, seed {one.run.seed}"
        if one.outcome == "busy":
            console.print(f"… {name}: another process works on it", style="yellow")
            continue
        failure = one.folder.failure()
        console.print(
            f"✗ {name}: {failure['kind']}: {failure['reason']}\n"
            + (f"  try: {failure['try']}\n" if "try" in failure else "")
            + f"  see {one.folder.path / 'log.txt'}",
            style="red",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )
