"""What animals walk on: mud, dirt, gravel, sand and snow, as height and colour."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.fields import Field, as_field

Color = tuple[float, float, float]


@dataclass(frozen=True)
class Ground:
    """A kind of ground.

    Attributes:
        name: of the kind.
        colors: linear RGB, 0 to 1; a patch of ground lies between two of them.
        grain: octaves of roughness, (wavelength in cm, height as a fraction of a print's depth).
        softness: how round the edges of prints are, in lengths of the print.
        depth: of a print, as a fraction of its length: least and most.
        rim: how much is pushed up around a print.
        dark_when_pressed: how much darker pressed ground is, since it is wetter.
        gloss: how much wet ground may shine.
        speckle: how much the colour of single grains differs.
        shadow_tint: colour of light in the shade.
    """

    name: str
    colors: tuple[Color, ...]
    grain: tuple[tuple[float, float], ...]
    softness: float
    depth: tuple[float, float]
    rim: float
    dark_when_pressed: float
    gloss: float
    speckle: float
    shadow_tint: Color = (0.88, 0.95, 1.05)


GROUNDS = (
    Ground(
        "mud",
        ((0.23, 0.17, 0.12), (0.33, 0.28, 0.23), (0.16, 0.14, 0.12), (0.40, 0.35, 0.29)),
        ((7.0, 0.25), (1.6, 0.08), (0.4, 0.05)),
        softness=0.035,
        depth=(0.08, 0.16),
        rim=0.35,
        dark_when_pressed=0.30,
        gloss=0.55,
        speckle=0.05,
    ),
    Ground(
        "dirt",
        ((0.40, 0.28, 0.18), (0.50, 0.38, 0.27), (0.34, 0.21, 0.14), (0.47, 0.41, 0.34)),
        ((5.0, 0.22), (1.2, 0.12), (0.35, 0.11)),
        softness=0.05,
        depth=(0.06, 0.12),
        rim=0.18,
        dark_when_pressed=0.10,
        gloss=0.0,
        speckle=0.12,
    ),
    Ground(
        "gravel",
        ((0.40, 0.38, 0.35), (0.30, 0.28, 0.26), (0.46, 0.40, 0.34)),
        ((4.0, 0.18), (1.0, 0.20), (0.5, 0.22)),
        softness=0.06,
        depth=(0.08, 0.14),
        rim=0.15,
        dark_when_pressed=0.08,
        gloss=0.0,
        speckle=0.30,
    ),
    Ground(
        "sand",
        ((0.62, 0.50, 0.36), (0.68, 0.60, 0.48), (0.54, 0.43, 0.31), (0.60, 0.55, 0.49)),
        ((6.0, 0.25), (0.9, 0.07), (0.15, 0.11)),
        softness=0.065,
        depth=(0.08, 0.16),
        rim=0.40,
        dark_when_pressed=0.06,
        gloss=0.0,
        speckle=0.14,
    ),
    Ground(
        "snow",
        ((0.86, 0.88, 0.91), (0.80, 0.83, 0.88), (0.90, 0.90, 0.90)),
        ((6.0, 0.14), (1.5, 0.05), (0.3, 0.05)),
        softness=0.07,
        depth=(0.10, 0.22),
        rim=0.15,
        dark_when_pressed=0.16,
        gloss=0.0,
        speckle=0.03,
        shadow_tint=(0.84, 0.93, 1.10),
    ),
)


def octave(size: int, wavelength: float, draws: Draws) -> Field:
    """Smooth noise, float32 [size, size], about -1 to 1.

    Args:
        size: of the picture in pixels.
        wavelength: of the noise, in widths of the picture. Below two pixels it fades.
        draws: where the numbers come from.
    """
    left, top = 1.0 + draws.uniform(), 1.0 + draws.uniform()
    pixels = wavelength * size
    if pixels < 2.0:
        return draws.field(size, size) * max(0.3, pixels / 2.0)
    cells = 1.0 / wavelength
    n = int(cells) + 4
    grid = Image.fromarray(draws.field(n, n))
    box = (left, top, left + cells, top + cells)
    resized = grid.resize((size, size), Image.Resampling.BICUBIC, box=box)
    return as_field(np.asarray(resized))


def roughness(size: int, octaves: Sequence[tuple[float, float]], draws: Draws) -> Field:
    """The sum of octaves of noise, each with its wavelength (in widths of the picture) and height.

    Returns:
        float32 [size, size].
    """
    total = np.zeros((size, size), np.float32)
    for wavelength, height in octaves:
        total += octave(size, wavelength, draws) * height
    return total


def paint(ground: Ground, pressed: Field, speckle: Field, draws: Draws) -> Field:
    """The ground's own colour.

    Args:
        ground: its kind.
        pressed: float32 [S, S], 0 to 1, how far each point is pressed down.
        speckle: float32 [S, S], -1 to 1, from grain to grain.
        draws: where the numbers come from.

    Returns:
        float32 [S, S, 3], linear RGB.
    """
    size = pressed.shape[0]
    first, second = (
        np.array(draws.choose(ground.colors, [1.0] * len(ground.colors)), np.float32)
        for _ in range(2)
    )
    patches = octave(size, draws.uniform(0.25, 0.9), draws)[..., None] * 0.5
    blend = np.clip(patches + 0.5, 0, 1)
    color = first + (second - first) * blend
    shade = 1 - pressed * (ground.dark_when_pressed * draws.uniform(0.3, 1.3))
    shade = shade * (1 + speckle * ground.speckle)
    shade = shade * (1 + octave(size, 0.12, draws) * 0.06)
    return as_field(color * shade[..., None])
