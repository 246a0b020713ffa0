"""What a check says in sentences."""

from dataclasses import replace

import pytest

from analysis.report.checking import findings, overview, verdict
from bench.results.checks import Balance, Leak

from .checks import LEAKING, SOUND, group


def said(check):
    return {one.title: (one.level, one.text) for one in findings(check)}


def test_a_sound_data_set_has_nothing_to_tell():
    assert findings(SOUND) == ()
    assert verdict(SOUND).title == "sound"
    assert overview(SOUND) == "64 images of 2 classes: train 40, val 8, test 16"


def test_test_images_in_train_are_bad_and_come_first():
    first = findings(LEAKING)[0]
    assert (first.level, first.title) == ("bad", "test in train")
    assert first.text == (
        "2 of 16 test images are also in train: up to 6.2 points of accuracy and 13.3 of macro "
        "accuracy may be memory; 1 of them carries another class there, "
        "which memory gets wrong; 1 photo by looking alike"
    )
    assert verdict(LEAKING).level == "bad"


@pytest.mark.parametrize(
    ("leak", "text"),
    [
        (
            Leak("val", "train", 1, 8, 1 / 8, 0),
            "1 of 8 val images is also in train: up to 12.5 points of validation accuracy",
        ),
        (
            Leak("test", "val", 4, 16, 1 / 4, 0),
            "4 of 16 test images are also in val: the checkpoint is selected by images",
        ),
    ],
)
def test_other_leaks_are_warnings(leak, text):
    check = replace(SOUND, leaks=(leak,))
    level, told = said(check)[f"{leak.split} in {leak.source}"]
    assert level == "warning"
    assert told.startswith(text)
    assert verdict(check).level == "warning"


def test_every_kind_has_its_line():
    told = said(LEAKING)
    assert told["labels"][1].startswith("1 photo in more than one class")
    assert told["copies in train"][1] == "2 images too many: the photo is there already"
    assert told["unreadable"][1] == "1 image unreadable, such as val/fox/broken.jpg (empty file)"
    assert "20 × 20 pixels" in told["tiny"][1]
    assert "a.JPG and train/bear/a.jpg" in told["names"][1]
    assert told["layout"][0] == told["no images"][0] == told["“copies”"][0] == "note"
    levels = [one.level for one in findings(LEAKING)]
    assert levels == sorted(levels, key=("bad", "warning", "note").index)


def test_an_uneven_data_set_is_noted_and_a_very_uneven_one_a_warning():
    uneven = Balance("bear", "fox", 3.0, 1.8, 0.75, 0.5)
    level, text = said(replace(SOUND, balance=uneven))["balance"]
    assert level == "note"
    assert "as hard to guess as 1.8 even classes of 2" in text
    assert "right in 75 %" in text
    assert said(replace(SOUND, balance=replace(uneven, ratio=10.0)))["balance"][0] == "warning"


def test_what_a_run_would_refuse_and_empty_classes_are_warnings():
    counts = {"train": {"bear": 3, "fox": 0}}
    told = said(replace(SOUND, refusal="no images in 'train/fox'", counts=counts, fingerprint=""))
    assert told["refused"] == ("warning", "`bench run` would refuse it: no images in 'train/fox'")
    assert told["empty in train"] == ("warning", "no images of fox")


def test_copies_across_splits_alone_are_not_copies_within_one():
    check = replace(SOUND, groups=(group("train/bear", "val/bear"),))
    assert not any(title.startswith("copies") for title in said(check))
