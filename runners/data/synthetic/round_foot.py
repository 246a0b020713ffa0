"""From an elephant's foot to the shapes it presses."""

import math

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.morphology import RoundFoot
from runners.data.synthetic.shapes import Egg, Shape


def round_shapes(foot: RoundFoot, draws: Draws) -> list[Shape]:
    """The shapes of one print: the sole, and the nails along its front edge."""
    shapes: list[Shape] = [Egg(0.0, 0.0, 0.0, 1.0, foot.width, 0.03, 0.9, flat=0.95)]
    for index in range(foot.n_nails):
        angle = -52.0 + 104.0 * (index + 0.5) / foot.n_nails + draws.bell(3.0)
        turn = math.radians(angle)
        x, y = 0.49 * foot.width * math.sin(turn), 0.49 * math.cos(turn)
        shapes.append(Egg(x, y, angle, 0.09, 0.15, 0.0, draws.uniform(0.7, 1.0), flat=0.3))
    return shapes
