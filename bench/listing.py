"""The runs of a suite as rows, and as a table to read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bench.results.store import DamagedError
from bench.survey import PlannedRun, Survey

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_WAITING = ("planned", "failed")
_STYLES = {"complete": "green", "running": "cyan", "failed": "red", "planned": ""}


def as_rows(survey: Survey) -> list[dict[str, Any]]:
    """A row a run: experiment, seed, identity, state, folder, and what is known of it.

    `estimated_seconds` is how long it, or what is left of it, will take; `estimate_doubts` say what
    makes that a rough figure.

    Where the data set or weights are not here, identity and folder are None and `problem` says
    why.
    """
    if survey.problem is not None:
        return [
            {
                "experiment": experiment.name,
                "seed": seed,
                "identity": None,
                "state": "planned",
                "folder": None,
                "estimated_seconds": None,
                "estimate_doubts": [],
                "problem": survey.problem,
            }
            for seed in survey.suite.seeds
            for experiment in survey.suite.experiments
        ]
    return [_row(survey, planned) for planned in survey.runs]


def _row(survey: Survey, planned: PlannedRun) -> dict[str, Any]:
    row: dict[str, Any] = {
        "experiment": planned.run.experiment.name,
        "seed": planned.run.seed,
        "identity": planned.run.identity,
        "state": planned.state,
        "folder": str(planned.folder.path),
        "estimated_seconds": planned.estimated_seconds,
        "estimate_doubts": list(planned.estimate.doubts) if planned.estimate else [],
    }
    if planned.state == "failed":
        row["reason"] = planned.folder.failure().get("reason")
    if planned.state == "complete":
        row |= _figures(survey, planned)
    return row


def _figures(survey: Survey, planned: PlannedRun) -> dict[str, Any]:
    """The test figures of a complete run, or what is wrong with its files."""
    record = survey.record_of(planned.folder)
    try:
        metrics = record.metrics
    except DamagedError as error:
        return {"reason": f"damaged: {error.with_remedy()}"}
    return {
        "accuracy": metrics["test"]["accuracy"],
        "macro_accuracy": metrics["test"]["macro_accuracy"],
        "seconds": metrics["timings"]["total_seconds"],
    }


def print_plan(
    survey: Survey, console: "Console", *, dry_run: bool, n_at_once: int | None = None
) -> None:
    """Prints the rows; with `dry_run` only those that would run.

    Args:
        survey: the suite and its results.
        console: to print to.
        dry_run: whether it is the answer to what would run.
        n_at_once: how many runs would work at a time, if that was said.
    """
    rows = [row for row in as_rows(survey) if not dry_run or row["state"] in _WAITING]
    if survey.notice:
        console.print(f" {survey.notice}", style="yellow", soft_wrap=True)
    console.print(_table(rows))
    for row in rows:
        if row.get("reason"):
            line = f" {row['experiment']}, seed {row['seed']}: {row['reason']}"
            console.print(line, style="red", soft_wrap=True, highlight=False, markup=False)
    doubts = dict.fromkeys(
        doubt for row in rows if "seconds" not in row for doubt in row["estimate_doubts"]
    )
    if doubts:
        line = f" ?: a rough guess, from what has been measured ({', '.join(doubts)})"
        console.print(line, style="dim", soft_wrap=True, highlight=False)
    console.print(_counts(survey, rows, n_at_once), style="dim", highlight=False)
    if survey.problem is not None:
        console.print(survey.problem, style="yellow", soft_wrap=True, highlight=False, markup=False)


def _table(rows: Sequence[dict[str, Any]]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1), header_style="bold")
    for heading in ("experiment", "seed", "identity", "state", "time", "accuracy", "macro"):
        is_number = heading in ("seed", "time", "accuracy", "macro")
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        table.add_row(
            row["experiment"],
            str(row["seed"]),
            row["identity"] or "–",
            Text(row["state"], _STYLES[row["state"]]),
            _time(row),
            *(f"{row[key]:.3f}" if key in row else "" for key in ("accuracy", "macro_accuracy")),
        )
    return table


def _time(row: dict[str, Any]) -> str:
    """What a run took, or will take: `~` before an estimate, `?` before a rough one."""
    from bench.progress import short_time

    if "seconds" in row:
        return short_time(row["seconds"])
    if row["estimated_seconds"] is None:
        return "–"
    return f"{'?' if row['estimate_doubts'] else '~'} {short_time(row['estimated_seconds'])}"


def _counts(survey: Survey, rows: Sequence[dict[str, Any]], n_at_once: int | None) -> str:
    counts = {state: sum(row["state"] == state for row in rows) for state in _STYLES}
    said = [f"{n} {state}" for state, n in counts.items() if n] or ["nothing to run"]
    waiting = [row for row in rows if row["state"] in _WAITING]
    if waiting and survey.problem is None:
        said.append(_work(waiting, n_at_once))
    return f" {', '.join(said)}"


def _work(waiting: Sequence[dict[str, Any]], n_at_once: int | None) -> str:
    """How long the runs that wait will take: one after the other, or so many at a time."""
    from bench.progress import short_time

    known = [row["estimated_seconds"] for row in waiting if row["estimated_seconds"] is not None]
    if not known:
        return "how long they take is known after a first run of their kind"
    is_rough = any(row["estimate_doubts"] for row in waiting)
    said = f"{'roughly' if is_rough else 'about'} {short_time(sum(known))} of work"
    n_at_once = min(n_at_once or 1, len(known))
    if n_at_once > 1:
        over = short_time(max(*known, sum(known) / n_at_once))
        said += f", over in {over} with {n_at_once} at a time"
    if len(known) < len(waiting):
        said += f", and {len(waiting) - len(known)} runs of a kind that was never measured"
    return said
