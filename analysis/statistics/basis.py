"""What an interval or a p-value is over."""

import numpy as np
from numpy.typing import NDArray

BOTH = "images and seeds"
ONE_SIDE = "images, and seeds of one side"
IMAGES_ONLY = "images only"


def basis_of(n_seeds: NDArray[np.int64]) -> list[str]:
    """The basis of each row, by how many seeds its experiments have.

    Args:
        n_seeds: [N, 1] or, for pairs, [N, 2].

    Returns:
        `BOTH` where all have several; `IMAGES_ONLY` where all have one, so that nothing is known of
        other seeds; `ONE_SIDE` where one of a pair has one: the other's spread is in the numbers.
    """
    several = n_seeds > 1
    return [BOTH if all(row) else ONE_SIDE if any(row) else IMAGES_ONLY for row in several.tolist()]
