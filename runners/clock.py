"""Where the time of a run goes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter

PARTS = ("setup", "data", "compute", "evaluation", "checkpoint", "tracking")


class Clock:
    """Charges every moment to one part of a run's work, so that the parts add up to the whole.

    `setup` is all before the first epoch, `data` what makes the training batches, `compute` the
    training steps, `evaluation` the scoring, `checkpoint` what the run waits for its state to be
    saved, `tracking` the writing of events and results; metrics.json itself, which has these
    figures, and the seal come after. Made for a single thread.
    """

    def __init__(self, part: str = "setup") -> None:
        self._part = part
        self._began = self._since = perf_counter()
        self._seconds = dict.fromkeys(PARTS, 0.0)
        self._before = 0.0

    def add(self, total: float, seconds: Mapping[str, float]) -> None:
        """Counts what the processes took that worked on the run before.

        Args:
            total: seconds in all.
            seconds: of each part; fewer where an earlier version did not measure them.
        """
        self._before += total
        for part, value in seconds.items():
            self._seconds[part] += value

    def begin(self, part: str) -> str:
        """Charges this part from now on; gives the one before."""
        now = perf_counter()
        before, self._part = self._part, part
        self._seconds[before] += now - self._since
        self._since = now
        return before

    @contextmanager
    def charging(self, part: str) -> Iterator[None]:
        """Charges this part within the context."""
        before = self.begin(part)
        try:
            yield
        finally:
            self.begin(before)

    def move(self, seconds: float, source: str, target: str) -> None:
        """Charges to another part what was charged to the wrong one."""
        self._seconds[source] -= seconds
        self._seconds[target] += seconds

    @property
    def seconds(self) -> dict[str, float]:
        """The seconds of each part until now."""
        self.begin(self._part)
        return dict(self._seconds)

    @property
    def total(self) -> float:
        """The seconds until now, taken without the parts."""
        return self._before + perf_counter() - self._began
