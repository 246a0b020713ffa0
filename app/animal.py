"""What there is to know about a species, as pieces of the page."""

from app import fragments
from app.species import PrintMarks, SpeciesFacts, TrackMarks

_IUCN = {
    "LC": "least concern",
    "NT": "near threatened",
    "VU": "vulnerable",
    "EN": "endangered",
    "CR": "critically endangered",
    "EW": "extinct in the wild",
    "EX": "extinct",
    "DD": "data deficient",
    "NE": "not evaluated",
}


def animal_sections(facts: SpeciesFacts) -> list[str]:
    """The track, the animal, and the sources of both, as HTML."""
    return [
        fragments.section("Its track", fragments.definitions(track_rows(facts.track))),
        fragments.section(
            "The animal",
            fragments.definitions(animal_rows(facts)),
            fragments.bullets(facts.facts),
        ),
        fragments.disclosure("Sources", "", fragments.bullets(facts.sources, "tb-quiet-list")),
    ]


def track_rows(track: TrackMarks) -> list[tuple[str, str]]:
    """What to look for in a track."""
    return [
        *_prints(track),
        ("Toes", track.toes),
        ("Claws", track.claw_marks),
        ("Pads and shape", track.pads),
        ("Gait", track.gait),
        ("Step", f"{_range(track.step_cm)} cm"),
        ("Trail", track.trail),
    ]


def animal_rows(facts: SpeciesFacts) -> list[tuple[str, str]]:
    """Where it lives, and how it fares."""
    return [
        ("Which one", facts.class_name_means),
        ("Habitat", facts.habitat),
        ("Range", facts.geographic_range),
        ("Red List", f"{_IUCN[facts.iucn_category].capitalize()}. {facts.conservation_note}"),
    ]


def _prints(track: TrackMarks) -> list[tuple[str, str]]:
    prints = (
        [("Print", track.hind)]
        if track.front is None
        else [("Front print", track.front), ("Hind print", track.hind)]
    )
    return [(what, _print(marks, has_toes=track.foot != "sole")) for what, marks in prints]


def _print(marks: PrintMarks, *, has_toes: bool) -> str:
    size = f"{_range(marks.length_cm)} cm long, {_range(marks.width_cm)} cm wide"
    if not has_toes:
        return size
    return f"{size}, {marks.n_toes} {'toe' if marks.n_toes == 1 else 'toes'}"


def _range(ends: tuple[float, float]) -> str:
    least, most = (f"{end:g}" for end in ends)
    return least if least == most else f"{least}–{most}"
