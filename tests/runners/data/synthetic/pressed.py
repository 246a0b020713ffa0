"""Shapes pressed into flat ground, to look at what a print leaves."""

import numpy as np

from runners.data.synthetic.press import Impression, Placement, blank, press

UPRIGHT = Placement(x=0.0, y=0.0, angle=0.0, length=1.0, mirror=1)
SOFTNESS = 0.03


def grid(size, width=2.0):
    """Ground coordinates x, y of a square view, float32 [S, S] each, 0 in its middle."""
    steps = (np.arange(size, dtype=np.float32) + 0.5) * (width / size)
    return np.meshgrid(steps - width / 2, width / 2 - steps)


def pressed(shapes, place=UPRIGHT, size=96, width=2.0, softness=SOFTNESS, lean=(0.0, 0.0)):
    """The impression of one print, by default of length 1 in a view of width 2."""
    into: Impression = blank(size)
    press(into, *grid(size, width), shapes, place, softness, lean)
    return into
