"""Class names as positions in the list of classes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.errors import UserError, nearest


def positions(names: "pd.Series[str]", classes: Sequence[str]) -> NDArray[np.int64]:
    """Where each name stands in `classes`.

    Args:
        names: class names, one an image.
        classes: the class names in order, without duplicates.

    Returns:
        int64 of the length of `names`, each in [0, len(classes)).

    Raises:
        UserError: for a name that is not a class: the runs belong to another data set, and
            leaving their images out would make every rate wrong.
    """
    found = pd.Index(classes).get_indexer(pd.Index(names))
    if (found < 0).any():
        name = str(names.iloc[int(np.argmin(found))])
        raise UserError(
            f"predictions name the class {name!r}, which the data set lacks{nearest(name, classes)}"
        )
    return found.astype(np.int64)
