"""What a corruption is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runners.data.synthetic.draws import Draws

Pixels = NDArray[np.uint8]
# An image, how strong, and what is random about it.
Apply = Callable[[Pixels, float, Draws], Pixels]


@dataclass(frozen=True)
class Corruption:
    """One way in which a photo gets worse.

    `amounts` are what the strengths 1 to 5 mean, in the unit that `unit` names. Lengths are
    fractions of the image's side, so that a strength means the same at every size. `apply` takes
    and returns RGB, uint8 [S, S, 3], and leaves what it was given as it was.
    """

    name: str
    unit: str
    amounts: tuple[float, float, float, float, float]
    apply: Apply
