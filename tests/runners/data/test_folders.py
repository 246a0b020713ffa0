"""Which images are found, with which label and split, and how bad folders are refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.errors import UserError
from bench.experiments.spec import DataSpec
from runners.data.folders import ImageFile, scan


def scan_root(root: Path):
    return scan(DataSpec(name="tracks", root=root))


def touch(root: Path, *paths: str) -> Path:
    for path in paths:
        file = root / path
        if path.endswith("/"):
            file.mkdir(parents=True, exist_ok=True)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    return root


FULL = tuple(f"{split}/{name}/1.jpg" for split in ("train", "val", "test") for name in ("a", "b"))


def test_folders_of_splits_are_read_as_they_are(tmp_path):
    root = touch(tmp_path, *FULL, "train/b/0.JPEG", "train/a/deep/er/2.TiFF")
    found = scan_root(root)
    assert found.classes == ("a", "b")
    assert found.splits["train"] == (
        ImageFile("a/1.jpg", 0),
        ImageFile("a/deep/er/2.TiFF", 0),
        ImageFile("b/0.JPEG", 1),
        ImageFile("b/1.jpg", 1),
    )
    assert found.splits["val"] == (ImageFile("a/1.jpg", 0), ImageFile("b/1.jpg", 1))
    assert found.file("train", found.splits["train"][1]) == root / "train/a/deep/er/2.TiFF"
    assert found.notes == (
        "images in folders below a class count as that class: 'train/a/deep/er/2.TiFF'",
    )


@pytest.mark.parametrize("val", ["val", "valid", "validation", "Val"])
def test_the_validation_folder_has_three_names(tmp_path, val):
    found = scan_root(touch(tmp_path, *(path.replace("val/", f"{val}/") for path in FULL)))
    assert found.folders == {
        "train": tmp_path / "train",
        "val": tmp_path / val,
        "test": tmp_path / "test",
    }
    assert len(found.splits["val"]) == 2


@pytest.mark.parametrize("suffix", ["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "PNG"])
def test_every_kind_of_image_is_found(tmp_path, suffix):
    found = scan_root(touch(tmp_path, *FULL, f"train/a/x.{suffix}"))
    assert ImageFile(f"a/x.{suffix}", 0) in found.splits["train"]


def test_other_files_are_listed_and_hidden_ones_passed_over(tmp_path):
    others = ("train/a/notes.txt", "val/list.csv", "test/b/anim.gif", "test/a/x/Thumbs.db")
    hidden = ("train/a/._1.jpg", "train/.cache/1.jpg", ".git/1.jpg", "train/a/.thumbs/1.jpg")
    found = scan_root(touch(tmp_path, *FULL, *others, *hidden, "extra/c/1.jpg", "train/lost.jpg"))
    assert sorted(found.ignored) == sorted(others)
    assert sum(map(len, found.splits.values())) == len(FULL)
    assert found.notes == (
        "beside the splits and not used: extra",
        "images in no class folder, left out: 'train/lost.jpg'",
    )


def test_a_class_without_a_folder_in_test_is_noted(tmp_path):
    found = scan_root(touch(tmp_path, *(path for path in FULL if path != "test/b/1.jpg")))
    assert found.notes == ("test/ has no images of b",)
    assert found.splits["test"] == (ImageFile("a/1.jpg", 0),)


def test_class_folders_alone_are_split_here(tmp_path):
    names = [f"{name}/{number}.jpg" for name in ("a", "b") for number in range(20)]
    found = scan_root(touch(tmp_path, *names))
    assert {split: len(images) for split, images in found.splits.items()} == {
        "train": 28,
        "val": 4,
        "test": 8,
    }
    assert set(found.folders.values()) == {tmp_path}
    everything = [image.path for images in found.splits.values() for image in images]
    assert sorted(everything) == sorted(names)
    assert all(found.classes[image.label] == image.path[0] for image in found.splits["test"])
    assert "70/10/20" in found.notes[0]
    assert "split_seed = 0" in found.notes[0]


def test_another_split_seed_gives_another_split(tmp_path):
    touch(tmp_path, *(f"{name}/{number}.jpg" for name in ("a", "b") for number in range(20)))
    splits = [
        scan(DataSpec(name="tracks", root=tmp_path, split_seed=seed)).splits for seed in (0, 0, 1)
    ]
    assert splits[0] == splits[1]
    assert splits[0] != splits[2]


def test_a_class_may_be_called_train(tmp_path):
    vehicles = ("bus", "car", "train")
    touch(tmp_path, *(f"{name}/{number}.jpg" for name in vehicles for number in range(3)))
    assert scan_root(tmp_path).classes == vehicles


def test_the_order_of_the_file_system_does_not_matter(tmp_path, monkeypatch):
    touch(tmp_path, *FULL, *(f"train/a/{number}.jpg" for number in range(10)))
    before = scan_root(tmp_path)
    scandir = os.scandir

    class Backwards:
        def __init__(self, folder):
            self.inner = scandir(folder)

        def __enter__(self):
            return reversed(list(self.inner))

        def __exit__(self, *_):
            self.inner.close()

    monkeypatch.setattr(os, "scandir", Backwards)
    assert scan_root(tmp_path) == before


THREE = tuple(f"{name}/{number}.jpg" for name in ("a", "b") for number in range(3))
MISTAKES = {
    "empty root": ((), "has no class folders; needs a folder of images a class"),
    "loose images": (("1.jpg", "2.jpg"), "no class folders, only 2 loose images"),
    "val and valid": ((*FULL, "valid/a/1.jpg"), "both val/ and valid/ could be the val split"),
    "no val": ([p for p in FULL if "val" not in p], "no val split; needs a folder val/ or valid/"),
    "no test": ([p for p in FULL if "test" not in p], "no test split; needs a folder test/"),
    "no train": ([p for p in FULL if "train" not in p], "no train split; needs a folder train/"),
    "empty val": ([*(p for p in FULL if "val" not in p), "val/"], "val/ has no class folders"),
    "class only in test": ((*FULL, "test/c/1.jpg"), "classes that are missing from train: 'c'"),
    "class only in val": ((*FULL, "val/c/1.jpg"), "classes that are missing from train: 'c'"),
    "empty class in train": ((*FULL, "train/c/"), "no images in 'train/c'"),
    "empty class in test": ((*FULL, "test/c/x.txt"), "no images in 'test/c'"),
    "empty class alone": ((*THREE, "c/"), "no images in 'c'"),
    "one class": ([*(p for p in FULL if "/a/" in p), "train/a/2.jpg"], "train/ has only one class"),
    "one class alone": (THREE[:3], "it has only one class, 'a'"),
    "one image": (("a/1.jpg",), "it has only one image"),
    "one image in train": ([p for p in FULL if "/a/" in p], "train/ has only one image"),
    "too few to split": ((*THREE, "c/1.jpg", "c/2.jpg"), "class 'c' has 2 images; to be split"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_has_its_own_line(tmp_path, mistake):
    paths, message = MISTAKES[mistake]
    with pytest.raises(UserError) as caught:
        scan_root(touch(tmp_path, *paths))
    text = str(caught.value)
    assert text.startswith(f"data.tracks.root = '{tmp_path}': ")
    assert message in text
    assert "\n" not in text


def test_a_root_that_is_missing_or_a_file_is_named(tmp_path):
    with pytest.raises(
        UserError, match=r"^data\.tracks\.root = '.*/nowhere': there is no such folder"
    ):
        scan_root(tmp_path / "nowhere")
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(UserError, match=r"photo\.jpg': is a file; needs the folder"):
        scan_root(tmp_path / "photo.jpg")


def test_a_name_that_is_not_utf8_is_refused_on_one_line(tmp_path):
    touch(tmp_path, *FULL)
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/train/a/\xff\n.jpg")).touch()
    except OSError:
        pytest.skip("this file system takes only UTF-8")
    with pytest.raises(UserError, match="not UTF-8") as caught:
        scan_root(tmp_path)
    str(caught.value).encode()
    assert "\n" not in str(caught.value)


def test_a_link_to_a_folder_above_is_refused(tmp_path):
    touch(tmp_path, *FULL)
    (tmp_path / "train/a/loop").symlink_to(tmp_path / "train/a")
    with pytest.raises(UserError, match="link to a folder above"):
        scan_root(tmp_path)


def test_links_count_even_where_they_lead_nowhere(tmp_path):
    touch(tmp_path / "photos", *FULL)
    (tmp_path / "photos/train/a/2.jpg").symlink_to(tmp_path / "gone.jpg")
    (tmp_path / "photos/train/a/3.jpg").symlink_to(tmp_path / "photos/train/a/3.jpg")
    paths = [image.path for image in scan_root(tmp_path / "photos").splits["train"]]
    assert paths == ["a/1.jpg", "a/2.jpg", "a/3.jpg", "b/1.jpg"]


def test_listing_imports_nothing_heavy():
    heavy = "{'numpy', 'torch', 'PIL', 'pydantic'}"
    code = (
        "import sys, runners.data.folders, runners.data.fingerprint, runners.data.places;"
        f"sys.exit(str({heavy} & set(sys.modules)) if {heavy} & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
