"""Species that do not exist: feet of random measures, none of them like one of the 18.

Networks are pretrained on these, so that what they learn of toes and pads is not what the real
species' drawings are told apart by.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import fields

from runners.data.synthetic.draws import Draws
from runners.data.synthetic.morphology import BirdFoot, Foot, Hoof, Paw, RoundFoot, Species
from runners.data.synthetic.species import SPECIES

# The least mean difference of two feet's measures, as a ratio's logarithm: about 22 %.
_APART = 0.20
# What counts as a measure that is zero, when ratios are taken.
_LEAST = 0.02


def invent(seed: int, n_species: int) -> tuple[Species, ...]:
    """Invents species; the first ones are the same however many are asked for.

    Args:
        seed: another seed, other species.
        n_species: how many.

    Returns:
        Species of one or two kinds of feet, each unlike every foot of the 18 real ones.
    """
    return tuple(_invent_one(seed, index) for index in range(n_species))


def _invent_one(seed: int, index: int) -> Species:
    draws = Draws("invented species", seed, index)
    return Species(
        name=f"invented_{index:04d}",
        feet=tuple(_feet(draws)),
        group=draws.choose((0.0, 0.15, 0.6), (3, 2, 2)),
        share=draws.uniform(0.8, 1.2),
        variation=0.05,
    )


def _feet(draws: Draws) -> Iterator[Foot]:
    """One foot, or a front foot and another like it but larger or smaller, as animals have them."""
    makers: tuple[Callable[[Draws], Foot], ...] = (_paw, _hoof, _bird, _round)
    make = draws.choose(makers, (10, 2.5, 2.5, 0.6))
    for _ in range(2 if draws.chance(0.3) else 1):
        foot = make(draws)
        while is_like_a_real_one(foot):
            foot = make(draws)
        yield foot


def is_like_a_real_one(foot: Foot) -> bool:
    """Whether a foot is near to one of the 18 species' in kind and measures."""
    return any(_difference(foot, real) < _APART for species in SPECIES for real in species.feet)


def _difference(foot: Foot, other: Foot) -> float:
    """The mean difference of the measures that show in both; of other kinds, endless."""
    if type(foot) is not type(other):
        return math.inf
    if isinstance(foot, Paw) and isinstance(other, Paw) and foot.n_toes != other.n_toes:
        return math.inf
    if isinstance(foot, Hoof) and isinstance(other, Hoof) and foot.halves != other.halves:
        return math.inf
    names = _shown(foot) & _shown(other)
    pairs = ((float(getattr(foot, name)), float(getattr(other, name))) for name in sorted(names))
    ratios = [abs(math.log(max(a, _LEAST) / max(b, _LEAST))) for a, b in pairs]
    return sum(ratios) / len(ratios)


def _shown(foot: Foot) -> set[str]:
    """The measures that show in a print: no gap before claws that are not there."""
    hidden = {"length_cm"}
    if isinstance(foot, Paw):
        hidden |= {"heel_pads"} if foot.heel < _LEAST else set()
        hidden |= {"claw_gap"} if foot.claw < _LEAST else set()
        hidden |= {"thumb"} if foot.n_toes != 5 else set()
    elif isinstance(foot, Hoof):
        hidden |= {"cleft", "splay_degrees", "dewclaws"} if foot.halves == 1 else {"frog"}
    return {field.name for field in fields(foot)} - hidden


def _length_cm(draws: Draws) -> float:
    return math.pow(10.0, draws.uniform(0.0, 1.6))


def _paw(draws: Draws) -> Paw:
    n_toes = draws.whole(3, 6)
    width = draws.uniform(0.55, 1.2)
    room = width / n_toes
    heel = draws.choose((0.0, draws.uniform(0.1, 0.42)), (1, 1))
    claw = draws.choose((0.0, draws.uniform(0.03, 0.18)), (1, 2))
    pad_length = draws.uniform(0.18, 0.45)
    return Paw(
        length_cm=_length_cm(draws),
        width=width,
        n_toes=n_toes,
        toe_length=draws.uniform(0.12, 0.36),
        toe_width=draws.uniform(0.5, 1.0) * room,
        toe_arc=draws.uniform(0.0, 0.32),
        pad_length=pad_length,
        pad_width=draws.uniform(0.45, 1.0) * width,
        pad_y=-0.5 + heel + pad_length / 2 + draws.uniform(0.0, 0.1),
        splay_degrees=draws.uniform(0.0, 36.0),
        lead=draws.choose((0.0, draws.uniform(0.03, 0.12)), (2, 1)),
        thumb=draws.choose((0.0, draws.uniform(0.04, 0.16)), (1, 1)),
        pad_point=draws.uniform(0.0, 1.0),
        lobes=draws.whole(1, 3),
        bones=draws.chance(0.25),
        claw=claw,
        claw_gap=draws.uniform(0.01, 0.1),
        webbing=draws.choose((0.0, draws.uniform(0.2, 0.95)), (2, 1)),
        heel=heel,
        heel_pads=draws.whole(0, 2),
    )


def _hoof(draws: Draws) -> Hoof:
    halves = draws.choose((1, 2), (1, 2))
    return Hoof(
        length_cm=_length_cm(draws),
        width=draws.uniform(0.5, 1.15),
        halves=halves,
        point=draws.uniform(0.0, 0.9),
        cleft=draws.uniform(0.01, 0.2),
        splay_degrees=draws.uniform(-4.0, 22.0),
        dewclaws=draws.chance(0.4),
        frog=draws.choose((0.0, draws.uniform(0.3, 1.0)), (1, 1)),
    )


def _bird(draws: Draws) -> BirdFoot:
    return BirdFoot(
        length_cm=_length_cm(draws),
        width=draws.uniform(0.5, 1.3),
        toe_width=draws.uniform(0.05, 0.17),
        side_toe=draws.uniform(0.6, 1.0),
        hind_toe=draws.choose((0.0, draws.uniform(0.08, 0.45)), (1, 2)),
        webbing=draws.choose((0.0, draws.uniform(0.3, 1.0)), (1, 1)),
        claw=draws.uniform(0.0, 0.12),
        knuckles=draws.uniform(0.0, 1.2),
    )


def _round(draws: Draws) -> RoundFoot:
    return RoundFoot(
        length_cm=_length_cm(draws),
        width=draws.uniform(0.55, 1.1),
        n_nails=draws.whole(0, 7),
        cracks=draws.choose((0.0, draws.uniform(0.05, 0.3)), (1, 1)),
    )
