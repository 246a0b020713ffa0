"""The shapes that prints are made of, as plain records in the print's own coordinates."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Egg:
    """An ellipse that narrows along its axis.

    Attributes:
        x: of the middle.
        y: of the middle.
        angle: of the axis in degrees, clockwise from +y.
        length: along the axis.
        width: across it.
        taper: -1 to 1; how much narrower than the middle the front is, and wider the back.
        depth: how deep it presses, 1 for the print's full depth.
        cut: where a straight edge along the axis cuts it off, as a fraction of the half width;
            None for a whole egg. A positive `keep` keeps the right side.
        keep: 1 or -1.
        flat: 0 for a round hollow, 1 for a flat floor with steep walls.
    """

    x: float
    y: float
    angle: float
    length: float
    width: float
    taper: float = 0.0
    depth: float = 1.0
    cut: float | None = None
    keep: int = 1
    flat: float = 0.0


@dataclass(frozen=True)
class Bone:
    """A straight rod that may taper: claws, fingers, birds' toes."""

    x0: float
    y0: float
    x1: float
    y1: float
    width0: float
    width1: float
    depth: float = 1.0


@dataclass(frozen=True)
class Skin:
    """A triangle: the webbing between two toes."""

    points: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
    depth: float


@dataclass(frozen=True)
class Wall:
    """A band along the outline of an egg, open at the back: a horse's hoof wall."""

    egg: Egg
    thickness: float
    depth: float = 1.0


Shape: TypeAlias = Egg | Bone | Skin | Wall
