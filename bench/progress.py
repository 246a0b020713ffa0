"""What the terminal shows while runs work: a live table, or plain lines where there is none."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from rich.console import Console, Group, JustifyMethod, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bench.experiments.spec import Run
from bench.results.store import RunFolder

_MARKS = {"waiting": ("·", "dim"), "running": ("▶", "cyan"), "complete": ("✓", "green")}
_MARKS |= {"failed": ("✗", "red"), "busy": ("…", "yellow"), "stopped": ("✂", "magenta")}
# Columns beside the experiment's name, in characters; some need a terminal that is wide enough.
_WIDTHS = {"seed": 4, "epoch": 7, "progress": 12, "train loss": 10, "val loss": 8}
_WIDTHS |= {"val acc.": 8, "images/s": 8, "left": 6}
_NEEDED = {"progress": 116, "train loss": 96}
_ROWS_LEFT_FREE = 6  # for the heading, the latest failures and the footer


def short_time(seconds: float | None) -> str:
    """`45 s`, `12 min`, `3.4 h`; a dash where it is not known."""
    if seconds is None:
        return "–"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 99.5 * 60 else f"{seconds / 3600:.1f} h"


def _parsed(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Events; a line that a killed process has left half is passed over."""
    for line in lines:
        with suppress(ValueError):
            yield json.loads(line)


@dataclass
class RunView:
    """How far one run is, as its events tell."""

    run: Run
    folder: RunFolder
    estimated_seconds: float | None
    status: str = "waiting"
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    started: float = 0.0
    first_epoch: int = 0
    ended: float = 0.0
    reason: str = ""
    _offset: int = 0

    @property
    def name(self) -> str:
        """Experiment and seed."""
        return f"{self.run.experiment.name} seed {self.run.seed}"

    def start(self) -> None:
        """Begins to follow the run's events, from those that are there on."""
        path = self.folder.path / "events.jsonl"
        self._offset = path.stat().st_size if path.exists() else 0
        self.status, self.started = "running", time.monotonic()

    def poll(self) -> list[dict[str, Any]]:
        """The events since the last time; a line that is still being written waits."""
        try:
            with (self.folder.path / "events.jsonl").open("rb") as file:
                file.seek(self._offset)
                content = file.read()
        except OSError:
            return []
        whole = content[: content.rfind(b"\n") + 1]
        self._offset += len(whole)
        events = list(_parsed(whole.splitlines()))
        for event in events:
            self.events[event["event"]] = event
            if event["event"] == "start":
                self.first_epoch, self.started = event["epoch"], time.monotonic()
        return events

    def end(self, outcome: str) -> None:
        """Notes how the run ended."""
        self.poll()
        self.status, self.ended = outcome, time.monotonic()
        if outcome == "failed":
            self.reason = str(self.folder.failure().get("reason", ""))

    @property
    def title(self) -> str:
        """What its row is called."""
        return self.run.experiment.name

    @property
    def epochs_done(self) -> float:
        """Finished epochs and the share of the one under way."""
        epoch = self.events.get("epoch")
        if self.status == "complete":  # it may have stopped early
            return float(self.run.experiment.epochs)
        done = epoch["epoch"] + 1 if epoch else self.first_epoch
        step = self.events.get("step")
        if step and step["epoch"] == done:
            return float(done + step["step"] / step["steps"])
        return float(done)

    @property
    def seconds_left(self) -> float | None:
        """From this run's own pace; before it has one, from runs like it."""
        if self.status != "running":
            return self.estimated_seconds if self.status == "waiting" else 0.0
        here = self.epochs_done - self.first_epoch
        if here < 0.05:
            return self.estimated_seconds
        pace = (time.monotonic() - self.started) / here
        return pace * (self.run.experiment.epochs - self.epochs_done)


