"""From which confidence on an answer may be called sure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_EVEN = 0.5
# No probability reaches it; the next number above 1, so that it prints as 1.
_OUT_OF_REACH = float(np.nextafter(1.0, 2.0))


@dataclass(frozen=True)
class Threshold:
    """Where "sure" begins, in calibrated confidence.

    `accuracy_above` and `accuracy_below` are the shares of right answers among the validation
    images on either side, NaN where there is none. `n` is how many validation images there are.
    """

    confidence: float
    accuracy_above: float
    accuracy_below: float
    n: int


def threshold(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> Threshold:
    """The confidence that best parts right answers from wrong ones.

    It is the one with the largest share of right answers at or above it less the share of wrong
    ones there, among those at or above which at least half of the answers are right; of equals the
    lowest. Where none is better than another, it is 0.5. Where answers that are sure would be wrong
    more often than right, it is above 1, so that none is. Source: W. J. Youden, "Index for rating
    diagnostic tests", Cancer 3, 1950.

    Args:
        confidence: float64 [N], calibrated, of validation images.
        right: bool [N], whether the answer was right.
    """
    chosen = _youdens(confidence, right) if right.any() else _OUT_OF_REACH
    above = right[confidence >= chosen]
    if _share(above if len(above) else right) < _EVEN:
        chosen = _OUT_OF_REACH
    sure = confidence >= chosen
    return Threshold(chosen, _share(right[sure]), _share(right[~sure]), len(right))


def _youdens(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    candidates, at = np.unique(confidence, return_inverse=True)
    n_right, n_wrong = (
        np.bincount(at[these], minlength=len(candidates)) for these in (right, ~right)
    )
    above_right, above_wrong = (n[::-1].cumsum()[::-1] for n in (n_right, n_wrong))
    # The difference of the two shares, in whole numbers: rounding must not part equals.
    difference = above_right * n_wrong.sum() - above_wrong * n_right.sum()
    difference[above_right < above_wrong] = 0
    best = int(difference.argmax())
    return float(candidates[best]) if difference[best] > 0 else _EVEN


def _share(right: NDArray[np.bool_]) -> float:
    return float(right.mean()) if len(right) else float("nan")
