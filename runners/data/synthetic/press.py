"""Presses shapes into ground: where it gives way, how deep, and how far the edge is."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runners.data.synthetic.fields import Field, as_field, smooth
from runners.data.synthetic.shapes import Bone, Egg, Shape, Skin, Wall

# Up to here outside a shape its distance is right, in lengths of the print.
REACH = 0.14
_FAR = 9.0


@dataclass(frozen=True)
class Placement:
    """Where a print lies in the picture.

    Attributes:
        x: of its middle, in widths of the picture; 0 is the picture's middle.
        y: of its middle, upwards.
        angle: degrees, clockwise from upwards.
        length: of the print.
        mirror: 1, or -1 for the other side's foot.
    """

    x: float
    y: float
    angle: float
    length: float
    mirror: int


@dataclass
class Impression:
    """How the ground gave way.

    `depth` float32 [S, S], 0 to 1; `distance` float32 [S, S] to the nearest shape's edge in
    lengths of the print, negative inside.
    """

    depth: Field
    distance: Field


def blank(size: int) -> Impression:
    """Ground where nobody has walked."""
    return Impression(np.zeros((size, size), np.float32), np.full((size, size), _FAR, np.float32))


def press(
    into: Impression,
    x: Field,
    y: Field,
    shapes: Sequence[Shape],
    place: Placement,
    softness: float,
    lean: tuple[float, float],
) -> None:
    """Presses one print into the ground.

    Args:
        into: changed in place.
        x: float32 [S, S], ground coordinates of each pixel, in widths of the picture.
        y: the same, upwards.
        shapes: of the print.
        place: where it lies.
        softness: how round the edges are, in lengths of the print.
        lean: how the weight lies sideways and forward; 0.3 presses the far side 15 % deeper.
    """
    turn = math.radians(place.angle)
    scale = 1.0 / place.length
    across, along = math.cos(turn) * scale, math.sin(turn) * scale
    dx, dy = x - place.x, y - place.y
    u = (dx * across - dy * along) * place.mirror
    v = dx * along + dy * across
    weight = 1 + u * lean[0] + v * lean[1]
    for shape in shapes:
        box = _box(shape, softness, u, v)
        if box is None:
            continue
        distance, hollow = _sink(shape, u[box], v[box], softness)
        np.minimum(into.distance[box], distance, out=into.distance[box])
        np.maximum(into.depth[box], hollow * weight[box], out=into.depth[box])


def _box(shape: Shape, softness: float, u: Field, v: Field) -> tuple[slice, slice] | None:
    """The rows and columns that a shape can reach; most shapes are small."""
    cx, cy, reach = _extent(shape)
    reach += max(REACH, 2 * softness)
    near = (np.abs(u - cx) < reach) & (np.abs(v - cy) < reach)
    rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
    if not len(rows):
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _extent(shape: Shape) -> tuple[float, float, float]:
    """A middle, and how far the shape reaches from it."""
    if isinstance(shape, Egg):
        return shape.x, shape.y, _reach(shape)
    if isinstance(shape, Wall):
        return shape.egg.x, shape.egg.y, 0.5 + shape.thickness
    points = (
        shape.points if isinstance(shape, Skin) else ((shape.x0, shape.y0), (shape.x1, shape.y1))
    )
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    cx, cy = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    return cx, cy, max(max(xs) - min(xs), max(ys) - min(ys)) / 2 + 0.06


def _sink(shape: Shape, u: Field, v: Field, softness: float) -> tuple[Field, Field]:
    """Distance to the shape's edge and depth pressed, both float32."""
    if isinstance(shape, Egg):
        return _sink_egg(shape, u, v, softness)
    if isinstance(shape, Bone):
        distance = _bone_distance(shape, u, v)
    elif isinstance(shape, Skin):
        distance = _skin_distance(shape, u, v)
    else:
        distance = _wall_distance(shape, u, v)
    wall = smooth(0.5 - distance / (1.6 * softness))
    return distance, wall * shape.depth


