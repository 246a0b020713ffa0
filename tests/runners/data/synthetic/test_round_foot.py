"""The shapes that elephants' feet press."""

import numpy as np
import pytest

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.morphology import RoundFoot
from runners.data.synthetic.round_foot import round_shapes

from .pressed import grid, pressed


@pytest.mark.parametrize("n_nails", [0, 4, 5])
def test_the_nails_stand_along_the_front_edge(n_nails):
    foot = RoundFoot(length_cm=45.0, width=0.9, n_nails=n_nails, cracks=0.2)
    _, *nails = round_shapes(foot, Draws("a"))
    assert len(nails) == n_nails
    assert [nail.x for nail in nails] == sorted(nail.x for nail in nails)
    for nail in nails:
        assert nail.y > 0.2
        # On the outline of the sole, an ellipse: (x / half its width)^2 + (y / half its length)^2.
        assert np.hypot(nail.x / 0.45, nail.y / 0.5) == pytest.approx(0.98)


@pytest.mark.parametrize("width", [0.7, 1.0])
def test_the_sole_is_round_and_flat(width):
    x, y = grid(192)
    shapes = round_shapes(RoundFoot(50.0, width, 0, 0.0), Draws("a"))
    print_ = pressed(shapes, size=192)
    inside = print_.distance < 0
    area = inside.sum() * (2 / 192) ** 2
    assert area == pytest.approx(np.pi / 4 * width, rel=0.02)
    assert np.ptp(x[inside]) == pytest.approx(width, abs=0.03)
    assert np.ptp(y[inside]) == pytest.approx(1, abs=0.03)
    floor = print_.depth[(x / width) ** 2 + y**2 < 0.15]
    assert np.ptp(floor) < 1e-6
