"""A data set is checked whole, however broken it is."""

import io
import os
import shutil
import struct
import zlib
from dataclasses import replace

import pytest
from PIL import Image

from bench.errors import UserError
from bench.experiments.spec import DataSpec
from runners.data.check.check import check_data
from runners.data.fingerprint import fingerprint
from runners.data.folders import SPLITS, scan

from .drawn import data_set, leak_three, picture

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def root(tmp_path):
    return data_set(tmp_path / "photos")


def checked(root, **changes):
    return check_data(replace(DataSpec(name="check", root=root), **changes), root)


def paths(remarks):
    return {remark.image.path: remark.reason for remark in remarks}


class TestSound:
    def test_a_sound_data_set_has_counts_and_no_findings(self, root):
        found = checked(root)
        assert found.counts == {
            split: {"bear": n, "fox": n} for split, n in zip(SPLITS, (5, 2, 3), strict=True)
        }
        assert found.n_images == 20
        assert found.classes == ("bear", "fox")
        nothing = (found.unreadable, found.tiny, found.long, found.blank, found.not_images)
        assert not any((*nothing, found.clashes, found.named_copies, found.groups, found.leaks))
        assert found.notes == ()
        assert found.refusal == ""
        assert found.fingerprint == fingerprint(scan(DataSpec(name="x", root=root)))

    def test_class_folders_alone_are_split_as_a_run_splits_them(self, tmp_path):
        root = data_set(tmp_path / "flat", {"": 10})
        for seed in (0, 3):
            found = checked(root, split_seed=seed)
            folder = scan(DataSpec(name="x", root=root, split_seed=seed))
            assert found.fingerprint == fingerprint(folder)
            assert {s: sum(n.values()) for s, n in found.counts.items()} == {
                split: len(folder.splits[split]) for split in SPLITS
            }
            assert "split_seed = " + str(seed) in found.layout


class TestCopies:
    def test_three_leaked_images_are_found_re_encoded_resized_and_mirrored(self, root):
        leaked = leak_three(root)
        found = checked(root)
        assert len(found.groups) == 3
        assert {tuple(sorted(i.path for i in g.images)) for g in found.groups} == {
            tuple(sorted(pair)) for pair in leaked
        }
        leak = found.leak("test", "train")
        assert (leak.n_leaked, leak.n_images, leak.n_conflicts) == (3, 6, 0)
        assert leak.share == 0.5
        turns = [group.copies[0].turn for group in found.groups]
        assert sorted(turns) == ["", "", "mirrored"]

    def test_the_relation_of_a_copy_is_told(self, root):
        folder = root / "train" / "bear"
        shutil.copy(folder / "0.png", folder / "file.png")
        Image.open(folder / "1.png").save(folder / "pixels.bmp")
        turned = Image.open(folder / "2.png").transpose(Image.Transpose.ROTATE_90)
        turned.save(folder / "turned.png")
        Image.open(folder / "3.png").save(folder / "near.jpg", quality=50)
        found = checked(root)
        told = {
            group.images[1].path.rpartition("/")[2]: (copy.relation, copy.turn)
            for group in found.groups
            for copy in group.copies
        }
        assert told == {
            "file.png": ("same bytes", ""),
            "pixels.bmp": ("same pixels", ""),
            "turned.png": ("same pixels", "turned 90° left"),
            "near.jpg": ("near", ""),
        }
        assert found.leaks == ()

    def test_a_copy_under_another_class_is_a_conflict(self, root):
        shutil.copy(root / "test" / "fox" / "0.png", root / "train" / "bear" / "wrong.png")
        found = checked(root)
        assert len(found.conflicts) == 1
        assert found.leak("test", "train").n_conflicts == 1

    def test_a_photo_that_its_exif_turns_is_the_same_as_the_turned_one(self, root):
        sideways = picture(77).transpose(Image.Transpose.ROTATE_90)
        exif = Image.Exif()
        exif[0x0112] = 6
        sideways.save(root / "train" / "fox" / "exif.jpg", exif=exif, quality=95)
        picture(77).save(root / "test" / "fox" / "upright.jpg", quality=95)
        (group,) = checked(root).groups
        assert [(image.width, image.height) for image in group.images] == [(96, 72), (96, 72)]
        assert group.copies[0].turn == ""

    def test_names_of_copies_count_only_where_no_copy_is_found(self, root):
        folder = root / "train" / "bear"
        shutil.copy(folder / "0.png", folder / "0 - Copy.png")
        picture(99).save(folder / "1 - Copy.png")
        assert checked(root).named_copies == ("train/bear/1 - Copy.png",)


