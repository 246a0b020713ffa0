"""What stays the same through a run."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from bench.experiments.spec import Augment, Experiment
from runners.data.loader import Normalization

# Events go out as plain dicts with an `event` key.
Emit = Callable[[dict[str, object]], None]
_SECONDS_BETWEEN_EVENTS = 0.5


@dataclass(frozen=True)
class Setting:
    """The experiment, its seed, and where it computes."""

    experiment: Experiment
    augment: Augment
    normalization: Normalization
    seed: int
    device: torch.device
    precision: str


def now_and_then() -> Callable[[], bool]:
    """Whether half a second is over since the last time that this was so."""
    last = time.monotonic()

    def is_time() -> bool:
        nonlocal last
        now = time.monotonic()
        if now - last < _SECONDS_BETWEEN_EVENTS:
            return False
        last = now
        return True

    return is_time
