"""Any foot as shapes, and how one animal's foot differs from another's of its species."""

from dataclasses import fields, replace

from runners.data.synthetic.bird import bird_shapes
from runners.data.synthetic.draws import Draws
from runners.data.synthetic.hoof import hoof_shapes
from runners.data.synthetic.morphology import BirdFoot, Foot, Hoof, Paw
from runners.data.synthetic.paw import paw_shapes
from runners.data.synthetic.round_foot import round_shapes
from runners.data.synthetic.shapes import Shape


def shapes_of(foot: Foot, draws: Draws) -> list[Shape]:
    """The shapes of one print of a foot, deepest last."""
    if isinstance(foot, Paw):
        return paw_shapes(foot, draws)
    if isinstance(foot, Hoof):
        return hoof_shapes(foot, draws)
    if isinstance(foot, BirdFoot):
        return bird_shapes(foot, draws)
    return round_shapes(foot, draws)


def vary(foot: Foot, spread: float, draws: Draws) -> Foot:
    """Another individual's foot: each measure differs by a bell curve of this deviation.

    Whole numbers (of toes, of lobes) are the species' own.
    """
    measures = {
        field.name: draws.about(value, spread)
        for field in fields(foot)
        if isinstance(value := getattr(foot, field.name), float) and value > 0
    }
    return replace(foot, **measures)  # type: ignore[arg-type] # mypy can't tell whose fields
