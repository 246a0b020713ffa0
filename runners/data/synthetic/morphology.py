"""What a foot looks like from below, in numbers.

Lengths are fractions of the print's length (from the tip of the foremost toe, without claws, to
the back of the pad or heel) unless they say `cm`. A print looks along +y; a left and a right foot
are mirror images.
"""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Paw:
    """A foot of toes in front of a pad: cats, dogs, bears, weasels, rodents.

    Attributes:
        length_cm: length of the print.
        width: of the print.
        n_toes: 4 or 5, side by side.
        toe_length: of one toe's print.
        toe_width: of one toe's print.
        toe_arc: how far the outer toes sit behind the middle ones.
        splay_degrees: how far the outer toes point outwards.
        lead: how far one middle toe reaches before the other; cats' do, dogs' do not.
        thumb: how far the innermost of five toes sits further back.
        pad_length: of the pad behind the toes.
        pad_width: of the pad.
        pad_y: of the pad's middle; the print spans -0.5 to 0.5.
        pad_point: 0 for a pad as wide in front as behind, 1 for a triangle.
        lobes: of the pad's hind edge: 1, 2 or 3.
        bones: whether fingers join pad and toes, as in a raccoon's hand.
        claw: length of the claw marks, 0 where claws are drawn in.
        claw_gap: between toe and claw mark.
        webbing: 0 for none, 1 for skin to the tips of the toes.
        heel: length of the sole behind the pad.
        heel_pads: small round pads on that heel; 0 for a sole in one piece.
    """

    length_cm: float
    width: float
    n_toes: int
    toe_length: float
    toe_width: float
    toe_arc: float
    pad_length: float
    pad_width: float
    pad_y: float
    splay_degrees: float = 10.0
    lead: float = 0.0
    thumb: float = 0.0
    pad_point: float = 0.4
    lobes: int = 2
    bones: bool = False
    claw: float = 0.0
    claw_gap: float = 0.02
    webbing: float = 0.0
    heel: float = 0.0
    heel_pads: int = 0


@dataclass(frozen=True)
class Hoof:
    """One hoof, or two halves of one.

    Attributes:
        length_cm: length of the print.
        width: of the print.
        halves: 1 for horses, 2 for deer.
        point: how pointed the front is, 0 for round.
        cleft: gap between the halves.
        splay_degrees: how far the halves open to the front.
        dewclaws: whether the two small toes behind may mark.
        frog: depth of the wedge in a horse's sole, as a fraction of the wall's.
    """

    length_cm: float
    width: float
    halves: int = 2
    point: float = 0.5
    cleft: float = 0.06
    splay_degrees: float = 4.0
    dewclaws: bool = False
    frog: float = 0.0


@dataclass(frozen=True)
class BirdFoot:
    """Three toes forward and one behind.

    Attributes:
        length_cm: length of the print without the hind toe.
        width: of the print; it decides how far the outer toes open.
        toe_width: of a toe.
        side_toe: length of the outer toes as a fraction of the middle one.
        hind_toe: length of the hind toe, 0 for none.
        webbing: 0 for none, 1 for skin to the tips.
        claw: length of the claw marks.
        knuckles: how much the joints of the toes swell.
    """

    length_cm: float
    width: float
    toe_width: float
    side_toe: float = 0.85
    hind_toe: float = 0.0
    webbing: float = 0.0
    claw: float = 0.05
    knuckles: float = 0.3


@dataclass(frozen=True)
class RoundFoot:
    """A broad round sole with cracked skin, and nails at its front edge: elephants.

    Attributes:
        length_cm: length of the print.
        width: of the print.
        n_nails: nail marks at the front edge.
        cracks: depth of the skin's pattern as a fraction of the print's.
    """

    length_cm: float
    width: float
    n_nails: int
    cracks: float


Foot: TypeAlias = Paw | Hoof | BirdFoot | RoundFoot


@dataclass(frozen=True)
class Species:
    """An animal by its feet.

    Attributes:
        name: the folder of its photos.
        feet: its kinds of feet (front, hind); each is as likely in a photo.
        group: how often a photo shows several prints, since the animal hops or its feet are small.
        share: how many photos there are, compared with other species.
        variation: how far individuals differ, as a standard deviation of each measure.
    """

    name: str
    feet: tuple[Foot, ...]
    group: float = 0.1
    share: float = 1.0
    variation: float = 0.07
