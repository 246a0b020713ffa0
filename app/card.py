"""A photo's answer in full: species, probabilities, where the model looked, and the animal."""

import streamlit as st

from app import fragments
from app.animal import animal_sections
from app.answers import Answered
from app.differences import tell_apart
from app.markdown import literal
from app.mixups import Mixup, mixups, reliability
from app.models import Model
from app.shown import Shown
from app.wording import mixup_sentence, reliability_sentence, verdict
from bench.errors import UserError

_N_BARS = 5


@st.fragment
def show_card(one: Answered, model: Model, shown: Shown) -> None:
    """Draws the card of a photo; a switch on it draws this card anew and nothing else.

    Args:
        one: the photo and its answer.
        model: what answered.
        shown: how to speak of its classes.
    """
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _show_photo(one, model)
    with right:
        st.html(_answer(one, model, shown))
    facts = shown.of(one.answer.predicted)
    more = _confusions(one, model, shown)
    more += "" if facts is None else "".join(animal_sections(facts))
    if one.is_familiar is False:
        title = f"{shown.name(one.answer.predicted)}, all the same"
        more = fragments.disclosure(title, "", more)
    st.html(more)


def _show_photo(one: Answered, model: Model) -> None:
    photo, note = st.empty(), st.empty()
    if not st.toggle("Show where the model looked", key=f"looked-{one.key}"):
        photo.image(one.preview, width="stretch", caption=literal(one.name))
        return
    try:
        looked = model.looked(one.square, one.answer)
    except UserError as error:
        photo.image(one.preview, width="stretch", caption=literal(one.name))
        note.info(literal(str(error)))
        return
    caption = literal(f"{looked.method}; yellow mattered most")
    photo.image(looked.image, width="stretch", caption=caption)


def _answer(one: Answered, model: Model, shown: Shown) -> str:
    predicted = one.answer.predicted
    facts = shown.of(predicted)
    bars = ((shown.name(each.name), each.probability) for each in one.answer.top(_N_BARS))
    return fragments.answer(
        shown.name(predicted),
        "" if facts is None else facts.scientific_name,
        verdict(one.answer, model.predictor.threshold, one.is_familiar, shown.subject),
        fragments.bar_list(bars),
    )


def _confusions(one: Answered, model: Model, shown: Shown) -> str:
    this = one.answer.predicted
    found = mixups(model.matrix, this)
    trust = fragments.paragraph(
        reliability_sentence(reliability(model.matrix, this), shown.name(this))
    )
    parts = [_mixup(each, shown, is_open=each is found[0]) for each in found]
    if not parts:
        parts = [fragments.paragraph("On its test photos the model confused it with nothing.")]
    return fragments.section("Most often confused with", trust, *parts)


def _mixup(mixup: Mixup, shown: Shown, *, is_open: bool) -> str:
    this, other = shown.name(mixup.this), shown.name(mixup.other)
    marks = tell_apart(shown.facts, mixup.this, mixup.other)
    told = fragments.bullets(marks) if len(marks) > 1 else fragments.paragraph("".join(marks))
    ways = fragments.paragraph("How to tell them apart", "tb-quiet") + told
    return fragments.disclosure(
        other, mixup_sentence(mixup, this, other), ways if marks else "", is_open=is_open
    )
