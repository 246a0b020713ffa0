"""What a visitor might give that is no photo of any data set."""

import numpy as np
from PIL import Image, ImageDraw


def nonsense(size):
    """Text, ramps, boards, noise, blots and single colours, uint8 [N, size, size, 3]."""
    rng = np.random.default_rng(0)
    ramp = np.tile(np.linspace(0, 255, size)[None, :, None], (size, 1, 3))
    board = np.indices((size, size)).sum(axis=0) // 4 % 2 * 255
    noise = rng.integers(0, 256, (size, size, 3))
    blots = Image.fromarray(rng.integers(0, 256, (5, 5, 3), dtype=np.uint8))
    return np.stack(
        [
            np.asarray(page_of_text().resize((size, size), Image.Resampling.BILINEAR)),
            ramp,
            ramp.transpose(1, 0, 2),
            np.repeat(board[..., None], 3, axis=2),
            noise,
            np.repeat(noise[..., :1], 3, axis=2),
            np.asarray(blots.resize((size, size), Image.Resampling.BICUBIC)),
            *(np.full((size, size, 3), color) for color in (0, 128, 255)),
            np.full((size, size, 3), (255, 0, 255)),
        ]
    ).astype(np.uint8)


def page_of_text():
    page = Image.new("RGB", (600, 800), "white")
    for y in range(20, 780, 20):
        ImageDraw.Draw(page).text((20, y), "words and no footprint at all " * 3, fill="black")
    return page
