"""What to try after a run: commands that can be typed as they stand."""

from typing import TYPE_CHECKING

from bench.cli.options import Request

if TYPE_CHECKING:
    from rich.console import Console

    from analysis.report.record import Report


def print_next_steps(request: Request, report: "Report", console: "Console") -> None:
    """Prints the commands that most will want next, each with what it does.

    Args:
        request: what was run.
        report: on it; its most confused pair is the example.
        console: where to.
    """
    steps = next_steps(request, report)
    console.print("\nnext", style="bold")
    width = max(len(command) for command, _ in steps)
    fits = max(width + len(what) for _, what in steps) + 4 <= console.width
    for command, what in steps:
        line = f"  {command:<{width}}  {what}" if fits else f"  {command}\n      {what}"
        console.print(line, soft_wrap=True)


def next_steps(request: Request, report: "Report") -> list[tuple[str, str]]:
    """The commands, and what each does, in a few words."""
    steps = []
    pair = _worst_pair(report)
    if pair:
        steps.append((request.command("report", "--pair", *pair), "this pair, closely"))
    steps.append((request.command("report", "--html"), "all of it in one page, with the photos"))
    steps.append((request.command("ui"), "the runs side by side, in a browser"))
    more = f"0-{max(2 * len(request.suite().seeds), 5) - 1}"
    steps.append((request.command("run", "--all", "--seeds", more), "more seeds, less doubt"))
    if request.is_quick:
        steps.append(("bench doctor", "what the study on real photos needs"))
    return steps


def _worst_pair(report: "Report") -> tuple[str, str] | None:
    from analysis.confusion import POOLED

    frame = next(table.frame for table in report.tables if table.name == "confused_pairs")
    worst = frame[(frame["experiment"] == POOLED) & (frame["rank"] == 1)]
    return None if worst.empty else (str(worst.iloc[0]["a"]), str(worst.iloc[0]["b"]))
