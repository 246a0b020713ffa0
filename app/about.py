"""The page about the model: what it is worth, class by class, and what to beware of."""

from collections.abc import Callable

import streamlit as st

from analysis.report.card import as_markdown
from analysis.report.card_facts import CardFacts, card_facts
from app import fragments
from app.chooser import choose
from app.markdown import literal
from app.model_facts import class_rows, origin_rows, pair_lines, sureness, tiles
from app.models import when_sealed
from app.problems import unusable
from app.settings import Settings
from app.shown import shown_for
from bench.errors import UserError
from bench.results.records import RunRecord
from bench.results.store import DamagedError

_COLUMNS = ("Class", "Photos", "Right", "95 %", "Precision")
_COLUMNS_MEAN = (
    "Right: the share of the class's test photos that got its name, with its 95 % interval. "
    "Precision: of the photos that got its name, the share that were of it."
)


def show(settings: Settings) -> None:
    """Draws the page."""
    st.html(fragments.heading("About the model", f"Runs of the suite {settings.suite}."))
    record = choose(settings)
    try:
        facts = _card(str(record.folder.path), when_sealed(record), record)
    except (UserError, DamagedError) as error:
        st.error(literal(unusable(record, str(error))))
        return
    if facts.notice:
        st.warning(literal(facts.notice), icon=":material/warning:")
    shown = shown_for(settings.facts, facts.classes)
    st.html("".join(_sections(facts, shown.name)))
    st.download_button(
        "Download the model card",
        as_markdown(facts).encode(),
        f"{facts.experiment}-{facts.seed}.md",
        "text/markdown",
        on_click="ignore",
    )


def _sections(facts: CardFacts, name: Callable[[str], str]) -> list[str]:
    section = fragments.section
    explained = fragments.paragraph(_COLUMNS_MEAN, "tb-quiet")
    return [
        section("What it is worth", fragments.tiles(tiles(facts))),
        section("What to beware of", fragments.bullets(facts.limits)),
        section("How sure it is", fragments.paragraph(sureness(facts))),
        section("Class by class", fragments.table(_COLUMNS, class_rows(facts, name)), explained),
        section("Confused most", fragments.bullets(pair_lines(facts, name))),
        section("Where it comes from", fragments.definitions(origin_rows(facts))),
    ]


@st.cache_resource(max_entries=8, show_spinner="Reading the run …")
def _card(folder: str, sealed_ns: int, _record: RunRecord) -> CardFacts:  # noqa: ARG001 - the key
    return card_facts(_record)
