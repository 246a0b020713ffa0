"""A check is kept under its data set's fingerprint, and read back as it was."""

import json
from dataclasses import replace

import pytest

from bench.results.checks import (
    Balance,
    CheckedImage,
    Copy,
    CopyGroup,
    DataCheck,
    Leak,
    Remark,
    as_document,
    from_document,
    leak_notice,
    place_of,
    read_check,
    write_check,
)

IMAGES = (
    CheckedImage("train", "bear", "train/bear/0.png", 9, 8),
    CheckedImage("test", "fox", "test/fox/1.png", 9, 8),
)
CHECK = DataCheck(
    root="/photos",
    fingerprint="ab" * 32,
    refusal="",
    made="2026-11-26T10:00:00+00:00",
    layout="train, val, test folders",
    smallest_side=32,
    classes=("bear", "fox"),
    counts={"train": {"bear": 1, "fox": 0}, "test": {"bear": 0, "fox": 61}},
    n_images=62,
    unreadable=(Remark(CheckedImage("val", "fox", "val/fox/\udcff.png"), "empty file"),),
    tiny=(),
    long=(Remark(IMAGES[0], "90 × 8 pixels"),),
    blank=(),
    not_images=("notes.txt",),
    clashes=(("a.jpg", "a.JPG"),),
    named_copies=("a - Copy.jpg",),
    groups=(CopyGroup(IMAGES, (Copy(0, 1, "near", "mirrored", 0.99),)),),
    leaks=(Leak("test", "train", 3, 61, 0.05, 1),),
    balance=Balance("bear", "fox", 2.0, 1.9, 0.6, 0.5),
    notes=("a note",),
    seconds=1.5,
)


def test_it_is_read_back_as_it_was(tmp_path):
    file = write_check(tmp_path, CHECK)
    assert file == tmp_path / "checks" / "abababababab.json"
    assert read_check(tmp_path, CHECK.fingerprint) == CHECK
    assert from_document(json.loads(json.dumps(as_document(CHECK)))) == CHECK
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_the_share_is_in_the_document():
    assert as_document(CHECK)["leaks"][0]["share"] == pytest.approx(2 / 61)


def test_one_without_a_fingerprint_goes_by_its_path(tmp_path):
    lost = replace(CHECK, fingerprint="", refusal="an empty class")
    place = place_of(tmp_path, lost, ".json")
    assert place.name.startswith("unscanned-")
    assert place != place_of(tmp_path, replace(lost, root="/others"), ".json")


def test_the_notice_is_a_sentence_with_date_counts_and_points(tmp_path):
    write_check(tmp_path, CHECK)
    assert leak_notice(tmp_path, CHECK.fingerprint) == (
        "A data check of 2026-11-26 found that 3 of 61 test images are also in train: up to 3.3 "
        "points of accuracy may be memory."
    )


def test_without_a_leak_from_train_to_test_there_is_no_notice(tmp_path):
    write_check(tmp_path, replace(CHECK, leaks=(Leak("val", "train", 1, 9, 0.1, 0),)))
    assert leak_notice(tmp_path, CHECK.fingerprint) == ""


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"format": 1}', '{"format": 2}', '{"format": 1, "x": 3}', "[" * 99999],
)
def test_what_is_no_record_is_said_and_not_taken_for_none(tmp_path, content):
    file = write_check(tmp_path, CHECK)
    file.write_text(content)
    with pytest.raises(ValueError, match=r"."):
        read_check(tmp_path, CHECK.fingerprint)
    assert leak_notice(tmp_path, CHECK.fingerprint) == (
        f"The data check in {file} cannot be read; `bench data check` makes it again."
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("made", 3),
        ("fingerprint", None),
        ("n_images", 1.5),
        ("n_images", True),
        ("seconds", float("nan")),
        ("notes", "a note"),
        ("counts", [["train", 1]]),
        ("leaks", [{"split": "test", "source": "train"}]),
        ("leaks", [3]),
        ("groups", [{"images": [], "copies": [{"relation": "far"}]}]),
        ("balance", []),
    ],
)
def test_a_value_of_another_type_makes_it_unreadable(tmp_path, key, value):
    file = write_check(tmp_path, CHECK)
    file.write_text(json.dumps({**json.loads(file.read_text()), key: value}))
    with pytest.raises(ValueError, match=rf"^{key}.* must be"):
        read_check(tmp_path, CHECK.fingerprint)


def test_a_folder_in_its_place_is_said_too(tmp_path):
    (tmp_path / "checks" / "abababababab.json").mkdir(parents=True)
    assert "cannot be read" in leak_notice(tmp_path, CHECK.fingerprint)


def test_without_a_record_nothing_is_said(tmp_path):
    assert read_check(tmp_path, CHECK.fingerprint) is None
    assert leak_notice(tmp_path, CHECK.fingerprint) == ""


def test_a_record_of_other_data_that_begin_alike_does_not_count(tmp_path):
    write_check(tmp_path, CHECK)
    assert read_check(tmp_path, "ab" * 6 + "cd" * 26) is None
