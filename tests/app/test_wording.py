"""Sentences say what was counted, and no more."""

import math

import numpy as np
import pytest

from app.mixups import Mixup, Reliability
from app.predictor import Answer, Threshold
from app.wording import ANYTHING, TRACKS, mixup_sentence, reliability_sentence, verdict

LIMIT = Threshold(0.6, accuracy_above=0.9, accuracy_below=0.25, n=80)


def answer(*, is_sure):
    return Answer(("a", "b"), np.array([0.3, 0.7]), np.array([0.3, 0.7]), is_sure=is_sure)


@pytest.mark.parametrize("is_familiar", [True, None])
def test_a_sure_answer_says_how_often_such_answers_were_right(is_familiar):
    said = verdict(answer(is_sure=True), LIMIT, is_familiar, TRACKS)
    assert (said.mood, said.headline) == ("sure", "Sure")
    assert said.reason == (
        "Of the validation photos answered at 60 % or more, 90 % were named rightly."
    )


def test_an_unsure_answer_says_so_first():
    said = verdict(answer(is_sure=False), LIMIT, True, TRACKS)
    assert (said.mood, said.headline) == ("unsure", "Unsure")
    assert said.reason.startswith("Of the validation photos answered below 60 %, 25 % were")


def test_what_is_no_footprint_is_said_however_sure_the_model_is():
    said = verdict(answer(is_sure=True), LIMIT, False, TRACKS)
    assert (said.mood, said.headline) == ("unfamiliar", "This looks like no footprint")
    other = verdict(answer(is_sure=True), LIMIT, False, ANYTHING)
    assert "footprint" not in other.headline + other.reason


def test_a_share_of_nothing_is_not_said():
    limit = Threshold(0.5, accuracy_above=math.nan, accuracy_below=1.0, n=3)
    said = verdict(answer(is_sure=True), limit, None, TRACKS)
    assert said.reason == "No validation photo was answered at 50 % or more."


def test_both_directions_of_a_confusion_in_one_sentence():
    mixup = Mixup("bob_cat", "gray_fox", 7, 31, 5, 28)
    assert mixup_sentence(mixup, "Bobcat", "Gray fox") == (
        "7 of 31 gray fox photos were called bobcat; 5 of 28 bobcat photos were called gray fox."
    )


def test_how_far_a_name_can_be_trusted_in_a_sentence():
    assert reliability_sentence(Reliability(8, 15), "Gray fox") == (
        "The model called 15 test photos gray fox, of which 8 were."
    )
    assert reliability_sentence(Reliability(1, 1), "Fox") == (
        "The model called 1 test photo fox, of which 1 was."
    )
    assert "never said fox" in reliability_sentence(Reliability(0, 0), "Fox")
