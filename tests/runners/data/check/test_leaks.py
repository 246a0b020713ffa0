"""Counting, by hand: what leaks, what that is worth, and how even the classes are."""

import math

import pytest

from bench.results.checks import CheckedImage, Copy, CopyGroup, Leak
from runners.data.check.leaks import balance_of, find_leaks, worst_first


def group(*images):
    """Images `split/class`, all copies of the first."""
    made = tuple(CheckedImage(*text.split("/"), f"{text}/{n}.png") for n, text in enumerate(images))
    copies = tuple(Copy(0, n, "near", "", 0.99) for n in range(1, len(made)))
    return CopyGroup(made, copies)


READABLE = {
    "train": {"bear": 40, "fox": 10},
    "val": {"bear": 4, "fox": 2},
    "test": {"bear": 8, "fox": 2, "owl": 0},
}


def test_each_leaked_image_counts_once_overall_and_by_class():
    groups = [
        group("train/bear", "train/bear", "test/bear"),
        group("train/fox", "test/fox"),
        group("train/bear", "test/bear", "test/bear"),
    ]
    (leak,) = find_leaks(groups, READABLE)
    # 4 of 10; of bears 3 of 8 and of foxes 1 of 2, and the owl has no test image.
    assert leak == Leak("test", "train", 4, 10, (3 / 8 + 1 / 2) / 2, 0)
    assert leak.share == 0.4


def test_the_ways_are_told_apart():
    groups = [group("val/bear", "test/bear"), group("train/fox", "val/fox")]
    assert find_leaks(groups, READABLE) == (
        Leak("test", "val", 1, 10, 1 / 16, 0),
        Leak("val", "train", 1, 6, 1 / 4, 0),
    )


def test_copies_within_a_split_leak_nothing():
    assert find_leaks([group("test/bear", "test/fox")], READABLE) == ()


def test_a_leaked_image_whose_copies_all_have_another_class_is_a_conflict():
    groups = [group("train/bear", "test/fox"), group("train/bear", "train/fox", "test/fox")]
    (leak,) = find_leaks(groups, READABLE)
    assert (leak.n_leaked, leak.n_conflicts) == (2, 1)
    # Memory gets that one wrong: 1 of 10 images, and 1 of 2 foxes.
    assert (leak.share, leak.macro_share) == (0.1, 0.25)


def test_the_worst_groups_come_first():
    inside = group("train/bear", "train/bear")
    twisted = group("train/bear", "train/fox")
    val = group("train/bear", "val/bear")
    selected = group("val/bear", "test/bear")
    leaked = group("train/bear", "test/bear")
    wrong = group("train/bear", "test/fox")
    ordered = worst_first([inside, val, leaked, twisted, selected, wrong])
    assert ordered == (wrong, leaked, selected, val, twisted, inside)


def test_balance():
    balance = balance_of({"bear": 30, "fox": 10, "owl": 0})
    assert (balance.largest, balance.smallest, balance.ratio) == ("bear", "fox", 3)
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert balance.effective_classes == pytest.approx(math.exp(entropy))
    assert (balance.majority_share, balance.chance) == (0.75, 0.5)
    assert balance_of({"a": 7, "b": 7, "c": 7}).effective_classes == pytest.approx(3)
    assert balance_of({"bear": 0}) is None
