"""A data set at a glance: which images, where, and how large."""

import io

import numpy as np
import pytest
from PIL import ExifTags, Image

from bench.errors import UserError
from bench.experiments.spec import DataSpec
from runners.data.contact_sheet import contact_sheet
from runners.data.folders import scan

SIZE = 32
# By hand, of one column: a label of 18 pixels above each row, gaps of 4, a title of 24.
LEFT, TOP, ROW, STEP = 8, 24 + 18, SIZE + 18 + 8, SIZE + 4
COLORS = {"a": (200, 0, 0), "b": (0, 200, 0), "c": (0, 0, 200), "d": (200, 200, 0), "e": (9, 9, 9)}


def data_set(root, classes="ab", **n_images):
    """Images of a colour a class: brighter by 10 with each image, and by 15 with each split."""
    for number, (split, n) in enumerate(n_images.items()):
        for name in classes:
            folder = root / split / name
            folder.mkdir(parents=True)
            for index in range(n):
                color = tuple(part + 10 * index + 15 * number for part in COLORS[name])
                Image.new("RGB", (50, 40), color).save(folder / f"{index}.png")
    return root


def sheet_of(root, per_class=2, size=SIZE):
    return contact_sheet(scan(DataSpec(name="x", root=root)), per_class, size, "a title")


