"""`bench data check` on the real photos: what is truly there, and three leaks that are put in."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.cli.command import environment
from tests.runners.data.check.drawn import leak_three

PHOTOS = Path(__file__).parents[3] / "shared" / "data" / "footprints-3"
# Two crops of one photo that show the same print of a cat, shifted by a few percent. Of all the
# photos that look alike, and of the 42 whose name says "Copy", these alone show the same: the
# others are other prints of one trail. Seen with the eye on a contact sheet.
SAME_PRINT = {
    "test/domestic_cat/crop_domestic_cat__29 - Copy.jpg",
    "test/domestic_cat/crop_domestic_cat__29.jpg",
}

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not PHOTOS.is_dir(), reason=f"the real photos are not at {PHOTOS}"),
]


def check(photos, results):
    answer = subprocess.run(
        [sys.executable, "-m", "bench.cli", "data", "check", photos, "--json",
         "--results", results],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment(),
    )  # fmt: skip
    return answer.returncode, json.loads(answer.stdout)


def found_groups(document):
    return {frozenset(image["path"] for image in group["images"]) for group in document["groups"]}


def test_what_is_truly_there(tmp_path):
    code, found = check(PHOTOS, tmp_path)
    assert code == 0
    assert found["n_images"] == 255
    assert {split: sum(n.values()) for split, n in found["counts"].items()} == {
        "train": 163,
        "val": 31,
        "test": 61,
    }
    assert found_groups(found) == {frozenset(SAME_PRINT)}
    assert found["leaks"] == []
    assert len(found["named_copies"]) == 41
    for kind in ("unreadable", "tiny", "long", "blank", "not_images", "clashes"):
        assert found[kind] == [], kind


def test_three_test_images_in_train_are_found_re_encoded_resized_and_mirrored(tmp_path):
    shutil.copytree(PHOTOS, tmp_path / "photos")
    leaked = leak_three(tmp_path / "photos")
    code, found = check(tmp_path / "photos", tmp_path / "results")
    assert code == 1
    assert found_groups(found) == {frozenset(SAME_PRINT), *map(frozenset, leaked)}
    (leak,) = found["leaks"]
    assert (leak["split"], leak["source"], leak["n_leaked"], leak["n_images"]) == (
        *("test", "train"),
        *(3, 61),
    )