def _sink_egg(egg: Egg, u: Field, v: Field, softness: float) -> tuple[Field, Field]:
    distance, across = _egg_distance(egg, u, v)
    if egg.cut is not None:
        edge = egg.keep * (egg.cut * egg.width / 2 - across)
        distance = np.maximum(distance, edge)
    small = min(egg.length, egg.width) / 2
    # A round hollow slopes all the way to its middle, a flat one only along its wall.
    slope = max((1.0 - egg.flat) * 0.85 * small, softness)
    wall = smooth((0.5 * softness - distance) / (slope + 0.5 * softness))
    return distance, wall * egg.depth


def _egg_distance(egg: Egg, u: Field, v: Field) -> tuple[Field, Field]:
    """How far outside the egg's outline, and the coordinate across its axis.

    Outside to the first order, by the radius and how fast it grows; inside falling evenly to the
    middle, so that hollows have the egg's form.
    """
    turn = math.radians(egg.angle)
    sine, cosine = math.sin(turn), math.cos(turn)
    du, dv = u - egg.x, v - egg.y
    along, across = du * sine + dv * cosine, du * cosine - dv * sine
    a, b = along * (2 / egg.length), across * (2 / egg.width)
    narrowed = np.maximum(1 - egg.taper * np.clip(a, -1, 1), 0.15)
    b = b / narrowed
    radius = np.sqrt(a * a + b * b)
    growth_a, growth_b = a * (2 / egg.length), b * (2 / egg.width) / narrowed
    growth = np.sqrt(growth_a * growth_a + growth_b * growth_b)
    small = min(egg.length, egg.width) / 2
    per_radius = np.where(radius > 1, radius / np.maximum(growth, 1e-6), small)
    distance = (radius - 1) * per_radius
    # Which is too little aside of a slim egg's tip, but never less than to a circle around it.
    around = np.sqrt(du * du + dv * dv) - _reach(egg)
    return as_field(np.maximum(distance, around)), across


def _reach(egg: Egg) -> float:
    """From an egg's middle to its farthest point, at most."""
    return max(egg.length, egg.width * 1.5) / 2


def _bone_distance(bone: Bone, u: Field, v: Field) -> Field:
    dx, dy = bone.x1 - bone.x0, bone.y1 - bone.y0
    squared = max(dx * dx + dy * dy, 1e-9)
    du, dv = u - bone.x0, v - bone.y0
    part = (du * dx + dv * dy) * (1 / squared)
    part = np.clip(part, 0, 1)
    du, dv = du - part * dx, dv - part * dy
    radius = (bone.width0 / 2) + part * ((bone.width1 - bone.width0) / 2)
    return as_field(np.sqrt(du * du + dv * dv) - radius)


def _skin_distance(skin: Skin, u: Field, v: Field) -> Field:
    """Distance to a triangle, as far as its sides decide: exact inside."""
    (ax, ay), (bx, by), (cx, cy) = skin.points
    turn = 1.0 if (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) > 0 else -1.0
    distance = np.full_like(u, -_FAR)
    for (x0, y0), (x1, y1) in itertools.pairwise((*skin.points, skin.points[0])):
        length = max(math.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2), 1e-6)
        normal_x, normal_y = turn * (y1 - y0) / length, -turn * (x1 - x0) / length
        side = (u - x0) * normal_x + (v - y0) * normal_y
        np.maximum(distance, side, out=distance)
    return distance


def _wall_distance(wall: Wall, u: Field, v: Field) -> Field:
    outside, _ = _egg_distance(wall.egg, u, v)
    half = wall.thickness / 2
    band = np.abs(outside + half) - half
    # Open at the heel, between the ends of the wall.
    opening = np.minimum(-0.40 - v, 0.24 - np.abs(u))
    return as_field(np.maximum(band, opening))
