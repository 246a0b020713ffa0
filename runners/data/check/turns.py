"""The eight ways in which a square picture can be turned and mirrored, and its hashes in each."""

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

# What is done to the first image to get the second: mirrored left to right in the last four, then
# turned by so many quarters to the left.
TURNS = (
    "",
    "turned 90° left",
    "turned 180°",
    "turned 90° right",
    "mirrored",
    "mirrored and turned 90° left",
    "flipped upside down",
    "mirrored and turned 90° right",
)
N_TURNS = len(TURNS)


def turned(picture: NDArray[np.generic], turn: int) -> NDArray[np.generic]:
    """A picture [..., H, W] in one of the `TURNS`; a view."""
    upright = picture[..., ::-1] if turn >= 4 else picture
    return np.rot90(upright, turn % 4, (-2, -1))


def hashes(thumbnail: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The perceptual hash of a picture in each of the `TURNS`; uint64 [8]."""
    bits = [imagehash.phash(Image.fromarray(_turn(thumbnail, turn))).hash for turn in range(8)]
    return np.packbits(np.reshape(bits, (N_TURNS, 64)), axis=1).view(np.uint64)[:, 0]


def _turn(thumbnail: NDArray[np.uint8], turn: int) -> NDArray[np.generic]:
    return np.ascontiguousarray(turned(thumbnail, turn))
