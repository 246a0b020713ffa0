"""From which confidence on an answer may be called sure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_EVEN = 0.5


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
    ones there; of equals the lowest. Where all answers are right, or all wrong, nothing tells, and
    it is 0.5. Source: W. J. Youden, "Index for rating diagnostic tests", Cancer 3, 1950.

    Args:
        confidence: float64 [N], calibrated, of validation images.
        right: bool [N], whether the answer was right.
    """
    chosen = _EVEN
    if right.any() and not right.all():
        candidates, at = np.unique(confidence, return_inverse=True)
        n_right, n_wrong = (
            np.bincount(at[these], minlength=len(candidates)) for these in (right, ~right)
        )
        above_right, above_wrong = (n[::-1].cumsum()[::-1] for n in (n_right, n_wrong))
        # The difference of the two shares, in whole numbers: rounding must not part equals.
        difference = above_right * n_wrong.sum() - above_wrong * n_right.sum()
        chosen = float(candidates[int(difference.argmax())])
    sure = confidence >= chosen
    return Threshold(chosen, _share(right[sure]), _share(right[~sure]), len(right))


def _share(right: NDArray[np.bool_]) -> float:
    return float(right.mean()) if len(right) else float("nan")
