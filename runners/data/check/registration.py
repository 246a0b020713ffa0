"""Lays one small picture over another: how alike are they where they overlap?

A copy that was cropped by a few percent is shifted and stretched by pixels, which is enough to
spoil a plain comparison. The stretch and shift that fit best are found by Gauss–Newton steps on
the squared difference (Lucas and Kanade 1981), along with the contrast and brightness.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from runners.data.check.agreement import agree_everywhere, finest

Pictures = NDArray[np.float32]

# Blur in pixels and steps: coarse first, so that a shift of several pixels is still downhill.
_STAGES = ((2.0, 4), (1.0, 4))
_ROUGH_STEPS = 3
_LONGEST_STEP = 0.1  # of half a side
_LEAST_SCALE, _MOST_SCALE, _MOST_SHIFT = 0.8, 1.25, 0.25
_DAMPING = 1e-4
_LEAST_GAIN = 0.2
_BATCH = 128  # as many as stay in the processor's cache

LEAST_LIKENESS = 0.93  # correlation of the fine details where they overlap


def details(pictures: NDArray[Any]) -> Pictures:
    """Pictures [..., S, S] without noise, and without the broad light and dark that many share."""
    axes = (0.0,) * (pictures.ndim - 2)
    values = pictures.astype(np.float32)
    fine = ndimage.gaussian_filter(values, (*axes, 1.0, 1.0))
    broad = ndimage.gaussian_filter(values, (*axes, 4.0, 4.0))
    return np.asarray(fine - broad, dtype=np.float32)


def plain_likeness(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Pictures:
    """How alike pairs of pictures are as they lie.

    Args:
        first: uint8 [N, S, S].
        second: the same.

    Returns:
        float32 [N]: the correlation of their `details` where they overlap, -1 … 1; 0 instead of
        `LEAST_LIKENESS` and more where they do not `agree_everywhere`.
    """
    return _compared(first, second, _unmoved(len(first)))


def registered_likeness(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Pictures:
    """How alike pairs of pictures are, where either may be a little cropped.

    Args:
        first: uint8 [N, S, S].
        second: the same.

    Returns:
        float32 [N]: as `plain_likeness` has it.
    """
    found = [
        _either_way(first[start : start + _BATCH], second[start : start + _BATCH])
        for start in range(0, len(first), _BATCH)
    ]
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def _either_way(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Pictures:
    likeness = _one_way(first, second)
    # A step too far one way is often none the other way.
    missed = np.flatnonzero(likeness < LEAST_LIKENESS)
    likeness[missed] = np.maximum(likeness[missed], _one_way(second[missed], first[missed]))
    return likeness


def rough_likeness(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Pictures:
    """The same at half the size and with few steps: a tenth of the work, to leave out most.

    Args:
        first: uint8 [N, S, S], S even.
        second: the same.

    Returns:
        float32 [N], -1 … 1.
    """
    found = [
        _roughly(_halved(first[start : start + _BATCH]), _halved(second[start : start + _BATCH]))
        for start in range(0, len(first), _BATCH)
    ]
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def _halved(pictures: NDArray[np.uint8]) -> Pictures:
    side = pictures.shape[-1] // 2
    halved = pictures.reshape(-1, side, 2, side, 2).mean((2, 4), dtype=np.float32)
    return np.asarray(halved, dtype=np.float32)


def _roughly(moving: Pictures, fixed: Pictures) -> Pictures:
    warp = _unmoved(len(moving))
    source, target = _blurred(moving, 1.0), _blurred(fixed, 1.0)
    for _ in range(_ROUGH_STEPS):
        warp = _bounded(warp + _step(source, target, warp))
    shown, _, _, overlap = _sample(details(moving), warp)
    return _correlation(shown, details(fixed), overlap)


def _one_way(moving: NDArray[np.uint8], fixed: NDArray[np.uint8]) -> Pictures:
    # A row a pair: stretch and shift along x, then along y, in half sides.
    warp = _unmoved(len(moving))
    for blur, n_steps in _STAGES:
        source, target = _blurred(moving, blur), _blurred(fixed, blur)
        for _ in range(n_steps):
            warp = _bounded(warp + _step(source, target, warp))
    return _compared(moving, fixed, warp)


def _compared(moving: NDArray[np.uint8], fixed: NDArray[np.uint8], warp: Pictures) -> Pictures:
    shown, _, _, overlap = _sample(details(moving), warp)
    likeness = _correlation(shown, details(fixed), overlap)
    sure = np.flatnonzero(likeness >= LEAST_LIKENESS)
    one, _, _, overlap = _sample(finest(moving[sure]), warp[sure])
    agrees = agree_everywhere(one, finest(fixed[sure]), overlap)
    likeness[sure[~agrees]] = 0
    return likeness


def _unmoved(n: int) -> Pictures:
    return np.tile(np.array([1, 0, 1, 0], np.float32), (n, 1))


def _blurred(pictures: NDArray[Any], blur: float) -> Pictures:
    values = pictures.astype(np.float32)
    return np.asarray(ndimage.gaussian_filter(values, (0, blur, blur)), dtype=np.float32)


def _bounded(warp: Pictures) -> Pictures:
    low = np.array([_LEAST_SCALE, -_MOST_SHIFT] * 2, np.float32)
    high = np.array([_MOST_SCALE, _MOST_SHIFT] * 2, np.float32)
    return np.clip(warp, low, high)


def _step(source: Pictures, target: Pictures, warp: Pictures) -> Pictures:
    """The change of the warp that would fit best if the pictures were linear; [N, 4]."""
    shown, along_x, along_y, overlap = _sample(source, warp)
    x = _places(source.shape[-1])
    slopes = [along_x * x, along_x, along_y * x[:, None], along_y, shown, np.ones_like(shown)]
    n_places = source.shape[-1] ** 2
    design = np.stack(slopes, -1).reshape(-1, n_places, 6) * overlap.reshape(-1, n_places, 1)
    wanted = (target * overlap).reshape(-1, n_places, 1)
    transposed = design.transpose(0, 2, 1)
    normal = (transposed @ design).astype(np.float64)
    damping = _DAMPING * np.trace(normal, axis1=1, axis2=2)[:, None] * [1, 1, 1, 1, 0, 0] + 1e-6
    normal += damping[:, None, :] * np.eye(6)
    solved = np.linalg.solve(normal, transposed @ wanted)[..., 0]
    gain = np.maximum(solved[:, 4:5], _LEAST_GAIN)
    return np.clip(solved[:, :4] / gain, -_LONGEST_STEP, _LONGEST_STEP).astype(np.float32)


def _sample(
    pictures: Pictures, warp: Pictures
) -> tuple[Pictures, Pictures, Pictures, NDArray[np.bool_]]:
    """Pictures [N, S, S] seen through the warp, their slopes, and where there is something."""
    side = pictures.shape[-1]
    columns, column_part, inside_x = _grid(warp[:, 0], warp[:, 1], side)
    rows, row_part, inside_y = _grid(warp[:, 2], warp[:, 3], side)
    number = np.arange(len(pictures))[:, None, None]
    row, column = rows[:, :, None], columns[:, None, :]
    down, right = row_part[:, :, None], column_part[:, None, :]
    top_left, top_right = pictures[number, row, column], pictures[number, row, column + 1]
    low_left, low_right = pictures[number, row + 1, column], pictures[number, row + 1, column + 1]
    top, low = top_left + (top_right - top_left) * right, low_left + (low_right - low_left) * right
    left = (top_right - top_left) * (1 - down) + (low_right - low_left) * down
    overlap = inside_y[:, :, None] & inside_x[:, None, :]
    return top + (low - top) * down, left * (side / 2), (low - top) * (side / 2), overlap


def _grid(
    scale: Pictures, shift: Pictures, side: int
) -> tuple[NDArray[np.intp], Pictures, NDArray[np.bool_]]:
    """Along one axis: the pixel before each place, the part of the way to the next, and inside."""
    place = scale[:, None] * _places(side) + shift[:, None]
    pixel = (place + 1) * (side / 2) - 0.5
    inside = (pixel >= -0.5) & (pixel <= side - 0.5)
    pixel = np.clip(pixel, 0, side - 1.001)
    whole = pixel.astype(np.intp)
    return whole, (pixel - whole).astype(np.float32), inside


def _places(side: int) -> Pictures:
    """The centres of pixels, -1 … 1."""
    return ((np.arange(side, dtype=np.float32) + 0.5) * (2 / side) - 1).astype(np.float32)


def _correlation(a: Pictures, b: Pictures, where: NDArray[np.bool_]) -> Pictures:
    n = np.maximum(where.sum((1, 2)), 1)
    one, other = (
        np.where(where, each - (np.where(where, each, 0).sum((1, 2)) / n)[:, None, None], 0)
        for each in (a, b)
    )
    norms = np.sqrt((one**2).sum((1, 2)) * (other**2).sum((1, 2)))
    return np.asarray((one * other).sum((1, 2)) / np.maximum(norms, 1e-6), dtype=np.float32)
