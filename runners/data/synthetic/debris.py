"""What lies about on the ground: twigs, blades of grass, leaves, pebbles."""

import math

import numpy as np

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.fields import Field, smooth
from runners.data.synthetic.press import Placement, blank, press
from runners.data.synthetic.shapes import Bone, Egg, Shape

_COLORS = {
    "twig": ((0.22, 0.15, 0.09), (0.40, 0.30, 0.20), (0.52, 0.42, 0.28)),
    "grass": ((0.24, 0.36, 0.10), (0.42, 0.44, 0.16), (0.58, 0.52, 0.30)),
    "leaf": ((0.38, 0.20, 0.08), (0.46, 0.32, 0.12), (0.26, 0.30, 0.10)),
    "pebble": ((0.46, 0.45, 0.43), (0.34, 0.32, 0.30), (0.56, 0.50, 0.42)),
}


def scatter(height: Field, color: Field, x: Field, y: Field, draws: Draws) -> None:
    """Lays a few things on the ground; on most ground few or none.

    Args:
        height: float32 [S, S], in widths of the picture; changed in place.
        color: float32 [S, S, 3]; changed in place.
        x: float32 [S, S], ground coordinates.
        y: the same.
        draws: where the numbers come from.
    """
    for _ in range(draws.choose((0, 1, 2, 4, 7), (5, 3, 2, 1.5, 1))):
        kind = draws.choose(tuple(_COLORS), (3, 2, 1.5, 3))
        place = Placement(
            draws.uniform(-0.55, 0.55), draws.uniform(-0.55, 0.55), draws.uniform(0, 360), 1.0, 1
        )
        shape, rise = _thing(kind, draws)
        under = blank(height.shape[0])
        press(under, x, y, [shape], place, softness=0.012, lean=(0.0, 0.0))
        covers = smooth(under.depth * 2)
        np.maximum(height, height + under.depth * rise, out=height)
        tone = np.array(draws.choose(_COLORS[kind], (1, 1, 1)), np.float32)
        tone = tone * draws.uniform(0.8, 1.25)
        color += (tone - color) * covers[..., None]


def _thing(kind: str, draws: Draws) -> tuple[Shape, float]:
    """A thing around the origin, and how high it stands."""
    if kind == "pebble":
        length = draws.uniform(0.03, 0.11)
        return Egg(0, 0, 0, length, length * draws.uniform(0.6, 0.95)), length * 0.5
    if kind == "leaf":
        length = draws.uniform(0.08, 0.22)
        return Egg(0, 0, 0, length, length * draws.uniform(0.35, 0.6), 0.3, flat=0.9), 0.012
    length = draws.uniform(0.15, 0.6)
    width = draws.uniform(0.012, 0.03) if kind == "twig" else draws.uniform(0.006, 0.014)
    bend = draws.bell(0.02) * math.copysign(1.0, draws.bell())
    return Bone(-bend, -length / 2, bend, length / 2, width, width * 0.6), width * 0.9
