"""How long the making of batches takes, on a CPU and on a GPU."""

from collections.abc import Iterable, Iterator

import torch

from runners.clock import Clock
from runners.data.loader import Batch


class Making:
    """Times the batches of an epoch.

    A GPU makes them after it was told to: there the work is timed by events, which are read only
    when the epoch is over, so that no step waits for it.
    """

    def __init__(self, device: torch.device) -> None:
        self._is_gpu = device.type == "cuda"
        self._part = "compute" if self._is_gpu else "data"
        self._events: list[tuple[torch.cuda.Event, torch.cuda.Event]] = []

    def timed(self, batches: Iterable[Batch], clock: Clock) -> Iterator[Batch]:
        """The same batches; on a CPU, the time in which they are made is charged to `data`."""
        iterator = iter(batches)
        while True:
            with clock.charging(self._part):
                before = self._event()
                batch = next(iterator, None)
                after = self._event()
            if batch is None:
                return
            if before is not None and after is not None:
                self._events.append((before, after))
            yield batch

    def _event(self) -> torch.cuda.Event | None:
        if not self._is_gpu:
            return None
        event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record()
        return event

    def device_seconds(self) -> float:
        """What a GPU took for them, once it is done with all of it; 0 on a CPU."""
        taken = (before.elapsed_time(after) for before, after in self._events)
        return float(sum(taken)) / 1000  # milliseconds
