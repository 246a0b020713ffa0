"""Names beside the points of a scatter plot, without overlap."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from analysis.figures.canvas import SMALL_POINTS, short
from analysis.figures.placement import figure_of, laid_out, measure, pixels_per_point
from analysis.figures.theme import INK, MUTED

_N_DIRECTIONS = 16
_DISTANCES_POINTS = (6, 10, 16, 24, 32, 42, 54, 70, 90, 115, 145, 180, 220)
_NEAR_POINTS = 10
_BEYOND_POINTS = 3
_AIR_POINTS = 1.5
_MARKER_POINTS = 3.5
# A line across something is as bad as a label that stands so much further away.
_CROSSING_POINTS = 80


@dataclass(frozen=True)
class Point:
    """What a label belongs to: a place in data coordinates, and the interval through it."""

    name: str
    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class _Place:
    """A place for a label: its anchor in points beside what it names, and how it is aligned."""

    dx: float
    dy: float
    distance: float
    across: int
    up: int

    @property
    def near(self) -> bool:
        return self.distance <= _NEAR_POINTS

    def box(self, spot: NDArray[np.float64], size: Bbox, scale: float) -> Bbox:
        """What a text of this size would cover, in pixels, with a little air."""
        left = spot[0] + self.dx * scale - size.width * (0.5 - self.across / 2)
        bottom = spot[1] + self.dy * scale - size.height * (0.5 - self.up / 2)
        return Bbox.from_bounds(left, bottom, size.width, size.height).padded(_AIR_POINTS * scale)

    def line(self, spot: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
        """Places along the line that ties a label that stands off (n × 2, pixels); else none."""
        if self.near:
            return np.empty((0, 2))
        steps = np.linspace(0.1, 0.95, 30)[:, None]
        return np.asarray(spot + steps * scale * np.array([self.dx, self.dy]))


@dataclass
class _Taken:
    """What later labels keep clear of, in pixels."""

    boxes: list[Bbox]
    lines: list[NDArray[np.float64]] = field(default_factory=list)

    def covered_by(self, box: Bbox) -> float:
        """The area of the boxes that this one lies on."""
        corners = np.array([each.extents for each in self.boxes])
        wide = np.minimum(box.x1, corners[:, 2]) - np.maximum(box.x0, corners[:, 0])
        high = np.minimum(box.y1, corners[:, 3]) - np.maximum(box.y0, corners[:, 1])
        return float((wide.clip(0) * high.clip(0)).sum())

    def n_crossings(self, box: Bbox, line: NDArray[np.float64]) -> int:
        """How many boxes the line crosses, and how many lines the box lies on."""
        through = sum(bool(_inside(line, each).any()) for each in self.boxes) if len(line) else 0
        return through + sum(bool(_inside(each, box).any()) for each in self.lines)


def label_points(axes: Axes, points: Sequence[Point]) -> list[Annotation]:
    """Names points beside them, always in the same way.

    Each label takes the best free place: the nearest whose line, if it stands off and needs one,
    crosses least. Labels keep inside the axes, clear of all points, intervals and other labels.

    Args:
        axes: axes with their final limits, in a figure that has all that takes room, since this
            lays it out.
        points: the points; those further left choose first, and higher ones before lower ones.

    Returns:
        The labels, in the order of choosing.
    """
    renderer = laid_out(figure_of(axes))
    scale = pixels_per_point(axes)
    taken = _Taken([box for point in points for box in _ink_of(axes, point, scale)])
    labels = []
    for point in sorted(points, key=lambda p: (p.x, -p.y, p.name)):
        label = _tied(axes, point)
        size = measure(label, renderer)
        spot = np.asarray(axes.transData.transform((point.x, point.y)))
        places = _places(*_ends(axes, point, scale))
        place = _choose(places, spot, size, taken, axes.get_window_extent(), scale)
        _put(label, place)
        taken.boxes.append(place.box(spot, size, scale))
        taken.lines.append(place.line(spot, scale))
        labels.append(label)
    return labels


def _inside(places: NDArray[np.float64], box: Bbox) -> NDArray[np.bool_]:
    return np.asarray(((places > box.min) & (places < box.max)).all(axis=1))


def _ink_of(axes: Axes, point: Point, scale: float) -> list[Bbox]:
    """What the marker and the interval cover, in pixels."""
    around = _MARKER_POINTS * scale
    x, y = axes.transData.transform((point.x, point.y))
    marker = Bbox.from_extents(x - around, y - around, x + around, y + around)
    above, below = (end * scale for end in _ends(axes, point, scale))
    return [marker, Bbox.from_extents(x - scale, y - below, x + scale, y + above)]


def _ends(axes: Axes, point: Point, scale: float) -> tuple[float, float]:
    """How far the interval reaches above and below the point, in points."""
    if not np.isfinite([point.low, point.high]).all():
        return 0.0, 0.0
    heights = (point.low, point.y, point.high)
    low, y, high = (axes.transData.transform((point.x, height))[1] for height in heights)
    return float(high - y) / scale, float(y - low) / scale


def _places(above: float, below: float) -> list[_Place]:
    """All places that are tried, near ones first; of these the straight ones come first.

    The ends of the interval, so many points above and below, are as near as the point itself.
    """
    turns = np.arange(_N_DIRECTIONS) / _N_DIRECTIONS
    order = np.argsort([(turn * 4) % 1 > 0 for turn in turns], kind="stable")
    ends = [(above, 1), (-below, -1)]
    found = [_Place(0, end + _BEYOND_POINTS * up, _NEAR_POINTS, 0, up) for end, up in ends]
    for distance in _DISTANCES_POINTS:
        for turn in turns[order]:
            x, y = (float(f(2 * np.pi * turn).round(9)) for f in (np.cos, np.sin))
            found.append(
                _Place(distance * x, distance * y, distance, int(np.sign(x)), int(np.sign(y)))
            )
    return sorted(found, key=lambda place: place.distance)


def _choose(
    places: Sequence[_Place],
    spot: NDArray[np.float64],
    size: Bbox,
    taken: _Taken,
    frame: Bbox,
    scale: float,
) -> _Place:
    """The best place inside the frame and free; where there is none, the least covered one."""
    best, least = _Place(0, 0, 0, 0, 0), (np.inf, np.inf)
    for place in places:
        # They come in the order of distance, and nothing is better than free and not crossing.
        if least <= (0.0, place.distance):
            break
        box = place.box(spot, size, scale)
        inside = frame.fully_contains(*box.min) and frame.fully_contains(*box.max)
        covered = taken.covered_by(box) + (0 if inside else size.width * size.height)
        crossings = 0 if covered else taken.n_crossings(box, place.line(spot, scale))
        badness = (covered, place.distance + _CROSSING_POINTS * crossings)
        if badness < least:
            best, least = place, badness
    return best


def _tied(axes: Axes, point: Point) -> Annotation:
    label = axes.annotate(
        short(point.name),
        (point.x, point.y),
        xytext=(0, 0),
        textcoords="offset points",
        fontsize=SMALL_POINTS,
        color=INK,
        parse_math=False,
        arrowprops={
            "arrowstyle": "-",
            "color": MUTED,
            "linewidth": 0.6,
            "shrinkA": 1,
            "shrinkB": 4,
        },
    )
    # Its place is chosen for the axes as they stand; the layout must not move them for it.
    label.set_in_layout(False)
    return label


def _put(label: Annotation, place: _Place) -> None:
    label.set_position((place.dx, place.dy))
    label.set_horizontalalignment(("right", "center", "left")[place.across + 1])
    label.set_verticalalignment(("top", "center", "bottom")[place.up + 1])
    if place.near and label.arrow_patch is not None:
        label.arrow_patch.set_visible(False)
