"""Runs what is missing of a suite: check everything, execute, mirror, say how it went."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bench.errors import UserError
from bench.executors.local import Finished, run_all
from bench.progress import Display, RunView
from bench.results.records import complete_runs
from bench.survey import PlannedRun, Survey
from bench.tracking import default_tracking_uri, is_mirrored


def launch(survey: Survey, console: Console) -> list[Finished]:
    """Executes the runs that are neither complete nor running, and mirrors what is complete.

    Raises:
        UserError: before anything starts, where data, models or weights are not right.
        KeyboardInterrupt: on Ctrl-C and SIGTERM; unfinished runs can be resumed.
    """
    if survey.problem is not None:
        raise UserError(survey.problem)
    todo = survey.in_state("planned", "failed")
    mirror = _Mirror(survey)
    with _terminated_like_interrupted():
        if todo:
            check(survey, todo, console)
        finished = list(_execute(todo, console, mirror))
        warnings = mirror.finish()
    for warning in warnings:
        console.print(f"MLflow: {warning}", style="yellow", soft_wrap=True, highlight=False)
    return finished


def check(survey: Survey, todo: Sequence[PlannedRun], console: Console) -> None:
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
        experiments = {planned.run.experiment.name: planned.run.experiment for planned in todo}
        mistakes: dict[str, None] = {}
        for experiment in experiments.values():
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


def _execute(todo: Sequence[PlannedRun], console: Console, mirror: "_Mirror") -> Iterator[Finished]:
    if not todo:
        return
    views = [RunView(one.run, one.folder, one.estimated_seconds) for one in todo]
    with Display(console, views) as display:
        for finished in run_all([(one.run, one.folder) for one in todo], display.tick):
            display.end(finished.folder, finished.outcome)
            if finished.outcome == "complete":
                mirror.update()
            yield finished


class _Mirror:
    """Brings MLflow up to date in a thread, while the next run works.

    The thread dies with the process: what it leaves half done, the next round mends.
    """

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._uri = default_tracking_uri(survey.results)
        self._thread: Thread | None = None

    def update(self) -> None:
        """Starts a round, unless one is under way."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=self._round, name="mlflow-mirror", daemon=True)
            self._thread.start()

    def finish(self) -> tuple[str, ...]:
        """Waits for the round under way, and does a last one where anything is not mirrored.

        Returns:
            What the last round has to say.
        """
        if self._thread is not None:
            self._thread.join()
        return () if self._is_up_to_date() else self._round()

    def _is_up_to_date(self) -> bool:
        survey = self._survey
        records = list(complete_runs(survey.suite_folder))
        return is_mirrored(survey.results, survey.suite.name, self._uri, records)

    def _round(self) -> tuple[str, ...]:
        from bench.tracking import mirror

        survey = self._survey
        records = list(complete_runs(survey.suite_folder))
        return mirror(records, survey.results, survey.suite.name, self._uri).warnings


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM, which a scheduler sends, is answered as Ctrl-C is."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


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
            f"✗ {name}: {failure.get('kind', '?')}: {failure.get('reason', '?')}\n"
            f"  see {one.folder.path / 'log.txt'}",
            style="red",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )
