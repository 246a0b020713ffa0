"""How well two colours can be told from one another."""

import numpy as np


def linear(colour):
    """Linear RGB (IEC 61966-2-1)."""
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    """The contrast ratio of WCAG 2, between 1 and 21."""
    dark, light = sorted(np.dot([0.2126, 0.7152, 0.0722], linear(x)) for x in (a, b))
    return (light + 0.05) / (dark + 0.05)
