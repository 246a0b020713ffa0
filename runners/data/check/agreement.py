"""Whether two pictures agree everywhere, and not only in what is strongest in both.

Photos of one camera may share a frame, a bar or a round mask whose edges are all that a
correlation sees. So every place where either shows something must be like the other's.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Pictures = NDArray[np.float32]

LEAST_AGREEMENT = 0.7  # correlation at the places that agree least
_LEAST_SHARE = 0.05  # of the places may agree less
_LEAST_PLACES = 0.1  # of the picture; with less to see no two are called alike
_WINDOW = 1.2  # a place's neighbourhood, in pixels
_SEEN = 1.5  # root mean square of the details, of 255, from which there is something to see
_NOISE = 0.5  # of the same kind, which no copy keeps


def finest(pictures: NDArray[np.uint8]) -> Pictures:
    """The details of a few pixels; of a strong edge nothing is left two pixels away."""
    values = pictures.astype(np.float32)
    fine, broad = (ndimage.gaussian_filter(values, (0, blur, blur)) for blur in (0.5, 1.4))
    return np.asarray(fine - broad, dtype=np.float32)


def agree_everywhere(
    first: Pictures, second: Pictures, where: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether pairs of pictures are alike at nearly every place.

    Args:
        first: float32 [N, S, S], the `finest` details.
        second: the same.
        where: bool [N, S, S], the places that both have.

    Returns:
        bool [N].
    """
    one, other = (np.where(where, each, 0) for each in (first, second))
    both, own, others = (_around(product) for product in (one * other, one**2, other**2))
    likeness = both / np.sqrt((own + _NOISE**2) * (others + _NOISE**2))
    seen = where & (np.maximum(own, others) > _SEEN**2)
    n_seen = seen.sum((1, 2))
    n_places = first.shape[1] * first.shape[2]
    ordered = np.sort(np.where(seen, likeness, 2).reshape(len(first), n_places), axis=1)
    rank = (_LEAST_SHARE * np.maximum(n_seen - 1, 0)).astype(np.intp)
    lowest = np.take_along_axis(ordered, rank[:, None], 1)[:, 0]
    return np.asarray((n_seen >= _LEAST_PLACES * n_places) & (lowest >= LEAST_AGREEMENT))


def _around(values: Pictures) -> Pictures:
    return np.asarray(ndimage.gaussian_filter(values, (0, _WINDOW, _WINDOW)), dtype=np.float32)
