"""Which of the runs answers: chosen on the page, and kept from page to page."""

from collections.abc import Sequence

import streamlit as st

from analysis.report.numbers import percent
from app.settings import Settings
from bench.results.records import RunRecord
from bench.results.store import DamagedError


def label(record: RunRecord, runs: Sequence[RunRecord]) -> str:
    """What a run is called in the list of runs, with how often it was right."""
    name = f"{record.experiment} · seed {record.seed}"
    if sum((one.experiment, one.seed) == (record.experiment, record.seed) for one in runs) > 1:
        name += f" · {record.folder.path.name.partition('-')[2]}"
    try:
        right = [percent(record.metrics[split]["accuracy"]) for split in ("val", "test")]
    except (DamagedError, KeyError, TypeError, ValueError):
        return f"{name} · damaged"
    return f"{name} · right on {right[0]} of validation, {right[1]} of test"


def choose(settings: Settings) -> RunRecord:
    """Shows the runs, and gives the one that is chosen."""
    chosen: int = st.selectbox(
        "Model",
        range(len(settings.runs)),
        index=settings.opened,
        format_func=lambda place: label(settings.runs[place], settings.runs),
        help="All complete runs of the suite, the best on validation photos first.",
        key="run",
        persist_state="session",
    )
    return settings.runs[chosen]
