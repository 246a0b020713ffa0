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
def show_card(one: Answered, model: Model, shown: Shown, place: int) -> None:
    """Draws the card of a photo.

    Args:
        one: the photo and its answer.
        model: what answered.
        shown: how to speak of its classes.
        place: of the photo among those of the visitor, from 0.
    """
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _show_photo(one, model, place)
    with right:
        st.html(_answer(one, model, shown))
    st.html(_confusions(one, model, shown))
    facts = shown.of(one.answer.predicted)
    if facts is not None:
        st.html("".join(animal_sections(facts)))


def _show_photo(one: Answered, model: Model, place: int) -> None:
    photo = st.empty()
    is_on = st.toggle("Show where the model looked", key=f"looked-{place}-{one.name}")
    if not is_on:
        photo.image(one.preview, width="stretch", caption=literal(one.name))
        return
    try:
        looked = model.looked(one.square, one.answer)
    except UserError as error:
        photo.image(one.preview, width="stretch", caption=literal(one.name))
        st.info(literal(str(error)))
        return
    photo.image(
        looked.image, width="stretch", caption=literal(f"{looked.method}; yellow mattered most")
    )


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
    ways = fragments.paragraph("How to tell them apart", "tb-quiet") + fragments.bullets(marks)
    return fragments.disclosure(
        other, mixup_sentence(mixup, this, other), ways if marks else "", is_open=is_open
    )