class TestOddImages:
    def test_each_is_told_with_its_reason(self, root):
        folder = root / "train" / "bear"
        whole = io.BytesIO()
        picture(50).save(whole, "JPEG")
        (folder / "cut.jpg").write_bytes(whole.getvalue()[:700])
        (folder / "empty.jpg").write_bytes(b"")
        (folder / "text.jpg").write_text("no image")
        (folder / "bomb.png").write_bytes(bomb())
        (folder / "gone.jpg").symlink_to(root / "nowhere.jpg")
        Image.new("RGB", (64, 64), "white").save(folder / "white.png")
        Image.new("RGB", (64, 64), "black").save(folder / "black.png")
        picture(51, (200, 40)).save(folder / "long.png")
        picture(52, (31, 31)).save(folder / "tiny.png")
        (folder / "notes.txt").write_text("")
        found = checked(root)
        unreadable = {path.rpartition("/")[2]: why for path, why in paths(found.unreadable).items()}
        assert set(unreadable) == {"cut.jpg", "empty.jpg", "text.jpg", "bomb.png", "gone.jpg"}
        assert unreadable["empty.jpg"] == "empty file"
        assert "limit" in unreadable["bomb.png"]
        assert unreadable["gone.jpg"] == "No such file or directory"
        assert set(paths(found.blank)) == {"train/bear/white.png", "train/bear/black.png"}
        assert paths(found.long) == {"train/bear/long.png": "200 × 40 pixels"}
        assert paths(found.tiny) == {"train/bear/tiny.png": "31 × 31 pixels"}
        assert found.not_images == ("train/bear/notes.txt",)
        assert found.groups == ()

    def test_files_that_show_nothing_are_copies_of_none_be_they_the_same_to_the_byte(self, root):
        for folder in ("train/bear", "train/fox", "test/fox"):
            Image.new("RGB", (64, 64), "white").save(root / folder / "blank.png")
            (root / folder / "empty.jpg").write_bytes(b"")
            (root / folder / "broken.jpg").write_bytes(b"no image")
        found = checked(root)
        assert (len(found.blank), len(found.unreadable)) == (3, 6)
        assert found.groups == found.leaks == ()

    def test_the_bound_of_tiny_is_the_callers(self, root):
        found = check_data(DataSpec(name="check", root=root), root, smallest_side=73)
        assert len(found.tiny) == 20

    def test_what_is_no_file_is_not_read(self, root):
        folder = root / "train" / "bear"
        os.mkfifo(folder / "pipe.jpg")
        (folder / "linked.jpg").symlink_to(folder / "pipe.jpg")
        (folder / "folder.jpg").mkdir()
        picture(60).save(folder / "folder.jpg" / "inside.png")
        (folder / ".hidden.jpg").write_text("not seen")
        found = checked(root)
        assert found.n_images == 21
        assert found.not_images == ("train/bear/linked.jpg", "train/bear/pipe.jpg")
        assert found.unreadable == ()

    @pytest.mark.skipif(AS_ROOT, reason="root may read everything")
    def test_what_may_not_be_read_is_told(self, root):
        (root / "train" / "bear" / "0.png").chmod(0)
        (root / "val" / "fox").chmod(0)
        found = checked(root)
        (root / "val" / "fox").chmod(0o700)
        assert paths(found.unreadable) == {"train/bear/0.png": "Permission denied"}
        assert any("Permission denied" in note for note in found.notes)


class TestRefused:
    """What a run refuses is checked all the same, and the refusal told."""

    def test_an_empty_class(self, root):
        (root / "train" / "owl").mkdir()
        found = checked(root)
        assert "no images in 'train/owl'" in found.refusal
        assert found.fingerprint == ""
        assert found.counts["train"] == {"bear": 5, "fox": 5, "owl": 0}

    def test_one_split_alone(self, root):
        shutil.rmtree(root / "val")
        shutil.rmtree(root / "test")
        found = checked(root)
        assert found.refusal
        assert list(found.counts) == ["train"]
        assert found.notes[-2:] == ("no val split", "no test split")

    def test_two_folders_that_serve_as_one_split(self, root):
        shutil.copytree(root / "val", root / "valid")
        found = checked(root)
        assert "both 'val/'" in found.refusal or "val/ and valid/" in found.refusal
        assert found.counts["val"] == {"bear": 4, "fox": 4}
        assert len(found.groups) == 4

    def test_one_class_of_one_image(self, tmp_path):
        folder = tmp_path / "photos" / "bear"
        folder.mkdir(parents=True)
        picture(0).save(folder / "0.png")
        found = checked(tmp_path / "photos")
        assert found.refusal
        assert found.counts == {"train": {"bear": 1}, "val": {"bear": 0}, "test": {"bear": 0}}
        assert found.balance.ratio == 1

    def test_a_folder_that_links_to_one_above_it(self, root):
        (root / "train" / "bear" / "loop").symlink_to(root / "train" / "bear")
        found = checked(root)
        assert found.n_images == 20
        assert any("is a link to a folder above it" in note for note in found.notes)

    def test_a_name_that_is_not_utf8(self, root):
        name = os.fsdecode(b"\xff.png")
        shutil.copy(root / "train" / "bear" / "0.png", root / "train" / "bear" / name)
        found = checked(root)
        assert found.n_images == 20
        assert any("not UTF-8" in note for note in found.notes)

    @pytest.mark.parametrize(
        ("make", "said"),
        [
            (lambda _: None, "there is no such folder"),
            (lambda path: path.write_text(""), "is a file"),
            (lambda path: path.mkdir(), "holds no images"),
        ],
    )
    def test_without_images_it_is_the_users_mistake(self, tmp_path, make, said):
        make(tmp_path / "photos")
        with pytest.raises(UserError, match=said):
            checked(tmp_path / "photos")


def bomb():
    """A PNG whose header declares 30,000 × 30,000 pixels."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
