"""What the page says of an answer: how sure it is, and how often that was right."""

import math
from dataclasses import dataclass
from typing import Literal

from analysis.report.numbers import percent
from app.mixups import Mixup, Reliability
from app.naming import within
from app.predictor import Answer, Threshold

Mood = Literal["sure", "unsure", "unfamiliar"]


@dataclass(frozen=True)
class Subject:
    """What the photos of a data set show: `one` and `many` of it, and the page's `question`."""

    one: str
    many: str
    question: str


TRACKS = Subject("footprint", "footprints", "Whose footprint is this?")
ANYTHING = Subject("photo of its kind", "photos", "What is on this photo?")


@dataclass(frozen=True)
class Verdict:
    """How an answer is to be taken: a `headline` of a few words, and a sentence on why."""

    mood: Mood
    headline: str
    reason: str


def verdict(
    answer: Answer, threshold: Threshold, is_familiar: bool | None, subject: Subject
) -> Verdict:
    """How an answer is to be taken.

    Args:
        answer: what the model said.
        threshold: where "sure" begins for it.
        is_familiar: whether the image is like those it was trained on; None where nobody knows.
        subject: what those images show.
    """
    limit = percent(threshold.confidence)
    if is_familiar is False:
        return Verdict(
            "unfamiliar",
            f"This looks like no {subject.one}",
            f"It is unlike the {subject.many} that the model learnt from. The model must name "
            "one of its animals all the same: do not rely on it."
            if subject is TRACKS
            else f"It is unlike the {subject.many} that the model learnt from. The model must "
            "choose one of its classes all the same: do not rely on it.",
        )
    if answer.is_sure:
        return Verdict("sure", "Sure", _when(f"at {limit} or more", threshold.accuracy_above))
    return Verdict(
        "unsure",
        "Unsure",
        _when(f"below {limit}", threshold.accuracy_below) + " Take the names below as hints.",
    )


def _when(confidence: str, accuracy: float) -> str:
    if not math.isfinite(accuracy):
        return f"No validation photo was answered {confidence}."
    return (
        f"Of the validation photos answered {confidence}, {percent(accuracy)} were named rightly."
    )


def mixup_sentence(mixup: Mixup, this: str, other: str) -> str:
    """Both directions of a confusion: "7 of 31 bobcat photos were called gray fox, ..."."""
    there = f"{mixup.other_as_this} of {mixup.n_others} {within(other)} photos were called"
    back = f"{mixup.this_as_other} of {mixup.n_these} {within(this)} photos were called"
    return f"{there} {within(this)}; {back} {within(other)}."


def reliability_sentence(found: Reliability, name: str) -> str:
    """How far the name can be trusted, by the run's own test."""
    if not found.n_called:
        return f"On its test photos the model never said {within(name)}."
    photos = "photo" if found.n_called == 1 else "photos"
    was = "was" if found.n_right == 1 else "were"
    return (
        f"The model called {found.n_called} test {photos} {within(name)}, "
        f"of which {found.n_right} {was}."
    )
