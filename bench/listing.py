"""The runs of a suite as rows, and as a table to read."""

from typing import TYPE_CHECKING, Any

from bench.results.store import DamagedError
from bench.survey import PlannedRun, Survey

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {"complete": "green", "running": "cyan", "failed": "red", "planned": ""}


def as_rows(survey: Survey) -> list[dict[str, Any]]:
    """A row a run: experiment, seed, identity, state, folder, and what is known of it.

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
        return {"reason": f"damaged: {error}"}
    return {
        "accuracy": metrics["test"]["accuracy"],
        "macro_accuracy": metrics["test"]["macro_accuracy"],
        "seconds": metrics["timings"]["total_seconds"],
    }


def print_plan(survey: Survey, console: "Console", *, dry_run: bool) -> None:
    """Prints the rows; with `dry_run` only those that would run."""
    from rich.table import Table
    from rich.text import Text

    from bench.progress import short_time

    rows = [row for row in as_rows(survey) if not dry_run or row["state"] in ("planned", "failed")]
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for heading in ("experiment", "seed", "identity", "state", "time", "accuracy", "macro"):
        is_number = heading in ("seed", "time", "accuracy", "macro")
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        estimate = row["estimated_seconds"]
        time = short_time(row["seconds"]) if "seconds" in row else f"~ {short_time(estimate)}"
        table.add_row(
            row["experiment"],
            str(row["seed"]),
            row["identity"] or "–",
            Text(row["state"], _STYLES[row["state"]]),
            "–" if estimate is None and "seconds" not in row else time,
            *(f"{row[key]:.3f}" if key in row else "" for key in ("accuracy", "macro_accuracy")),
        )
    if survey.notice:
        console.print(f" {survey.notice}", style="yellow", soft_wrap=True)
    console.print(table)
    for row in rows:
        if row.get("reason"):
            line = f" {row['experiment']}, seed {row['seed']}: {row['reason']}"
            console.print(line, style="red", soft_wrap=True, highlight=False, markup=False)
    console.print(_counts(survey, rows), style="dim", highlight=False)
    if survey.problem is not None:
        console.print(survey.problem, style="yellow", soft_wrap=True, highlight=False, markup=False)


def _counts(survey: Survey, rows: list[dict[str, Any]]) -> str:
    from bench.progress import short_time

    counts = {state: sum(row["state"] == state for row in rows) for state in _STYLES}
    said = [f"{n} {state}" for state, n in counts.items() if n] or ["nothing to run"]
    waiting = [row["estimated_seconds"] for row in rows if row["state"] in ("planned", "failed")]
    if waiting and None not in waiting:
        said.append(f"about {short_time(sum(waiting))} of work")
    elif waiting and survey.problem is None:
        said.append("how long they take is known after a first run of their kind")
    return f" {', '.join(said)}"
