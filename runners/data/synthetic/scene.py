"""One photo of one species' footprints: what stands where, on which ground, in which light."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runners.data.synthetic.camera import develop
from runners.data.synthetic.debris import scatter
from runners.data.synthetic.draws import Draws
from runners.data.synthetic.feet import shapes_of, vary
from runners.data.synthetic.fields import Field, as_field, smooth
from runners.data.synthetic.ground import GROUNDS, Ground, octave, paint, roughness
from runners.data.synthetic.light import any_sun, shine
from runners.data.synthetic.morphology import Foot, RoundFoot, Species
from runners.data.synthetic.press import REACH, Impression, Placement, blank, press

_GROUND_WEIGHTS = (5.0, 4.0, 1.5, 4.0, 3.0)


@dataclass(frozen=True)
class Photo:
    """A drawn photo, and what is true of it.

    `pixels` uint8 [S, S, 3] in sRGB; `relief` float32 [S, S], how far each point is pressed down,
    0 to about 1; the foot that trod here; the ground's name; how many prints there are.
    """

    pixels: NDArray[np.uint8]
    relief: Field
    foot: Foot
    ground: str
    n_prints: int


def photograph(species: Species, size: int, draws: Draws) -> Photo:
    """Draws one photo.

    Args:
        species: whose prints.
        size: of the picture in pixels.
        draws: the stream of this photo.
    """
    ground = draws.choose(GROUNDS, _GROUND_WEIGHTS)
    foot = vary(draws.choose(species.feet, [1.0] * len(species.feet)), species.variation, draws)
    places = list(_places(species, draws))
    x, y = _ground_grid(size, draws)
    softness = ground.softness * draws.uniform(0.7, 1.5)
    prints = blank(size)
    for place in places:
        lean = (draws.bell(0.25), draws.bell(0.25))
        press(prints, x, y, shapes_of(foot, draws), place, softness, lean)
    height = _height(ground, foot, prints, places[0].length, draws)
    speckle = octave(size, 0.012, draws)
    color = paint(ground, prints.depth, speckle, draws)
    scatter(height, color, x, y, draws)
    gloss = ground.gloss * draws.uniform() if draws.chance(0.6) else 0.0
    light = shine(height, color, any_sun(draws), ground.shadow_tint, gloss)
    return Photo(develop(light, draws), prints.depth, foot, ground.name, len(places))


def _ground_grid(size: int, draws: Draws) -> tuple[Field, Field]:
    """Ground coordinates of each pixel: the camera is tilted a little, seldom a lot."""
    steps = (np.arange(size, dtype=np.float32) + 0.5) / size
    x, y = np.meshgrid(steps - 0.5, 0.5 - steps)
    tilt, sideways = abs(draws.bell(0.28)), draws.bell(0.08)
    stretch = 1 / (1 - tilt * y - sideways * x)
    squeeze = 1.0 + 0.35 * tilt
    return as_field(x * stretch), as_field(y * stretch * squeeze)


def _places(species: Species, draws: Draws) -> Iterator[Placement]:
    """Where the prints lie: one in most photos, a few for hoppers, sometimes one upon another."""
    angle = draws.bell(28.0) + (180.0 if draws.chance(0.12) else 0.0)
    mirror = 1 if draws.chance(0.5) else -1
    if draws.chance(species.group):
        yield from _group(angle, mirror, draws)
        return
    length = draws.uniform(0.58, 0.88)
    slack = 0.5 * (1.0 - length)
    if draws.chance(0.08):  # partly out of the picture
        slack = 0.35
    first = Placement(
        draws.uniform(-slack, slack), draws.uniform(-slack, slack), angle, length, mirror
    )
    yield first
    if draws.chance(0.12):  # the hind foot, almost in the front foot's print
        turn = math.radians(angle)
        back = length * draws.uniform(-0.45, 0.45)
        aside = length * draws.bell(0.12)
        yield Placement(
            first.x + back * math.sin(turn) + aside * math.cos(turn),
            first.y + back * math.cos(turn) - aside * math.sin(turn),
            angle + draws.bell(9.0),
            length * draws.about(0.95, 0.06),
            mirror,
        )


def _group(angle: float, mirror: int, draws: Draws) -> Iterator[Placement]:
    """Two to four prints side by side and behind one another."""
    length = draws.uniform(0.26, 0.40)
    turn = math.radians(angle)
    n_rows = draws.whole(1, 2)
    for row in range(n_rows):
        for side in (-1, 1):
            aside = side * length * draws.uniform(0.48, 0.72)
            ahead = length * ((row - (n_rows - 1) / 2) * 1.25 + draws.bell(0.13))
            yield Placement(
                aside * math.cos(turn) + ahead * math.sin(turn),
                -aside * math.sin(turn) + ahead * math.cos(turn),
                angle + draws.bell(8.0),
                length * draws.about(1.0, 0.05),
                side * mirror,
            )


def _height(ground: Ground, foot: Foot, prints: Impression, length: float, draws: Draws) -> Field:
    """The ground's surface, float32 [S, S], in widths of the picture."""
    size = prints.depth.shape[0]
    depth = length * draws.uniform(*ground.depth)
    pressed = prints.depth
    if isinstance(foot, RoundFoot):
        pressed = pressed - _cracks(size, length, draws) * foot.cracks * pressed
    near = 1 - np.abs(prints.distance - 0.05) * (1 / (REACH - 0.05))
    rim = smooth(near) * (ground.rim * draws.uniform(0.2, 1.0))
    surface = (rim * (1 - smooth(pressed * 3)) - pressed) * depth
    view_cm = _view_cm(foot, length)
    octaves = [(wavelength / view_cm, share * depth) for wavelength, share in ground.grain]
    rough = roughness(size, octaves, draws) * draws.uniform(0.35, 1.35)
    # Pressed ground is smoother.
    surface += rough * (1 - 0.45 * np.clip(pressed, 0, 1))
    waves = octave(size, draws.uniform(0.5, 1.2), draws) * draws.uniform(0.0, 0.03)
    return as_field(surface + waves)


def _view_cm(foot: Foot, length: float) -> float:
    """How wide the picture is, for the ground's grain.

    Nearer to a common size than it is: who photographs a mouse's track chooses fine ground, and
    else there would be none to see.
    """
    return 4.0 * math.sqrt(foot.length_cm) / length


def _cracks(size: int, length: float, draws: Draws) -> Field:
    """A net of lines, 1 on a line, float32 [S, S]: the skin of a sole.

    The lines lie where the two nearest of scattered points are equally far (S. Worley, "A
    cellular texture basis function", 1996).
    """
    n = int(1.0 / (0.11 * length)) + 1
    points = draws.field(2 * (n + 2), n + 2).reshape(2, n + 2, n + 2) * 0.4
    steps = (np.arange(size, dtype=np.float32) + 0.5) * (n / size)
    floors = np.floor(steps)
    cell, within = floors.astype(np.int64), steps - floors - 0.5
    first = np.full((size, size), 9.0, np.float32)
    second = first.copy()
    for row in (-1, 0, 1):
        for column in (-1, 0, 1):
            at = np.ix_(cell + 1 + row, cell + 1 + column)
            dy = points[0][at] + row - within[:, None]
            dx = points[1][at] + column - within[None, :]
            distance = np.sqrt(dx * dx + dy * dy)
            second = np.minimum(second, np.maximum(first, distance))
            first = np.minimum(first, distance)
    return smooth(1 - (second - first) * 6)
