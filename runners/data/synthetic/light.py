"""Lights a height field from a direction: slopes, cast shadows, hollows, wet shine."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.fields import Field, as_field, smooth


@dataclass(frozen=True)
class Sun:
    """Where the light comes from, and how much of it is direct.

    Attributes:
        azimuth: degrees, clockwise from the picture's top.
        elevation: degrees above the ground.
        direct: share of sunlight; the rest comes from the whole sky.
    """

    azimuth: float
    elevation: float
    direct: float


def any_sun(draws: Draws) -> Sun:
    """Photographers of tracks like low light, and often have none."""
    overcast = draws.chance(0.3)
    return Sun(
        azimuth=draws.uniform(0.0, 360.0),
        elevation=draws.uniform(45.0, 75.0) if overcast else draws.uniform(16.0, 50.0),
        direct=draws.uniform(0.25, 0.45) if overcast else draws.uniform(0.55, 0.85),
    )


def shine(
    height: Field, color: Field, sun: Sun, tint: tuple[float, float, float], gloss: float
) -> Field:
    """The light that each point sends to the camera.

    Args:
        height: float32 [S, S], in widths of the picture.
        color: float32 [S, S, 3], linear RGB of the ground itself.
        sun: the light.
        tint: colour of the light from the sky.
        gloss: 0 for dull ground, 1 for a mirror of the sun.

    Returns:
        float32 [S, S, 3], linear RGB; 1 is sunlit white.
    """
    slope_x, slope_y = _slopes(height)
    turn, rise = math.radians(sun.azimuth), math.radians(sun.elevation)
    light = (
        math.sin(turn) * math.cos(rise),
        math.cos(turn) * math.cos(rise),
        math.sin(rise),
    )
    length = np.sqrt(slope_x * slope_x + slope_y * slope_y + 1)
    facing = (light[2] - slope_x * light[0] - slope_y * light[1]) / length
    lit = np.maximum(facing, 0) * (1 - _shadow(height, sun))
    # Flat ground in the sun is as bright under a low sun as under a high one: cameras see to that.
    direct = lit * (sun.direct / light[2])
    sky = _openness(height) * (1.0 - sun.direct)
    out = color * (direct[..., None] + sky[..., None] * np.array(tint, np.float32))
    if gloss > 0.02:
        half = (light[0] / 2, light[1] / 2, (light[2] + 1.0) / 2)
        norm = math.sqrt(sum(part * part for part in half))
        mirror = (half[2] - slope_x * half[0] - slope_y * half[1]) / (length * norm)
        mirror = np.maximum(mirror, 0)
        for _ in range(5):  # to the 32nd power
            mirror = mirror * mirror
        out = out + (mirror * (gloss * sun.direct))[..., None]
    return as_field(out)


def _slopes(height: Field) -> tuple[Field, Field]:
    """Rise per distance to the right and upwards, float32 [S, S] each."""
    size = height.shape[0]
    padded = np.pad(height, 1, mode="edge")
    half = size / 2
    right = (padded[1:-1, 2:] - padded[1:-1, :-2]) * half
    up = (padded[:-2, 1:-1] - padded[2:, 1:-1]) * half
    return right, up


def _shadow(height: Field, sun: Sun) -> Field:
    """How much of the sun each point misses, 0 to 1, float32 [S, S]."""
    size = height.shape[0]
    turn = math.radians(sun.azimuth)
    climb = math.tan(math.radians(sun.elevation))
    steps = list(_shadow_steps(size))
    margin = steps[-1]
    padded = np.pad(height, margin, mode="edge")
    blocked = np.zeros_like(height)
    for step in steps:
        columns, rows = round(step * math.sin(turn)), -round(step * math.cos(turn))
        towards = padded[
            margin + rows : margin + rows + size, margin + columns : margin + columns + size
        ]
        distance = math.sqrt(rows * rows + columns * columns) / size
        np.maximum(blocked, towards - height - (distance * climb), out=blocked)
    return smooth(blocked * (size / 2.0))


def _shadow_steps(size: int) -> Iterator[int]:
    """How many pixels off to look for what casts a shadow: up to an eighth of the picture."""
    step, farthest = 1, max(2, round(size / 8))
    while step < farthest:
        yield step
        step = int(step * 1.5 + 0.5)
    yield farthest


def _openness(height: Field) -> Field:
    """How much of the sky each point sees: less in hollows. float32 [S, S]."""
    size = height.shape[0]
    small = Image.fromarray(height).resize((size // 6, size // 6), Image.Resampling.BOX)
    around = np.asarray(small.resize((size, size), Image.Resampling.BICUBIC), dtype=np.float32)
    hollow = (height - around) * 18.0
    return as_field(np.clip(1 + hollow, 0.30, 1.25))
