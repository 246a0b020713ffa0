"""Drawn data sets in the cache folder: drawn once, and mended where something is missing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.errors import UserError
from bench.experiments.spec import Synthetic
from runners.data import places
from runners.data.synthetic.cached import ensure, is_there

SMALL = Synthetic(images=9, size=16, invented_species=3)
ROOT = Path(__file__).parents[4]
ENSURE = """
from bench.experiments.spec import Synthetic
from runners.data.synthetic.cached import ensure
drawn = ensure(Synthetic(images=60, size=32, invented_species=3), 1)
print(drawn.folder)
print(drawn.note)
"""


@pytest.fixture
def drawn():
    """The folder of the small set, drawn into this test's cache."""
    return ensure(SMALL, 1).folder


def times(folder):
    """When what lies in a folder was changed; its own time says when it was used."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def content(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def beside(folder):
    return sorted(path.name for path in folder.parent.iterdir())


class TestFirst:
    def test_it_is_drawn_where_its_values_say(self, own_cache):
        assert not is_there(SMALL)
        cached = ensure(SMALL, 1)
        assert is_there(SMALL)
        assert cached.folder == places.drawn_folder(SMALL)
        assert own_cache in cached.folder.parents
        assert cached.note == f"9 footprints were drawn into {cached.folder}"
        assert beside(cached.folder) == [cached.folder.name, f"{cached.folder.name}.lock"]

    def test_it_says_how_far_it_is(self):
        seen = []
        ensure(SMALL, 1, lambda *step: seen.append(step))
        assert seen == [(done, 9) for done in range(1, 10)]

    def test_another_data_set_has_another_folder(self, drawn):
        other = ensure(Synthetic(images=9, size=16, seed=1, invented_species=3), 1)
        assert other.folder != drawn
        assert other.note
        assert is_there(SMALL)


class TestSecond:
    def test_nothing_is_drawn_and_nothing_said(self, drawn):
        before = times(drawn)
        again = ensure(SMALL, 1, lambda *_: pytest.fail("it draws"))
        assert again.folder == drawn
        assert again.note == ""
        assert times(drawn) == before


class TestDamage:
    def test_a_deleted_photo_makes_it_draw_anew_and_say_so(self, drawn):
        whole = content(drawn)
        gone = next(drawn.glob("train/*/*.jpg"))
        gone.unlink()
        mended = ensure(SMALL, 1)
        assert content(drawn) == whole
        assert "9 footprints were drawn" in mended.note
        assert f"such as {gone.parent.name}/{gone.name}" in mended.note
        assert ensure(SMALL, 1).note == ""

    @pytest.mark.parametrize("spoilt", ["", '{"photos": [', "[]", "{}", '{"photos": 3}'])
    def test_a_manifest_that_is_not_whole_is_mended(self, drawn, spoilt):
        whole = content(drawn)
        (drawn / "manifest.json").write_text(spoilt)
        assert "manifest.json could not be read" in ensure(SMALL, 1).note
        assert content(drawn) == whole

    def test_so_is_a_folder_without_one(self, drawn):
        whole = content(drawn)
        (drawn / "manifest.json").unlink()
        assert not is_there(SMALL)
        assert "manifest.json could not be read" in ensure(SMALL, 1).note
        assert content(drawn) == whole

    def test_an_interrupted_drawing_is_begun_again(self):
        def interrupt(done, n_images):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            ensure(SMALL, 1, interrupt)
        assert not is_there(SMALL)
        assert ensure(SMALL, 1).note


class TestTwoAtOnce:
    def test_they_end_with_one_whole_folder_that_one_of_them_drew(self, own_cache):
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", ENSURE],
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env={**os.environ, "TRACKBENCH_CACHE": str(own_cache)},
            )
            for _ in range(2)
        ]
        outputs = [process.communicate(timeout=120)[0] for process in processes]
        assert [process.returncode for process in processes] == [0, 0]
        folders, notes = zip(*(output.split("\n")[:2] for output in outputs), strict=True)
        assert folders[0] == folders[1]
        assert sorted(map(bool, notes)) == [False, True]
        folder = Path(folders[0])
        assert beside(folder) == [folder.name, f"{folder.name}.lock"]
        photos = json.loads((folder / "manifest.json").read_text())["photos"]
        assert len(photos) == len(list(folder.glob("*/*/*.jpg"))) == 60


class TestMistakes:
    def test_too_few_images_are_one_line(self):
        with pytest.raises(UserError, match="images = 8: too few") as caught:
            ensure(Synthetic(images=8, invented_species=3), 1)
        assert "\n" not in str(caught.value)

    def test_a_cache_that_cannot_be_written_says_which_variable_names_another(
        self, tmp_path, monkeypatch
    ):
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("TRACKBENCH_CACHE", str(tmp_path / "file"))
        with pytest.raises(UserError, match="set TRACKBENCH_CACHE to another folder") as caught:
            ensure(SMALL, 1)
        assert "\n" not in str(caught.value)
        assert str(tmp_path / "file") in str(caught.value)
