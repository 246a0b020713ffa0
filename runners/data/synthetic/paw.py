"""From a paw's measures to the shapes it presses."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.morphology import Paw
from runners.data.synthetic.shapes import Bone, Egg, Shape, Skin


@dataclass(frozen=True)
class _Toe:
    x: float
    y: float
    angle: float
    length: float
    width: float

    def ahead(self, distance: float) -> tuple[float, float]:
        """The point this far from the toe's middle along its axis."""
        turn = math.radians(self.angle)
        return self.x + distance * math.sin(turn), self.y + distance * math.cos(turn)


def paw_shapes(paw: Paw, draws: Draws) -> list[Shape]:
    """The shapes of one print of a paw; each print differs a little."""
    toes = list(_toes(paw, draws))
    shapes: list[Shape] = [*_webbing(paw, toes), *_sole(paw, draws), *_pad(paw, draws)]
    claws_show = draws.chance(0.85)
    for toe in toes:
        depth = draws.uniform(0.75, 1.0) if draws.chance(0.93) else draws.uniform(0.1, 0.5)
        shapes.append(Egg(toe.x, toe.y, toe.angle, toe.length, toe.width, 0.25, depth))
        if paw.bones:
            shapes.append(_finger(paw, toe, depth))
        if paw.claw > 0.01 and claws_show and draws.chance(0.9):
            shapes.append(_claw(paw, toe, draws))
    return shapes


def _toes(paw: Paw, draws: Draws) -> Iterator[_Toe]:
    span = 2.0 / (paw.n_toes - 1)
    reach = paw.width / 2 - paw.toe_width / 2
    for index in range(paw.n_toes):
        side = -1.0 + span * index
        behind = paw.toe_arc * side * side
        if index == paw.n_toes // 2:  # just outside the middle: the one that leads
            behind -= paw.lead
        small = 1.0
        if paw.n_toes == 5 and index == 0:
            behind += paw.thumb
            small = 0.85
        yield _Toe(
            x=side * reach + draws.bell(0.012),
            y=0.5 - paw.lead / 2 - paw.toe_length / 2 - behind + draws.bell(0.012),
            angle=paw.splay_degrees * side + draws.bell(4.0),
            length=draws.about(paw.toe_length, 0.06) * small,
            width=draws.about(paw.toe_width, 0.06) * small,
        )


def _pad(paw: Paw, draws: Draws) -> Iterator[Shape]:
    """A body, narrower in front the more it is pointed, and lobes at its hind edge."""
    depth = draws.uniform(0.85, 1.0)
    point = 0.55 * paw.pad_point
    yield Egg(0.0, paw.pad_y, 0.0, paw.pad_length, paw.pad_width * 0.92, point, depth, flat=0.55)
    if paw.lobes < 2:
        return
    span = 2.0 / (paw.lobes - 1)
    width = paw.pad_width * (0.46 if paw.lobes == 2 else 0.36)
    for index in range(paw.lobes):
        side = -1.0 + span * index
        yield Egg(
            x=side * (paw.pad_width - width) / 2,
            y=paw.pad_y - paw.pad_length * (0.24 + (0.06 if side == 0 else 0.0)),
            angle=side * 14.0,
            length=paw.pad_length * 0.58,
            width=width,
            depth=depth * 0.97,
            flat=0.6,
        )


def _sole(paw: Paw, draws: Draws) -> Iterator[Shape]:
    if paw.heel < 0.02 or draws.chance(0.2):  # the heel does not always touch
        return
    depth = draws.uniform(0.45, 0.95)
    back = -0.5
    front = back + paw.heel
    if paw.heel_pads:
        for index in range(paw.heel_pads):
            side = 0.0 if paw.heel_pads == 1 else -1.0 + 2.0 * index / (paw.heel_pads - 1)
            width = paw.pad_width * 0.36
            yield Egg(
                side * width * 0.75,
                (front + back) / 2 - 0.02 * side,
                0.0,
                paw.heel * 0.8,
                width,
                -0.1,
                depth,
            )
        return
    middle = (paw.pad_y + back) / 2
    yield Egg(
        draws.bell(0.01),
        middle,
        0.0,
        paw.pad_y - back + 0.06,
        paw.pad_width * 0.74,
        0.12,
        depth,
        flat=0.45,
    )


def _finger(paw: Paw, toe: _Toe, depth: float) -> Bone:
    """The bone between pad and toe of a hand-like foot."""
    root = 0.55 * toe.x, paw.pad_y + 0.15 * paw.pad_length
    tip = toe.ahead(0.0)
    return Bone(*root, *tip, paw.toe_width * 0.75, paw.toe_width * 0.6, depth * 0.75)


def _claw(paw: Paw, toe: _Toe, draws: Draws) -> Bone:
    start = toe.length / 2 + paw.claw_gap
    root, tip = toe.ahead(start), toe.ahead(start + draws.about(paw.claw, 0.2))
    width = min(0.05, paw.toe_width * 0.32)
    return Bone(*root, *tip, width, width * 0.35, draws.uniform(0.5, 0.95))


def _webbing(paw: Paw, toes: list[_Toe]) -> Iterator[Shape]:
    if paw.webbing < 0.05:
        return
    for left, right in itertools.pairwise(toes):
        reach = (paw.webbing - 0.5) * min(left.length, right.length)
        root = (left.x + right.x) * 0.2, paw.pad_y + 0.1 * paw.pad_length
        yield Skin((left.ahead(reach), right.ahead(reach), root), 0.25 + 0.35 * paw.webbing)
