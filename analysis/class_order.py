"""An order of the classes in which those that are confused stand side by side."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform


def class_order(matrix: pd.DataFrame) -> list[str]:
    """Orders classes so that the blocks of a confusion matrix lie along its diagonal.

    Classes are the closer, the more often they are taken for one another: the distance is 1 minus
    the mean of the two rates. They are clustered by average linkage, and the leaves of the tree are
    turned so that neighbours are as close as can be. Source: Z. Bar-Joseph, D. Gifford and T.
    Jaakkola, "Fast optimal leaf ordering for hierarchical clustering", Bioinformatics 17 (2001).

    Args:
        matrix: counts, rows true classes and columns predicted ones, as
            `analysis.confusion.confusion_matrix` returns them. Rows may be empty.

    Returns:
        The class names, each once. An order and its mirror image are equally good; of the two ends
        the class that stands first in the matrix is at the beginning.
    """
    names = [str(name) for name in matrix.index]
    if len(names) < 3:
        return names
    distances = squareform(1 - _closeness(matrix.to_numpy()), checks=False)
    order = leaves_list(linkage(distances, method="average", optimal_ordering=True))
    if order[0] > order[-1]:
        order = order[::-1]
    return [names[i] for i in order]


def _closeness(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean of the rates of both directions, symmetric, 1 on the diagonal."""
    n = counts.sum(axis=1, keepdims=True)
    rates = counts / np.maximum(n, 1)
    # A class without images has no rate, and the mean is then the other direction's alone.
    known = np.broadcast_to(n > 0, counts.shape).astype(float)
    closeness = (rates + rates.T) / np.maximum(known + known.T, 1)
    np.fill_diagonal(closeness, 1)
    return np.asarray(closeness, dtype=np.float64)
