"""What a check of a data set says, in sentences, the worst first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bench.results.checks import DataCheck, Leak

Level = Literal["bad", "warning", "note"]

_UNEVEN = 10.0  # a largest class of so many times the smallest is worth a warning


@dataclass(frozen=True)
class Finding:
    """One thing that was found: how bad, what in short, and in a sentence."""

    level: Level
    title: str
    text: str


def findings(check: DataCheck) -> tuple[Finding, ...]:
    """All that there is to say, the worst first; empty where nothing was found."""
    found = [*_leaks(check), *_copies(check), *_images(check), *_names(check), *_classes(check)]
    order = ("bad", "warning", "note")
    return tuple(sorted(found, key=lambda one: order.index(one.level)))


def verdict(check: DataCheck) -> Finding:
    """One line: is the data set sound for a benchmark?"""
    found = findings(check)
    if any(one.level == "bad" for one in found):
        return Finding("bad", "not sound", "train and test share images")
    n_warnings = sum(one.level == "warning" for one in found)
    if n_warnings:
        warnings = "1 warning" if n_warnings == 1 else f"{n_warnings} warnings"
        title = "not usable as it is" if check.refusal else "usable, with care"
        return Finding("warning", title, f"train and test share none; {warnings}")
    return Finding("note", "sound", "train and test share no images, and nothing else is wrong")


def overview(check: DataCheck) -> str:
    """How much there is: `255 images of 3 classes: train 163, val 31, test 61`."""
    sizes = ", ".join(f"{split} {sum(own.values())}" for split, own in check.counts.items())
    return f"{_n(check.n_images, 'image')} of {_n(len(check.classes), 'class')}: {sizes}"


def _leaks(check: DataCheck) -> Iterator[Finding]:
    for leak in check.leaks:
        to_learn = leak.source == "train"
        is_test = leak.split == "test"
        yield Finding(
            "bad" if to_learn and is_test else "warning",
            f"{leak.split} in {leak.source}",
            f"{_leaked(leak)}: {_owed(leak)}{_disagreement(leak)}{_by_look(check, leak)}",
        )


def _leaked(leak: Leak) -> str:
    are = "is" if leak.n_leaked == 1 else "are"
    return f"{leak.n_leaked} of {leak.n_images} {leak.split} images {are} also in {leak.source}"


def _owed(leak: Leak) -> str:
    if leak.source != "train":
        return "the checkpoint is selected by images that it is tested on"
    whose = "" if leak.split == "test" else "validation "
    return (
        f"up to {100 * leak.share:.1f} points of {whose}accuracy and {100 * leak.macro_share:.1f}"
        " of macro accuracy may be memory"
    )


def _disagreement(leak: Leak) -> str:
    if not leak.n_conflicts:
        return ""
    carry = "carries" if leak.n_conflicts == 1 else "carry"
    return f"; {leak.n_conflicts} of them {carry} another class there, which memory gets wrong"


def _by_look(check: DataCheck, leak: Leak) -> str:
    """How many photos are not known to be the same, but look alike."""
    n_photos = sum(
        {leak.split, leak.source} <= set(group.splits)
        and any(copy.relation == "near" for copy in group.copies)
        for group in check.groups
    )
    return f"; {_n(n_photos, 'photo')} by looking alike" if n_photos else ""


def _copies(check: DataCheck) -> Iterator[Finding]:
    if check.conflicts:
        yield Finding(
            "warning",
            "labels",
            f"{_n(len(check.conflicts), 'photo')} in more than one class: one label must be wrong",
        )
    for split in check.counts:
        members = [sum(i.split == split for i in group.images) for group in check.groups]
        n_spare = sum(n - 1 for n in members if n > 1)
        if n_spare:
            yield Finding(
                "warning",
                f"copies in {split}",
                f"{_n(n_spare, 'image')} too many: the photo is there already",
            )


def _images(check: DataCheck) -> Iterator[Finding]:
    for title, remarks, what in (
        ("unreadable", check.unreadable, "unreadable"),
        ("blank", check.blank, "of nearly one colour"),
        ("tiny", check.tiny, f"with a side below {check.smallest_side} pixels"),
        ("long", check.long, "more than four times as long as wide, to be squeezed into a square"),
    ):
        if remarks:
            first = f"{remarks[0].image.path} ({remarks[0].reason})"
            yield Finding("warning", title, f"{_n(len(remarks), 'image')} {what}, such as {first}")


def _names(check: DataCheck) -> Iterator[Finding]:
    if check.clashes:
        first = " and ".join(check.clashes[0][:2])
        yield Finding(
            "warning",
            "names",
            f"{_n(len(check.clashes), 'group')} of files whose names differ in case or ending only,"
            f" such as {first}",
        )
    if check.not_images:
        files = _n(len(check.not_images), "file")
        yield Finding("note", "no images", f"{files} left out, such as {check.not_images[0]}")
    if check.named_copies:
        yield Finding(
            "note",
            "“copies”",
            f"{_n(len(check.named_copies), 'image')} named as a copy, such as"
            f" {check.named_copies[0]}; no other image shows the same",
        )


def _classes(check: DataCheck) -> Iterator[Finding]:
    if check.refusal:
        yield Finding("warning", "refused", f"`bench run` would refuse it: {check.refusal}")
    for split, own in check.counts.items():
        empty = [label for label, n in own.items() if not n]
        if empty:
            yield Finding("warning", f"empty in {split}", f"no images of {_few(empty)}")
    balance = check.balance
    if balance and balance.ratio > 1:
        yield Finding(
            "warning" if balance.ratio >= _UNEVEN else "note",
            "balance",
            f"{balance.largest} has {balance.ratio:.1f} times the training images of"
            f" {balance.smallest}: as hard to guess as {balance.effective_classes:.1f} even classes"
            f" of {len(check.classes)}; always saying {balance.largest} is right in"
            f" {100 * balance.majority_share:.0f} %",
        )
    for note in check.notes:
        yield Finding("note", "layout", note)


def _few(names: list[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _n(n: int, noun: str) -> str:
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{n} {noun if n == 1 else plural}"