def at(sheet, row, index, column_left=0):
    """The colour in the middle of an image of the sheet."""
    x = column_left + LEFT + index * STEP + SIZE // 2
    return sheet.getpixel((x, TOP + row * ROW + SIZE // 2))


class TestLayout:
    @pytest.mark.parametrize(
        ("classes", "per_class", "size"),
        [
            # Few classes stand in one column: 3 * (32 + 4) + 16 + 4 wide, 2 * 58 + 24 high.
            ("ab", 3, (128, 140)),
            ("abcd", 1, (56, 256)),
            # Five in two, the first with three rows.
            ("abcde", 1, (108, 198)),
            ("abcde", 2, (2 * (2 * 36 + 16) + 4, 198)),
        ],
    )
    def test_its_size_is_that_of_its_images_with_labels(self, tmp_path, classes, per_class, size):
        root = data_set(tmp_path, classes, train=1, val=1, test=1)
        sheet = sheet_of(root, per_class)
        assert sheet.size == size
        assert sheet.mode == "RGB"

    def test_each_class_has_a_row_of_its_images(self, tmp_path):
        sheet = sheet_of(data_set(tmp_path, train=2, val=1, test=1))
        assert at(sheet, 0, 0) == (200, 0, 0)
        assert at(sheet, 0, 1) == (210, 10, 10)
        assert at(sheet, 1, 0) == (0, 200, 0)
        assert at(sheet, 1, 1) == (10, 210, 10)

    def test_many_classes_stand_in_two_columns(self, tmp_path):
        sheet = sheet_of(data_set(tmp_path, "abcde", train=1, val=1, test=1), per_class=1)
        assert at(sheet, 2, 0) == COLORS["c"]
        assert at(sheet, 0, 0, column_left=SIZE + 20) == COLORS["d"]
        assert at(sheet, 1, 0, column_left=SIZE + 20) == COLORS["e"]

    def test_title_and_labels_are_written(self, tmp_path):
        pixels = np.asarray(sheet_of(data_set(tmp_path, train=2, val=1, test=1)).convert("L"))
        assert pixels[:24].min() < 100
        for row in range(2):
            assert pixels[24 + row * ROW : TOP + row * ROW].min() < 100


class TestImages:
    def test_train_comes_before_val_before_test(self, tmp_path):
        sheet = sheet_of(data_set(tmp_path, train=1, val=1, test=1), per_class=3)
        assert [at(sheet, 0, index) for index in range(3)] == [
            (200, 0, 0),
            (215, 15, 15),
            (230, 30, 30),
        ]

    def test_where_a_class_has_fewer_the_rest_is_white(self, tmp_path):
        sheet = sheet_of(data_set(tmp_path, train=1, val=1, test=1), per_class=5)
        assert at(sheet, 0, 2) != (255, 255, 255)
        assert at(sheet, 0, 3) == at(sheet, 0, 4) == (255, 255, 255)

    def test_class_folders_alone_serve(self, tmp_path):
        for name in "ab":
            (tmp_path / name).mkdir()
            for index in range(4):
                Image.new("RGB", (40, 40), COLORS[name]).save(tmp_path / name / f"{index}.png")
        sheet = sheet_of(tmp_path, per_class=4)
        assert {at(sheet, 0, index) for index in range(4)} == {COLORS["a"]}
        assert {at(sheet, 1, index) for index in range(4)} == {COLORS["b"]}

    def test_an_image_is_cropped_to_its_middle_and_not_squeezed(self, tmp_path):
        root = data_set(tmp_path, train=1, val=1, test=1)
        wide = Image.new("RGB", (120, 40), (255, 0, 255))
        wide.paste((0, 255, 255), (40, 0, 80, 40))
        wide.save(root / "train/a/0.png")
        pixels = np.asarray(sheet_of(root))[TOP : TOP + SIZE, LEFT : LEFT + SIZE]
        assert (np.abs(pixels.astype(int) - (0, 255, 255)) < 60).all()

    def test_an_image_stands_upright_as_its_camera_was_held(self, tmp_path):
        root = data_set(tmp_path, train=1, val=1, test=1)
        photo = Image.new("RGB", (40, 40), "black")
        photo.paste("white", (0, 0, 40, 20))
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = 3  # held upside down
        photo.save(root / "train/a/0.png", exif=exif)
        pixels = np.asarray(sheet_of(root).convert("L"))[TOP : TOP + SIZE, LEFT : LEFT + SIZE]
        assert pixels[: SIZE // 4].max() < 50
        assert pixels[-SIZE // 4 :].min() > 200

    @pytest.mark.parametrize("mode", ["L", "P", "CMYK", "RGBA", "1"])
    def test_images_of_any_mode_serve(self, tmp_path, mode):
        root = data_set(tmp_path, train=1, val=1, test=1)
        suffix = "jpg" if mode == "CMYK" else "png"
        (root / "train/a/0.png").unlink()
        Image.new("RGB", (50, 40), "white").convert(mode).save(root / f"train/a/0.{suffix}")
        assert min(at(sheet_of(root), 0, 0)) > 250

    def test_two_sheets_of_the_same_images_are_the_same(self, tmp_path):
        root = data_set(tmp_path, train=1, val=1, test=1)
        assert sheet_of(root).tobytes() == sheet_of(root).tobytes()


class TestMistakes:
    @staticmethod
    def torn():
        buffer = io.BytesIO()
        noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
        Image.fromarray(noise).save(buffer, "PNG")
        return buffer.getvalue()[:800]

    @pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n", "torn"])
    def test_an_image_that_cannot_be_read_is_named_in_one_line(self, tmp_path, content):
        root = data_set(tmp_path, train=1, val=1, test=1)
        bad = root / "val/b/0.png"
        bad.write_bytes(self.torn() if content == "torn" else content)
        with pytest.raises(UserError, match="cannot be read as an image") as caught:
            sheet_of(root)
        assert str(bad) in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_images_beyond_those_shown_are_not_opened(self, tmp_path):
        root = data_set(tmp_path, train=2, val=1, test=1)
        (root / "val/b/0.png").write_bytes(b"no image")
        assert sheet_of(root, per_class=2).size


def test_sixteen_bits_are_shown_as_training_sees_them(tmp_path):
    root = data_set(tmp_path, train=2, val=1, test=1)
    ramp = (np.arange(1600).reshape(40, 40) * 40).astype(np.uint16)
    Image.fromarray(ramp).save(root / "train" / "a" / "0.png")
    sheet = contact_sheet(scan(DataSpec("x", root)), 1, 40, "title")
    shown = np.asarray(sheet.crop((LEFT, TOP, LEFT + 40, TOP + 40)))
    assert abs(shown.mean() - (ramp / 257).mean()) < 3
