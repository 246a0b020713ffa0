"""From a bird's foot to the shapes it presses."""

import itertools
import math
from collections.abc import Iterator

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.morphology import BirdFoot
from runners.data.synthetic.shapes import Bone, Egg, Shape, Skin

_ROOT_Y = -0.38


def bird_shapes(foot: BirdFoot, draws: Draws) -> list[Shape]:
    """The shapes of one print of a bird's foot."""
    side_length = foot.side_toe * (0.5 - _ROOT_Y)
    # The outer toes open as far as the print is wide.
    opening = math.degrees(math.asin(min(0.97, foot.width / 2 / side_length)))
    tips = []
    shapes: list[Shape] = [Egg(0.0, _ROOT_Y, 0.0, 0.17, 0.17, 0.0, draws.uniform(0.6, 1.0))]
    for side in (-1, 0, 1):
        angle = side * opening + draws.bell(4.0)
        length = (side_length if side else 0.5 - _ROOT_Y) * (1.0 + draws.bell(0.03))
        tips.append(_along(angle, length))
        shapes += _toe(foot, angle, length, draws)
    if foot.hind_toe > 0.02 and draws.chance(0.75):
        turn = draws.uniform(165.0, 195.0)
        start, end = _along(turn, 0.08), _along(turn, 0.08 + foot.hind_toe)
        shapes.append(Bone(*start, *end, foot.toe_width * 0.8, foot.toe_width * 0.4, 0.7))
    return [*_webbing(foot, tips), *shapes]


def _along(angle: float, distance: float) -> tuple[float, float]:
    turn = math.radians(angle)
    return distance * math.sin(turn), _ROOT_Y + distance * math.cos(turn)


def _toe(foot: BirdFoot, angle: float, length: float, draws: Draws) -> Iterator[Shape]:
    depth = draws.uniform(0.8, 1.0)
    tip = _along(angle, length * 0.97)
    width = foot.toe_width
    yield Bone(*_along(angle, 0.05), *tip, width, width * 0.62, depth)
    for part in (0.38, 0.68):
        x, y = _along(angle, length * part)
        swollen = width * (1.0 + 0.5 * foot.knuckles)
        yield Egg(x, y, angle, swollen * 1.7, swollen, 0.0, depth)
    claw = _along(angle, length + foot.claw)
    yield Bone(*tip, *claw, width * 0.4, width * 0.15, 0.8)


def _webbing(foot: BirdFoot, tips: list[tuple[float, float]]) -> Iterator[Shape]:
    if foot.webbing < 0.05:
        return
    root = (0.0, _ROOT_Y)
    for left, right in itertools.pairwise(tips):
        reach = [
            (root[0] + foot.webbing * (x - root[0]), root[1] + foot.webbing * (y - root[1]))
            for x, y in (left, right)
        ]
        yield Skin((reach[0], reach[1], root), 0.7)
