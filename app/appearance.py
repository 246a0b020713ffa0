"""What an image looks like before anything is recognised in it, in sixteen numbers."""

import numpy as np
from numpy.typing import NDArray

N_MEASURES = 16
_SCALES = (1, 2, 4)


def appearance(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Brightness, contrast, colourfulness, and how steep the edges are, coarse and fine.

    Nearly all are logarithms, since what tells a drawing, a page of text or an empty sheet from a
    photo of the ground is by what factor they differ.

    Args:
        images: RGB, [N, S, S, 3], S ≥ 8.

    Returns:
        float64 [N, 16]: the means of red, green and blue; the logarithms of their standard
        deviations and of those of red - green and blue - yellow; of the mean slope across and
        down at each of three scales; of the median and the 98th percentile of the finest slopes.
    """
    measures = np.empty((len(images), N_MEASURES))
    for row, image in enumerate(images):
        measures[row] = _measures(image.astype(np.float32) / 255)
    return measures


def _measures(image: NDArray[np.float32]) -> list[float]:
    red, green, blue = (image[..., channel] for channel in range(3))
    opposed = (red - green, blue - (red + green) / 2)
    grey = image.mean(axis=2)
    slopes = [_slopes(_coarser(grey, scale)) for scale in _SCALES]
    finest = np.concatenate([part.ravel() for part in slopes[0]])
    return [
        *(float(channel.mean()) for channel in (red, green, blue)),
        *(_log(float(channel.std()), 0.01) for channel in (red, green, blue)),
        *(_log(float(channel.std()), 0.005) for channel in opposed),
        *(_log(float(part.mean()), 0.002) for pair in slopes for part in pair),
        *(_log(float(np.quantile(finest, share)), 0.002) for share in (0.5, 0.98)),
    ]


def _coarser(grey: NDArray[np.float32], scale: int) -> NDArray[np.float32]:
    """Means of squares of `scale` pixels; what does not fill one is left out."""
    side = grey.shape[0] // scale
    whole = grey[: side * scale, : side * scale]
    return np.asarray(whole.reshape(side, scale, side, scale).mean(axis=(1, 3)), dtype=np.float32)


def _slopes(grey: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return np.abs(np.diff(grey, axis=1)), np.abs(np.diff(grey, axis=0))


def _log(value: float, least: float) -> float:
    """The logarithm, which what is nearly nothing does not make endless."""
    return float(np.log(value + least))
