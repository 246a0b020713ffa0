"""A value for each point of a picture, and how such fields are bent."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Field: TypeAlias = NDArray[np.float32]
"""float32 [S, S], row 0 at the top; a colour has a third axis of 3."""


def as_field(values: NDArray[np.floating[Any]]) -> Field:
    """The values as float32, which they are already, though NumPy's types forget it."""
    return np.asarray(values, dtype=np.float32)


def smooth(t: Field) -> Field:
    """0 below 0, 1 above 1, and a smooth step between."""
    t = np.clip(t, 0, 1)
    return as_field(t * t * (3 - 2 * t))
