"""Drawing a suite's data set before it is needed, or a folder of one's own; contact sheets."""

import io
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

from bench.drawing import draw, draw_into, write_sheet
from bench.errors import UserError
from bench.experiments.spec import DataSpec, Suite, Synthetic
from runners.data import places
from runners.data.fingerprint import fingerprint
from runners.data.folders import scan
from runners.data.manifest import is_drawn
from tests.bench.suites import draw_photos

SMALL = Synthetic(images=9, size=16, invented_species=3)


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=120, markup=False, highlight=False)


def said(console):
    return console.file.getvalue()


def suite_of(data):
    return Suite("s", data, (0,), (), Path("suite.toml"))


class TestDraw:
    def test_what_is_not_there_is_drawn_and_said(self, console):
        draw(suite_of(DataSpec(name="d", synthetic=SMALL)), console)
        folder = places.drawn_folder(SMALL)
        assert is_drawn(folder)
        assert said(console) == f"note: 9 footprints were drawn into {folder}\n"

    def test_what_is_there_is_neither_drawn_nor_mentioned(self, console):
        suite = suite_of(DataSpec(name="d", synthetic=SMALL))
        draw(suite, Console(file=io.StringIO()))
        manifest = places.drawn_folder(SMALL) / "manifest.json"
        before = manifest.stat().st_mtime_ns
        draw(suite, console)
        assert said(console) == ""
        assert manifest.stat().st_mtime_ns == before

    def test_a_folder_of_the_users_is_left_alone(self, console, tmp_path, own_cache):
        photos = draw_photos(tmp_path / "photos")
        before = sorted(photos.rglob("*"))
        draw(suite_of(DataSpec(name="d", root=photos)), console)
        assert sorted(photos.rglob("*")) == before
        assert list(own_cache.iterdir()) == []
        assert said(console) == ""

    def test_too_few_images_are_one_line(self, console):
        few = Synthetic(images=8, invented_species=3)
        with pytest.raises(UserError, match="images = 8: too few") as caught:
            draw(suite_of(DataSpec(name="d", synthetic=few)), console)
        assert "\n" not in str(caught.value)


class TestDrawInto:
    def test_it_gives_the_fingerprint_of_what_it_drew(self, console, tmp_path):
        found = draw_into(SMALL, tmp_path / "one", console)
        assert found == fingerprint(scan(DataSpec(name="x", root=tmp_path / "one")))
        assert said(console) == ""

    def test_that_does_not_depend_on_the_place_but_on_the_seed(self, console, tmp_path):
        first, second = (draw_into(SMALL, tmp_path / name, console) for name in ("one", "two"))
        other = draw_into(
            Synthetic(images=9, size=16, seed=1, invented_species=3), tmp_path / "three", console
        )
        assert first == second != other

    def test_it_is_the_fingerprint_of_the_same_set_in_the_cache(self, console, tmp_path):
        found = draw_into(SMALL, tmp_path / "one", console)
        data = DataSpec(name="d", synthetic=SMALL)
        draw(suite_of(data), console)
        assert found == fingerprint(scan(data))


class TestWriteSheet:
    @pytest.mark.parametrize(("name", "format_"), [("sheet.png", "PNG"), ("sheet.jpg", "JPEG")])
    def test_the_suffix_says_the_format(self, tmp_path, name, format_):
        data = DataSpec(name="d", root=draw_photos(tmp_path / "photos"))
        write_sheet(data, tmp_path / name, 2, 32)
        with Image.open(tmp_path / name) as sheet:
            assert sheet.format == format_
            # Two images of 32 with gaps of 4 and margins; two rows under a title: by hand.
            assert sheet.size == (2 * 36 + 16 + 4, 2 * (32 + 18 + 8) + 24)
            sheet.load()

    def test_the_title_tells_drawn_footprints_from_photos(self, console, tmp_path):
        draw_into(SMALL, tmp_path / "drawn", console)
        sheets = []
        for marked in (True, False):
            if not marked:
                (tmp_path / "drawn" / "manifest.json").unlink()
            write_sheet(DataSpec(name="d", root=tmp_path / "drawn"), tmp_path / "s.png", 9, 64)
            with Image.open(tmp_path / "s.png") as sheet:
                sheets.append(sheet.convert("RGB"))
        drawn, plain = sheets
        title = (0, 0, drawn.width, 24)
        assert drawn.crop(title).tobytes() != plain.crop(title).tobytes()
        below = (0, 24, *drawn.size)
        assert drawn.crop(below).tobytes() == plain.crop(below).tobytes()

    @pytest.mark.parametrize(
        ("out", "reason"),
        [
            ("sheet.xyz", "unknown file extension"),
            ("sheet", "unknown file extension"),
            ("nowhere/sheet.png", "No such file"),
            ("photos", "unknown file extension"),
        ],
    )
    def test_what_cannot_be_written_is_one_line(self, tmp_path, out, reason):
        data = DataSpec(name="d", root=draw_photos(tmp_path / "photos"))
        with pytest.raises(UserError, match=reason) as caught:
            write_sheet(data, tmp_path / out, 2, 32)
        assert str(caught.value).startswith(f"--out {tmp_path / out}: cannot be written: ")
        assert "\n" not in str(caught.value)
        assert [path.name for path in tmp_path.iterdir()] == ["photos"]

    def test_a_folder_that_is_not_there_is_one_line(self, tmp_path):
        data = DataSpec(name="d", root=tmp_path / "nowhere")
        with pytest.raises(UserError, match="there is no such folder") as caught:
            write_sheet(data, tmp_path / "sheet.png", 2, 32)
        assert "\n" not in str(caught.value)
        assert not (tmp_path / "sheet.png").exists()
