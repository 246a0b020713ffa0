"""What the terminal shows while a search works: a row a trial at hand, and the latest before."""

from rich.console import Console, Group, RenderableType
from rich.text import Text

from bench.experiments.spec import Run
from bench.progress import Display, RunView
from bench.results.store import RunFolder

_ROWS_KEPT = 12
_AT_WORK = ("running", "waiting")


class TrialView(RunView):
    """A run of a trial."""

    trial: str = ""

    @property
    def title(self) -> str:
        """The trial's number."""
        return self.trial

    @property
    def name(self) -> str:
        """The trial's number, and the seed."""
        return f"{self.trial} seed {self.run.seed}"


class SearchDisplay(Display):
    """As `bench run` has it, with rows that come as trials begin, and how the search stands."""

    def __init__(self, console: Console) -> None:
        super().__init__(console, ())
        self.standing = ""

    def add(self, trial: str, run: Run, folder: RunFolder) -> None:
        """Shows a run from now on."""
        view = TrialView(run, folder, None)
        view.trial = trial
        ended = [
            key for key, one in self._views.items() if one.status not in ("running", "waiting")
        ]
        for key in ended[: max(0, len(ended) - _ROWS_KEPT)]:
            del self._views[key]
        self._views.pop(folder.path, None)
        self._views[folder.path] = view

    def say(self, line: str) -> None:
        """A line that stays."""
        self._console.print(Text(line), soft_wrap=True)

    def table(self) -> RenderableType:
        """The rows, and below them how the search stands."""
        return Group(super().table(), Text(f" {self.standing}", "dim"))

    def end(self, folder: RunFolder, outcome: str) -> None:
        """Marks a run's end. Test figures are nothing that a search shows."""
        self._views[folder.path].end(outcome)
