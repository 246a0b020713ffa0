"""How two species' tracks differ, in sentences made from their marks.

They stand in where nobody has written about a pair. They only say what the facts' numbers and marks
say: ranges that overlap are given as they are, never as a rule that parts the two.
"""

from collections.abc import Iterator

from app.facts import Facts
from app.species import PrintMarks, Range, SpeciesFacts, TrackMarks

_FEET = {"paw": "a paw", "bird": "a bird's foot", "sole": "a large flat sole"}
_CLAWS = {"show": "clear", "faint": "fine or missing", "seldom": "seldom", "none": "none"}
_MUCH_LONGER = 1.5


def tell_apart(facts: Facts, a: str, b: str) -> list[str]:
    """What parts two classes' tracks: as written for the pair, or else made from their marks.

    Returns:
        At least one sentence; none where a class has no facts, or both are one class.
    """
    written = facts.look_alike(a, b)
    return [written.tell_apart] if written is not None else differences(facts, a, b)


def differences(facts: Facts, a: str, b: str) -> list[str]:
    """What parts two classes' tracks by their marks, the plainest difference first.

    Returns:
        At least one sentence, such as `Toes: Bobcat 4, Raccoon 5.`; none where a class has no
        facts, or both are one class.
    """
    one, other = facts.of(a), facts.of(b)
    if one is None or other is None or one is other:
        return []
    found = [
        _sentence(what, one, mark, other, others)
        for what, mark, others in [
            *_marks(one.track, other.track),
            *_lengths(one.track, other.track),
            *_steps(one.track, other.track),
        ]
    ]
    return found or [_hardly_apart(one, other)]


def _sentence(what: str, one: SpeciesFacts, mark: str, other: SpeciesFacts, others: str) -> str:
    return f"{what}: {one.common_name} {mark}, {other.common_name} {others}."


def _marks(one: TrackMarks, other: TrackMarks) -> Iterator[tuple[str, str, str]]:
    """What is not a length: of different kinds of feet the kinds say it all."""
    if _foot(one) != _foot(other):
        yield "Foot", _foot(one), _foot(other)
    if one.foot != other.foot or one.foot == "hoof":
        return
    if one.foot != "sole" and _toes(one) != _toes(other):
        yield "Toes", _toes(one), _toes(other)
    if one.claws != other.claws:
        yield "Claw marks", _CLAWS[one.claws], _CLAWS[other.claws]
    if one.webbing != other.webbing:
        yield "Webbing", one.webbing, other.webbing


def _foot(track: TrackMarks) -> str:
    if track.foot == "hoof":
        return "a single hoof" if track.hind.n_toes == 1 else "a split hoof"
    return _FEET[track.foot]


def _toes(track: TrackMarks) -> str:
    if track.front is None or track.front.n_toes == track.hind.n_toes:
        return str(track.hind.n_toes)
    return f"{track.front.n_toes} in front and {track.hind.n_toes} behind"


def _lengths(one: TrackMarks, other: TrackMarks) -> Iterator[tuple[str, str, str]]:
    """Of the prints whose lengths are apart, or of which one is half as long again."""
    for what, mark, others in _prints_of_both(one, other):
        shorter, longer = sorted((mark.length_cm, others.length_cm), key=_middle)
        if shorter[1] < longer[0] or _middle(longer) >= _MUCH_LONGER * _middle(shorter):
            yield what, centimetres(mark.length_cm), centimetres(others.length_cm)


def _prints_of_both(
    one: TrackMarks, other: TrackMarks
) -> Iterator[tuple[str, PrintMarks, PrintMarks]]:
    """Front with front and hind with hind; beside a bird the hind print alone."""
    if one.front is not None and other.front is not None:
        yield "Length of the front print", one.front, other.front
        yield "Length of the hind print", one.hind, other.hind
    else:
        yield "Length of the print", one.hind, other.hind


def _middle(ends: Range) -> float:
    return (ends[0] + ends[1]) / 2


def _steps(one: TrackMarks, other: TrackMarks) -> Iterator[tuple[str, str, str]]:
    if one.step_cm[1] < other.step_cm[0] or other.step_cm[1] < one.step_cm[0]:
        yield "From print to print", centimetres(one.step_cm), centimetres(other.step_cm)


def _hardly_apart(one: SpeciesFacts, other: SpeciesFacts) -> str:
    what, mark, others = next(_prints_of_both(one.track, other.track))
    lengths = centimetres(mark.length_cm), centimetres(others.length_cm)
    return (
        f"The marks alone hardly part them. {_sentence(what, one, lengths[0], other, lengths[1])}"
    )


def centimetres(ends: Range) -> str:
    """A range as people read it: `4–6.5 cm`."""
    least, most = (f"{end:g}" for end in ends)
    return f"{least} cm" if least == most else f"{least}–{most} cm"
