"""Measures several runs, one after the other, and puts together what is to be told of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.chosen import Chosen
from bench.errors import UserError
from bench.results.atomic import write_atomic
from bench.results.records import RunRecord, notice_for
from bench.results.robustness import (
    CLEAN,
    FOLDER,
    Measured,
    place_of,
    robustness_frame,
)
from bench.robustness.keeping import keep
from bench.robustness.measuring import Task, measure, plan

if TYPE_CHECKING:
    import pandas as pd
    from rich.progress import Progress, TaskID

    from analysis.report.record import Report
    from analysis.robustness import Robustness


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of it.

    `runs` are those whose answers there are, with the answers; `known` says of which they were
    there already. `failures` are a line a run that could not be measured, `notes` what else is to
    be said.
    """

    runs: tuple[tuple[RunRecord, Measured], ...]
    known: tuple[str, ...]
    failures: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def files(self) -> list[Path]:
        """Where the answers lie."""
        return [place_of(record) for record, _ in self.runs]


def conduct(
    chosen: Sequence[Chosen],
    names: Sequence[str],
    n_images: int | None,
    again: bool,
    discard: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Measures what is not known yet. A run that cannot be measured does not end the others.

    Args:
        chosen: the runs.
        names: of the corruptions.
        n_images: how many test images, as many of each class; all where None.
        again: whether to measure also what is known.
        discard: whether nothing of what is stored is to be kept.
        tell: called before anything is measured with each line on what is done otherwise than
            asked.

    Raises:
        UserError: the runs cannot stand in one table, or none could be measured.
    """
    _check([one.record for one in chosen])
    failures: list[str] = []
    tasks = []
    for one in chosen:
        try:
            tasks.append(plan(one, names, n_images, again, discard))
        except UserError as error:
            failures.append(f"{_name(one.record)}: {error}")
    for task in tasks:
        for line in task.notes:
            tell(f"{_name(task.chosen.record)}: {line}")
    runs, known = [], []
    with _progress(tasks) as progress:
        total = _total(tasks, progress)
        for task in tasks:
            record = task.chosen.record
            try:
                measured, is_new = _measured(task, progress, total)
            except UserError as error:
                failures.append(f"{_name(record)}: {error}")
                continue
            runs.append((record, measured))
            if not is_new:
                known.append(f"{_name(record)}: known already; --again measures it anew")
    if not runs:
        raise UserError("\n".join(failures))
    notes = [line for record, measured in runs for line in _notes(record, measured)]
    return Outcome(tuple(runs), tuple(known), tuple(failures), tuple(notes))


def _total(tasks: Sequence[Task], progress: "Progress") -> "TaskID | None":
    """A bar for all runs together, where there are several to measure."""
    if sum(bool(task.names) for task in tasks) < 2:
        return None
    return progress.add_task("all", total=sum(task.n_answers for task in tasks))


def _measured(task: Task, progress: "Progress", total: "TaskID | None") -> tuple[Measured, bool]:
    """A run's answers, and whether they are new; new ones are written."""
    if not task.names and task.known is not None:
        return task.known, False
    record = task.chosen.record
    row = progress.add_task(_name(record), total=task.n_answers)

    def advance(n_answers: int) -> None:
        for bar in (row,) if total is None else (row, total):
            progress.advance(bar, n_answers)

    return keep(record, measure(task, advance), task.discards), True


@contextmanager
def _progress(tasks: Sequence[Task]) -> Iterator["Progress"]:
    """Bars on standard error, which go when all is done; none where nobody looks."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    is_shown = console.is_terminal and any(task.names for task in tasks)
    with Progress(
        *columns,
        TimeRemainingColumn(elapsed_when_finished=True),
        console=console,
        transient=True,
        disable=not is_shown,
    ) as progress:
        yield progress


def _name(record: RunRecord) -> str:
    return f"{record.experiment}, seed {record.seed}"


def _check(records: Sequence[RunRecord]) -> None:
    """Refuses runs that one table cannot hold."""
    by_name: dict[str, RunRecord] = {}
    for record in records:
        other = by_name.setdefault(_name(record), record)
        if other is not record:
            raise UserError(
                f"{_name(record)}: there are two, {other.folder.path} and {record.folder.path}; "
                "measure one after the other"
            )
        if record.spec["classes"] != records[0].spec["classes"]:
            raise UserError(
                f"{_name(record)}: has other classes than {_name(records[0])}; "
                "measure one after the other"
            )


def _notes(record: RunRecord, measured: Measured) -> Iterator[str]:
    told = measured.told
    if told.n_changed:
        images = "1 image" if told.n_changed == 1 else f"{told.n_changed} images"
        yield (
            f"{_name(record)}: {images} of {told.n_images} named otherwise here, uncorrupted, "
            "than when the run was scored"
        )


def report_on(outcome: Outcome, names: Sequence[str]) -> "Report":
    """The tables of what was measured, for these corruptions.

    Args:
        outcome: what `conduct` returned.
        names: of corruptions; others that are known are left out.
    """
    from analysis.report.build import robustness_tables
    from analysis.report.record import Report

    record = outcome.runs[0][0]
    found = _found(outcome.runs, names)
    tables = {table.name: table for table in robustness_tables(found)}
    strengths = tables.pop("robustness_strengths")
    return Report(
        suite=record.folder.path.parents[1].name,
        tables=(replace(strengths, in_terminal=True), *tables.values()),
        missing=(*outcome.failures, *found.gaps),
        notice=notice_for(record for record, _ in outcome.runs),
    )


def _found(
    runs: Sequence[tuple[RunRecord, Measured]], names: Sequence[str] | None = None
) -> "Robustness":
    """What the answers of some runs tell, under these corruptions or all that are known."""
    from analysis.robustness import robustness

    frame = robustness_frame(runs)
    if names is not None:
        frame = frame.loc[frame["corruption"].isin([CLEAN, *names])]
    experiments = list(dict.fromkeys(record.experiment for record, _ in runs))
    return robustness(frame, runs[0][0].spec["classes"], experiments)


def write_figures(outcome: Outcome) -> list[Path]:
    """Draws each run beside its answers, and several experiments together one folder up.

    All that is known of them is drawn, whatever was asked for: a picture of fewer corruptions would
    take the place of one of more.

    Raises:
        UserError: a file cannot be written.
    """
    files = []
    for record, measured in outcome.runs:
        strengths = _found([(record, measured)]).strengths
        files.append(_draw(place_of(record).with_suffix(".png"), strengths, [record]))
    records = [record for record, _ in outcome.runs]
    if len({record.experiment for record in records}) > 1:
        together = place_of(records[0]).parents[1] / f"{FOLDER}.png"
        files.append(_draw(together, _found(outcome.runs).strengths, records))
    return files


def _draw(path: Path, strengths: "pd.DataFrame", records: Sequence[RunRecord]) -> Path:
    from analysis.figures.rendering import png
    from analysis.figures.robustness import robustness_figure

    try:
        write_atomic(path, png(robustness_figure(strengths, notice_for(records))))
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror or error}") from None
    return path
