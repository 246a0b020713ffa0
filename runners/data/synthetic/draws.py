"""The random numbers of one picture: a stream that hangs on its key alone."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from runners.data.synthetic.fields import Field

_Choice = TypeVar("_Choice")
_BUFFERED = 64


class Draws:
    """Draws numbers from Philox-4x64, whose raw words NumPy promises not to change.

    Everything beyond the raw words is arithmetic that is exact in IEEE floats, so that the same
    key gives the same numbers on every machine.
    """

    def __init__(self, *key: object) -> None:
        digest = hashlib.sha256("\0".join(map(str, key)).encode()).digest()
        self._key = np.frombuffer(digest[:16], dtype="<u8")
        self._philox = np.random.Philox(key=self._key)
        self._words: list[int] = []
        self._n_fields = 0

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """A number in [low, high)."""
        if not self._words:
            self._words = self._philox.random_raw(_BUFFERED).tolist()
        return low + (high - low) * ((self._words.pop() >> 11) * 2.0**-53)

    def bell(self, deviation: float = 1.0) -> float:
        """About a normal number: mean 0, this standard deviation, never beyond 3.5 of them."""
        return (sum(self.uniform() for _ in range(4)) - 2.0) * 1.7320508 * deviation

    def about(self, value: float, spread: float) -> float:
        """`value` times 1 ± `spread`, bell-shaped, and never less than a tenth of it."""
        return value * max(0.1, 1.0 + self.bell(spread))

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.uniform() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both possible."""
        return low + int(self.uniform() * (high - low + 1))

    def choose(self, choices: Sequence[_Choice], weights: Sequence[float]) -> _Choice:
        """One of `choices`, as often as its weight says."""
        left = self.uniform() * sum(weights)
        for choice, weight in zip(choices, weights, strict=True):
            left -= weight
            if left < 0:
                return choice
        return choices[-1]

    def field(self, rows: int, columns: int) -> Field:
        """White noise, float32 [rows, columns] in [-1, 1).

        Each field has a stream of its own, so that its size changes nothing that is drawn later.
        """
        self._n_fields += 1
        own = np.random.Philox(key=self._key, counter=[0, 0, self._n_fields, 0])
        n_words = (rows * columns + 1) // 2
        words = own.random_raw(n_words).astype("<u8").view("<u4")[: rows * columns]
        noise = (words >> np.uint32(8)).astype(np.float32) * (2.0**-23) - 1
        return noise.reshape(rows, columns)
