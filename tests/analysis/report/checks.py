"""Checks of data sets with a few findings of each kind."""

from dataclasses import replace

from bench.results.checks import (
    Balance,
    CheckedImage,
    Copy,
    CopyGroup,
    DataCheck,
    Leak,
    Relation,
    Remark,
)

SOUND = DataCheck(
    root="/photos",
    fingerprint="ab" * 32,
    refusal="",
    made="2026-11-26T10:00:00+00:00",
    layout="train, val, test folders",
    smallest_side=32,
    classes=("bear", "fox"),
    counts={
        "train": {"bear": 20, "fox": 20},
        "val": {"bear": 4, "fox": 4},
        "test": {"bear": 10, "fox": 6},
    },
    n_images=64,
    unreadable=(),
    tiny=(),
    long=(),
    blank=(),
    not_images=(),
    clashes=(),
    named_copies=(),
    groups=(),
    leaks=(),
    balance=Balance("bear", "fox", 1.0, 2.0, 0.5, 0.5),
    notes=(),
    seconds=1.5,
)


def image(place: str, name: str = "0.png") -> CheckedImage:
    """An image of `split/class`."""
    split, label = place.split("/")
    return CheckedImage(split, label, f"{place}/{name}", 40, 30)


def group(*places: str, relation: Relation = "near", turn: str = "", name: str = "0") -> CopyGroup:
    """A group of images, all copies of the first."""
    images = tuple(image(place, f"{name}-{number}.png") for number, place in enumerate(places))
    copies = [Copy(0, number, relation, turn, 0.987) for number in range(1, len(images))]
    return CopyGroup(images, tuple(copies))


LEAKING = replace(
    SOUND,
    groups=(
        group("train/bear", "test/fox", turn="mirrored", name="a"),
        group("train/bear", "test/bear", relation="same bytes", name="b"),
        group("train/fox", "train/fox", "train/fox", relation="same pixels", name="c"),
    ),
    leaks=(Leak("test", "train", 2, 16, 2 / 15, 1),),
    unreadable=(Remark(image("val/fox", "broken.jpg"), "empty file"),),
    tiny=(Remark(image("val/fox", "small.jpg"), "20 × 20 pixels"),),
    clashes=(("train/bear/a.JPG", "train/bear/a.jpg"),),
    named_copies=("train/bear/a - Copy.jpg",),
    not_images=("notes.txt",),
    notes=("beside the splits and not looked at: old",),
)
