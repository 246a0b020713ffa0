"""The page on which photos are named."""

from dataclasses import replace

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app import fragments
from app.answers import Answered, answer_files
from app.answers_table import Named, as_csv, as_table
from app.card import show_card
from app.chooser import choose
from app.familiarity import Seen
from app.given import given_photos
from app.markdown import literal
from app.models import Check, Model, model_of
from app.problems import for_visitors, unusable
from app.settings import Settings
from app.shown import Shown, shown_for
from app.streamlit_server import has_camera
from app.wording import verdict
from bench.errors import UserError
from bench.results.records import notice_for
from bench.results.store import DamagedError

_FILES, _CAMERA = "Photos", "Camera"
_NO_CAMERA = (
    "Browsers give a camera to a page only over https, or on the page's own machine. On a phone "
    "choose Photos: it offers the phone's camera, too."
)


def show(settings: Settings) -> None:
    """Draws the page."""
    top = st.container()
    record = choose(settings)
    try:
        model = model_of(record)
    except (UserError, DamagedError) as error:
        top.html(fragments.heading("trackbench", settings.suite))
        st.error(literal(unusable(record, str(error))))
        return
    shown = shown_for(settings.facts, model.predictor.classes)
    with top:
        st.html(fragments.heading(shown.subject.question, shown.promise))
        notice = notice_for([model.predictor.record])
        if notice:
            st.warning(literal(notice), icon=":material/warning:")
    files = _photos()
    if files:
        _show_answers(files, model, shown, settings)


def _photos() -> list[UploadedFile]:
    """What the visitor gives to be named."""
    source = st.segmented_control(
        "From", [_FILES, _CAMERA], default=_FILES, required=True, label_visibility="collapsed"
    )
    if source == _CAMERA:
        if not has_camera(st.context.url):
            st.info(_NO_CAMERA, icon=":material/no_photography:")
        taken = st.camera_input("Take a photo", label_visibility="collapsed")
        return [taken] if taken is not None else []
    return given_photos()


def _show_answers(
    files: list[UploadedFile], model: Model, shown: Shown, settings: Settings
) -> None:
    found, refused = answer_files(files, model)
    for line in refused:
        st.error(literal(line), icon=":material/block:")
    if not found:
        return
    check = model.check(settings.data_root)
    judged = _judged(found, check)
    if check.familiarity is None:
        words = f"Whether a photo shows a {shown.subject.one} at all is not checked: "
        places = (settings.data_root, model.predictor.record.folder.path)
        st.info(literal(words + for_visitors(check.problem, places)))
    if len(judged) == 1:
        show_card(judged[0], model, shown)
        return
    _show_table(judged, shown)
    for one in judged:
        with st.expander(_title(one, model, shown)):
            show_card(one, model, shown)


def _judged(found: list[Answered], check: Check) -> list[Answered]:
    """The same with whether each photo is like those that the model knows."""
    if check.familiarity is None:
        return found
    seen = Seen(np.stack([one.square for one in found]), np.stack([one.features for one in found]))
    known = check.familiarity.recognises(seen).tolist()
    return [replace(one, is_familiar=is_known) for one, is_known in zip(found, known, strict=True)]


def _title(one: Answered, model: Model, shown: Shown) -> str:
    said = verdict(one.answer, model.predictor.threshold, one.is_familiar, shown.subject)
    mark = "" if said.mood == "sure" else f" ({said.headline[0].lower()}{said.headline[1:]})"
    return f"{literal(one.name)}: {literal(shown.name(one.answer.predicted))}{mark}"


def _show_table(found: list[Answered], shown: Shown) -> None:
    rows = [
        Named(one.name, shown.name(one.answer.predicted), one.answer, one.is_familiar)
        for one in found
    ]
    table = as_table(rows)
    table["probability"] *= 100
    bar = st.column_config.ProgressColumn(format="%.0f %%", min_value=0.0, max_value=100.0)
    st.dataframe(
        table.rename(columns=str.capitalize),
        hide_index=True,
        column_config={"Probability": bar},
    )
    st.download_button(
        "Download as CSV", as_csv(rows), "species.csv", "text/csv", on_click="ignore"
    )
