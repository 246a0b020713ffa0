"""What the page knows of a species and its track, as records.

Each field says what a key of species.toml means. The constraints stand beside the fields, as the
loader in `app.facts` holds a file to them.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Interval, Len
from pydantic import AfterValidator

LONGEST_TEXT = 400
_STRICT: dict[str, object] = {"extra": "forbid", "strict": True}


def _readable(text: str) -> str:
    """The text, if a phone shows it well."""
    if not 0 < len(text) <= LONGEST_TEXT or text != text.strip() or not text.isprintable():
        raise ValueError(
            f"should be one line of 1 to {LONGEST_TEXT} characters, without blanks at its ends"
            + (f"; it has {len(text)}" if len(text) > LONGEST_TEXT else "")
        )
    return text


def _in_order(ends: tuple[float, float]) -> tuple[float, float]:
    if ends[0] > ends[1]:
        raise ValueError("should be [least, most]")
    return ends


Text = Annotated[str, AfterValidator(_readable)]
Texts = Annotated[tuple[Text, ...], Len(1)]
_Centimetres = Annotated[float, Interval(gt=0, le=1000)]
Range = Annotated[tuple[_Centimetres, _Centimetres], AfterValidator(_in_order)]
Foot = Literal["paw", "hoof", "bird", "sole"]
Claws = Literal["show", "faint", "seldom", "none"]
Webbing = Literal["wide", "slight", "none"]
IucnCategory = Literal["LC", "NT", "VU", "EN", "CR", "EW", "EX", "DD", "NE"]


@dataclass(frozen=True)
class PrintMarks:
    """One print of a typical adult on good ground.

    Attributes:
        n_toes: how many toes a clear print shows; of a sole, which shows none, how many nails the
            foot usually has.
        length_cm: least and most, from the tip of the foremost toe, without claws, to the back of
            the hindmost pad that usually marks.
        width_cm: least and most, at the widest place.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT
    called: ClassVar[str] = "print"

    n_toes: Annotated[int, Interval(ge=1, le=5)]
    length_cm: Range
    width_cm: Range


@dataclass(frozen=True)
class TrackMarks:
    """What to look for in a track.

    Attributes:
        foot: `sole` is the flat round foot of an elephant.
        claws: whether claw marks show, show as fine points if at all (`faint`), are drawn in
            (`seldom`), or do not exist.
        webbing: how much of it shows between the toes of a clear print.
        step_cm: least and most in the usual gait, from a print to the next of the other side; from
            group to group for animals that bound, lope, or walk in pairs of prints.
        toes: in words, as are the next four.
        claw_marks: how they look.
        pads: their shape, and that of the whole print.
        gait: how the animal mostly moves.
        trail: what the line of prints looks like.
        hind: the hind foot's print; a bird's only one.
        front: the front foot's print; None for a bird.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT
    called: ClassVar[str] = "track"

    foot: Foot
    claws: Claws
    webbing: Webbing
    step_cm: Range
    toes: Text
    claw_marks: Text
    pads: Text
    gait: Text
    trail: Text
    hind: PrintMarks
    front: PrintMarks | None = None


@dataclass(frozen=True)
class SpeciesFacts:
    """What the page tells of a species.

    Attributes:
        common_name: as people call it.
        scientific_name: genus and species.
        class_name_means: which animal the facts are about, where the class's name leaves it open.
        habitat: where it lives, as a kind of land.
        geographic_range: where it lives, on the map.
        iucn_category: of the IUCN Red List; `NE` where it is not assessed.
        conservation_note: what is behind the category, in a sentence or two.
        facts: a few things worth knowing.
        sources: books and pages to read on, as citations.
        track: what to look for in a track.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT
    called: ClassVar[str] = "species"

    common_name: Text
    scientific_name: Text
    class_name_means: Text
    habitat: Text
    geographic_range: Text
    iucn_category: IucnCategory
    conservation_note: Text
    facts: Texts
    sources: Texts
    track: TrackMarks


@dataclass(frozen=True)
class LookAlike:
    """Two classes that are easily confused, and what differs in their tracks."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT
    called: ClassVar[str] = "pair"

    classes: tuple[Text, Text]
    tell_apart: Text
