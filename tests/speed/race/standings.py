"""What a case's heats say: medians over the rounds, and ratios of heats of the same round."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tests.speed.race.contestants import FIRST, OURS
from tests.speed.race.heat import Heat


@dataclass(frozen=True)
class Spread:
    """The median of some values, the least and the greatest of them."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Of at least one value."""
        known = list(values)
        return cls(statistics.median(known), min(known), max(known))


@dataclass(frozen=True)
class Standing:
    """A contestant over all rounds of a case.

    `ratio` says how many times as many images a second this project trained on, round by round;
    None where the two never took part in the same round. `seconds` are those of whole processes.
    """

    contestant: str
    n_rounds: int
    speed: Spread
    ratio: Spread | None
    accuracy: Spread
    peak_bytes: float
    start_seconds: float
    seconds: Spread
    computed_in: str


def standings(heats: Sequence[Heat]) -> list[Standing]:
    """A standing for each contestant, in the order of their first heats."""
    ours = {heat.round: heat.images_per_second for heat in heats if heat.contestant == OURS}
    names = dict.fromkeys(heat.contestant for heat in heats)
    return [_standing([heat for heat in heats if heat.contestant == name], ours) for name in names]


def _standing(heats: Sequence[Heat], ours: dict[int, float]) -> Standing:
    ratios = [ours[heat.round] / heat.images_per_second for heat in heats if heat.round in ours]

    def middle(value: Callable[[Heat], float]) -> float:
        return statistics.median(map(value, heats))

    return Standing(
        contestant=heats[0].contestant,
        n_rounds=len(heats),
        speed=Spread.of(heat.images_per_second for heat in heats),
        ratio=Spread.of(ratios) if ratios else None,
        accuracy=Spread.of(heat.result.accuracy for heat in heats),
        peak_bytes=middle(lambda heat: heat.peak_bytes),
        start_seconds=middle(lambda heat: heat.result.start_seconds),
        seconds=Spread.of(heat.process_seconds for heat in heats),
        computed_in=heats[0].result.computed_in,
    )


def best_peer(found: Sequence[Standing]) -> Standing | None:
    """The fastest of the others by the median of the ratios; None where none took part."""
    peers = [one for one in found if one.contestant not in (OURS, FIRST) and one.ratio is not None]
    return min(peers, key=lambda one: one.ratio.median, default=None)
