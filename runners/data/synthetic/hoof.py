"""From a hoof's measures to the shapes it presses."""

import math
from collections.abc import Iterator

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.morphology import Hoof
from runners.data.synthetic.shapes import Bone, Egg, Shape, Wall


def hoof_shapes(hoof: Hoof, draws: Draws) -> list[Shape]:
    """The shapes of one print of a hoof."""
    return list(_single(hoof, draws) if hoof.halves == 1 else _cloven(hoof, draws))


def _single(hoof: Hoof, draws: Draws) -> Iterator[Shape]:
    """A wall around a shallower sole, open behind, with the frog's wedge in the middle."""
    outline = Egg(0.0, 0.0, 0.0, 1.0, hoof.width, -0.06)
    sole = draws.uniform(0.35, 0.75)
    yield Egg(0.0, 0.0, 0.0, 1.0, hoof.width, -0.06, depth=sole, flat=0.9)
    yield Wall(outline, thickness=0.11 * hoof.width)
    if hoof.frog > 0.05:
        tip = 0.12 + draws.bell(0.03)
        for side in (-1, 1):
            yield Bone(0.0, tip, side * 0.17 * hoof.width, -0.46, 0.03, 0.12, hoof.frog)


def _cloven(hoof: Hoof, draws: Draws) -> Iterator[Shape]:
    """Two halves, each an egg cut straight on its inner side, pointed in front."""
    splay = hoof.splay_degrees + draws.bell(3.0)
    half = hoof.width / 2
    for side in (-1, 1):
        angle = side * splay
        reach = 1.0 + draws.bell(0.02)
        # The whole egg is wider than the half, so that the cut leaves a half moon.
        yield Egg(
            x=side * (hoof.cleft / 2 + half * 0.30 + 0.10 * math.sin(math.radians(splay))),
            y=0.0,
            angle=angle,
            length=reach,
            width=half * 1.4,
            taper=0.95 * hoof.point,
            depth=draws.uniform(0.85, 1.0),
            cut=-0.42 * side,
            keep=side,
            flat=0.75,
        )
    if hoof.dewclaws and draws.chance(0.7):
        for side in (-1, 1):
            yield Egg(side * hoof.width * 0.36, -0.66, side * 12.0, 0.14, 0.12, 0.0, 0.7)