class Display:
    """Shows the runs while they work. Use as a context; `tick` keeps it fresh."""

    def __init__(self, console: Console, views: Sequence[RunView], n_at_once: int = 1) -> None:
        """Prepares to show them.

        Args:
            console: to print to.
            views: of the runs, in their order.
            n_at_once: how many work at a time, for the time that is left.
        """
        self._console = console
        self._n_at_once = n_at_once
        self._views = {view.folder.path: view for view in views}
        self._live = (
            Live(console=console, get_renderable=self.table, refresh_per_second=4)
            if console.is_terminal
            else None
        )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def tick(self, _run: Run, folder: RunFolder) -> None:
        """Reads what the run has said since the last time."""
        view = self._views[folder.path]
        if view.status != "running":
            view.start()
        for event in view.poll():
            if event["event"] == "start":
                self._say(f"{view.name}: started")
            elif event["event"] == "epoch":
                self._say(f"{view.name}: {self._epoch_line(view, event)}")
            elif event["event"] == "note":
                self._console.print(Text(f"{view.name}: note: {event['text']}", "yellow"))

    def end(self, folder: RunFolder, outcome: str) -> None:
        """Marks a run's end."""
        view = self._views[folder.path]
        view.end(outcome)
        finish = view.events.get("finish")
        figures = f", test accuracy {finish['accuracy']:.3f}" if finish else ""
        reason = f": {view.reason}" if view.reason else figures
        self._say(f"{view.name}: {'in another process' if outcome == 'busy' else outcome}{reason}")

    def _say(self, line: str) -> None:
        if self._live is None:
            self._console.print(line, highlight=False, soft_wrap=True, markup=False)

    @staticmethod
    def _epoch_line(view: RunView, event: dict[str, Any]) -> str:
        return (
            f"epoch {event['epoch'] + 1}/{view.run.experiment.epochs}, "
            f"train loss {event['train_loss']:.3f}, val loss {event['val_loss']:.3f}, "
            f"val accuracy {event['val_accuracy']:.3f}, "
            f"{event['images_per_second']:.1f} images/s, {short_time(view.seconds_left)} left"
        )

    def table(self) -> RenderableType:
        """What stands in the terminal now: a row a run, and below them how far all are."""
        views = list(self._views.values())
        room = max(3, self._console.height - _ROWS_LEFT_FREE)
        shown = self._window(views, room)
        columns = [name for name in _WIDTHS if self._console.width >= _NEEDED.get(name, 0)]
        name_width = self._console.width - 2 - sum(_WIDTHS[name] + 2 for name in columns)
        table = Table(box=None, padding=(0, 1), header_style="bold")
        table.add_column("experiment", no_wrap=True)
        for name in columns:
            justify: JustifyMethod = "left" if name == "progress" else "right"
            heading = "" if name == "progress" else name
            table.add_column(heading, justify=justify, no_wrap=True, min_width=_WIDTHS[name])
        for view in shown:
            cells = self._cells(view)
            table.add_row(
                self._title(view, max(12, name_width)), *(cells[name] for name in columns)
            )
        failed = [view for view in views if view.status == "failed"]
        reasons = [
            Text(f" ✗ {v.name}: {v.reason}", "red", overflow="ellipsis") for v in failed[-3:]
        ]
        return Group(table, *reasons, self._footer(views, len(views) - len(shown)))

    def _seconds_left(self, views: list[RunView]) -> float | None:
        """Until all are done: the longest, or the mean of what those at work have before them."""
        left = [view.seconds_left for view in views if view.status in ("running", "waiting")]
        known = [seconds for seconds in left if seconds is not None]
        if not left or len(known) < len(left):
            return None
        return max(*known, sum(known) / self._n_at_once)

    @staticmethod
    def _window(views: list[RunView], room: int) -> list[RunView]:
        """As many rows as fit, the run under way among them."""
        at = next((i for i, view in enumerate(views) if view.status in ("running", "waiting")), 0)
        first = max(0, min(at - room // 2, len(views) - room))
        return views[first : first + room]

    @staticmethod
    def _title(view: RunView, width: int) -> Text:
        mark, style = _MARKS[view.status]
        title = Text(f"{mark} {view.title}", style)
        title.truncate(width, overflow="ellipsis")
        return title

    @staticmethod
    def _cells(view: RunView) -> dict[str, RenderableType]:
        epoch, step = view.events.get("epoch"), view.events.get("step")
        epochs = view.run.experiment.epochs
        newest = step if step and (not epoch or step["epoch"] > epoch["epoch"]) else epoch
        over = view.status not in ("waiting", "running")
        took = Text(short_time(view.ended - view.started), "dim")
        return {
            "seed": str(view.run.seed),
            "epoch": f"{int(view.epochs_done)}/{epochs}",
            "progress": ProgressBar(total=epochs, completed=view.epochs_done, width=12),
            "train loss": f"{newest['train_loss']:.3f}" if newest else "",
            "val loss": f"{epoch['val_loss']:.3f}" if epoch else "",
            "val acc.": f"{epoch['val_accuracy']:.3f}" if epoch else "",
            "images/s": f"{epoch['images_per_second']:.1f}" if epoch else "",
            "left": took if over else short_time(view.seconds_left),
        }

    def _footer(self, views: list[RunView], hidden: int) -> Text:
        counts = {status: sum(view.status == status for view in views) for status in _MARKS}
        said = [f"{n} {status}" for status, n in counts.items() if n]
        left = self._seconds_left(views)
        if left is not None:
            said.append(f"about {short_time(left)} left")
        if hidden:
            said.append(f"{hidden} more rows")
        return Text(f" {', '.join(said)}", "dim")
