"""How the page speaks of a run's classes: by the facts about them, where there are any."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import streamlit as st

from app.facts import Facts, load_facts
from app.naming import human
from app.species import SpeciesFacts
from app.wording import ANYTHING, TRACKS, Subject

_NOTHING = Facts(MappingProxyType({}))
# One name in common is no sign of tracks: a horse is in many a data set.
_FEWEST_KNOWN = 3
_LEAST_SHARE_KNOWN = 0.8


@dataclass(frozen=True, eq=False)
class Shown:
    """What is known about classes, and what the photos of a run are called."""

    facts: Facts
    subject: Subject

    @property
    def promise(self) -> str:
        """What the page does, and what becomes of the photos."""
        what = "the animal that left it" if self.subject is TRACKS else "what it shows"
        return (
            f"Give it a photo, and a trained model names {what}. Photos stay in memory while you "
            "have this page open; none is stored, and where one was taken is never read."
        )

    def of(self, name: str) -> SpeciesFacts | None:
        """The facts of a class, if there are any."""
        return self.facts.of(name)

    def name(self, name: str) -> str:
        """What a class is called in front of people."""
        found = self.of(name)
        return human(name) if found is None else found.common_name


def shown_for(file: Path | None, classes: Iterable[str]) -> Shown:
    """How the page speaks of a run's classes.

    The facts that come along are about tracks, and are shown where the run's classes are theirs:
    nearly all, and at least three. Those of a file that was asked for are shown of whichever class
    has some.

    Args:
        file: of facts, where they are not those that come along.
        classes: of the run.
    """
    facts = _facts(file)
    known = [facts.of(name) is not None for name in classes]
    if file is not None:
        return Shown(facts, TRACKS if any(known) else ANYTHING)
    if sum(known) >= max(_FEWEST_KNOWN, _LEAST_SHARE_KNOWN * len(known)):
        return Shown(facts, TRACKS)
    return Shown(_NOTHING, ANYTHING)


@st.cache_resource(max_entries=2, show_spinner=False)
def _facts(file: Path | None) -> Facts:
    return load_facts(file)
