"""Drawn data sets as folders: the same bytes however they are drawn, whole or not at all."""

import hashlib
import json
import multiprocessing
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.errors import UserError
from bench.experiments.spec import DataSpec, Synthetic
from runners.data.fingerprint import fingerprint
from runners.data.folders import scan
from runners.data.manifest import is_drawn
from runners.data.synthetic.recipe import drawings
from runners.data.synthetic.species import SPECIES
from runners.data.synthetic.version import GENERATOR_VERSION
from runners.data.synthetic.writing import write_drawings

SMALL = Synthetic(images=54, size=16)


def contents(folder):
    """The SHA-256 of each file in a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def scanned(folder):
    return scan(DataSpec(name="drawn", root=folder))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A small data set, drawn by one process."""
    folder = tmp_path_factory.mktemp("set") / "drawn"
    write_drawings(SMALL, folder)
    return folder


class TestBytes:
    def test_drawn_again_they_are_the_same(self, drawn, tmp_path):
        write_drawings(SMALL, tmp_path / "again")
        assert contents(tmp_path / "again") == contents(drawn)

    def test_drawn_by_two_processes_they_are_the_same(self, drawn, tmp_path):
        write_drawings(SMALL, tmp_path / "two", n_processes=2)
        assert contents(tmp_path / "two") == contents(drawn)

    def test_another_seed_gives_another_fingerprint(self, drawn, tmp_path):
        write_drawings(Synthetic(images=54, size=16, seed=1), tmp_path / "other")
        assert fingerprint(scanned(tmp_path / "other")) != fingerprint(scanned(drawn))
        assert not set(contents(tmp_path / "other").values()) & set(contents(drawn).values())

    def test_the_photos_are_those_of_the_recipe(self, drawn):
        for one in list(drawings(SMALL))[::9]:
            with Image.open(drawn / one.split / one.path) as image:
                assert image.format == "JPEG"
                found = np.asarray(image).astype(int)
            assert found.shape == (16, 16, 3)
            assert np.abs(found - one.draw(SMALL).pixels).mean() < 12


class TestLayout:
    def test_it_is_the_standard_one(self, drawn):
        folder = scanned(drawn)
        assert folder.classes == tuple(sorted(one.name for one in SPECIES))
        assert {split: len(images) for split, images in folder.splits.items()} == {
            "train": 18,
            "val": 18,
            "test": 18,
        }
        assert folder.notes == folder.ignored == ()
        assert sorted(path.name for path in drawn.iterdir()) == [
            "manifest.json",
            "test",
            "train",
            "val",
        ]

    def test_invented_species_serve_as_classes_too(self, tmp_path):
        write_drawings(Synthetic(images=9, size=16, invented_species=3), tmp_path / "drawn")
        folder = scanned(tmp_path / "drawn")
        assert folder.classes == ("invented_0000", "invented_0001", "invented_0002")

    def test_an_empty_folder_is_filled(self, drawn, tmp_path):
        folder = tmp_path / "empty"
        folder.mkdir()
        write_drawings(SMALL, folder)
        assert contents(folder) == contents(drawn)

    def test_folders_above_are_made(self, tmp_path):
        write_drawings(SMALL, tmp_path / "a" / "b")
        assert is_drawn(tmp_path / "a" / "b")


class TestManifest:
    def test_it_says_how_the_set_was_drawn(self, drawn):
        document = json.loads((drawn / "manifest.json").read_text())
        assert document["drawn_by"] == "trackbench"
        assert document["generator_version"] == GENERATOR_VERSION
        assert document["synthetic"] == {
            "images": 54,
            "size": 16,
            "seed": 0,
            "invented_species": None,
        }
        assert document["versions"].keys() == {"numpy", "pillow"}
        assert is_drawn(drawn)

    def test_it_counts_what_is_there(self, drawn):
        document = json.loads((drawn / "manifest.json").read_text())
        assert document["classes"] == {one.name: 3 for one in SPECIES}
        assert document["splits"] == {"train": 18, "val": 18, "test": 18}

    def test_it_has_every_photo_with_its_sha256(self, drawn):
        photos = json.loads((drawn / "manifest.json").read_text())["photos"]
        listed = {f"{one['split']}/{one['path']}": one["sha256"] for one in photos}
        found = contents(drawn)
        del found["manifest.json"]
        assert listed == found

    def test_it_says_what_is_on_each_photo(self, drawn):
        photos = json.loads((drawn / "manifest.json").read_text())["photos"]
        by_path = {one.path: one for one in drawings(SMALL)}
        for listed in photos[::9]:
            photo = by_path[listed["path"]].draw(SMALL)
            assert (listed["ground"], listed["n_prints"]) == (photo.ground, photo.n_prints)
        assert len(Counter(one["ground"] for one in photos)) > 2


class TestProgress:
    @pytest.mark.parametrize("n_processes", [1, 2])
    def test_each_photo_counts(self, tmp_path, n_processes):
        seen = []
        write_drawings(SMALL, tmp_path / "drawn", n_processes, lambda *step: seen.append(step))
        assert seen == [(done, 54) for done in range(1, 55)]


class TestFailure:
    @pytest.mark.parametrize("n_processes", [1, 2])
    def test_an_interrupted_drawing_leaves_nothing_behind(self, tmp_path, n_processes):
        def interrupt(done, n_images):
            assert (tmp_path / "drawn").exists() is False
            if done == 40:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_drawings(SMALL, tmp_path / "drawn", n_processes, interrupt)
        assert list(tmp_path.iterdir()) == []

    def test_a_killed_process_is_one_line_and_leaves_nothing_behind(self, tmp_path):
        others = multiprocessing.active_children()

        def kill(done, n_images):
            for child in multiprocessing.active_children():
                if child not in others:
                    child.kill()

        with pytest.raises(
            UserError, match="a drawing process was killed; is memory short"
        ) as told:
            write_drawings(Synthetic(images=400, size=16), tmp_path / "drawn", 2, kill)
        assert "\n" not in str(told.value)
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_is_not_empty_is_refused_and_left_as_it_is(self, tmp_path):
        folder = tmp_path / "mine"
        folder.mkdir()
        (folder / "notes.txt").write_text("keep")
        with pytest.raises(UserError, match=r"mine: is there already and not an empty folder"):
            write_drawings(SMALL, folder)
        assert (folder / "notes.txt").read_text() == "keep"
        assert [path.name for path in tmp_path.rglob("*")] == ["mine", "notes.txt"]

    def test_a_file_is_refused_and_left_as_it_is(self, tmp_path):
        (tmp_path / "file").write_text("keep")
        with pytest.raises(UserError, match=r"file: is there already and not an empty folder"):
            write_drawings(SMALL, tmp_path / "file")
        assert (tmp_path / "file").read_text() == "keep"

    def test_a_place_that_cannot_be_written_is_one_line(self, tmp_path):
        (tmp_path / "file").write_text("keep")
        with pytest.raises(UserError, match=r"cannot be written") as caught:
            write_drawings(SMALL, tmp_path / "file" / "drawn")
        assert "\n" not in str(caught.value)
        assert [path.name for path in tmp_path.iterdir()] == ["file"]

    @pytest.mark.parametrize(
        ("synthetic", "said"),
        [
            (Synthetic(images=53), "images = 53: too few; 18 species in three splits need at"),
            (
                Synthetic(images=11, invented_species=4),
                "4 species in three splits need at least 12",
            ),
        ],
    )
    def test_too_few_images_are_one_line_and_nothing_is_made(self, tmp_path, synthetic, said):
        with pytest.raises(UserError) as caught:
            write_drawings(synthetic, tmp_path / "drawn")
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)
        assert list(tmp_path.iterdir()) == []


def test_the_current_folder_may_be_named_by_a_dot(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_drawings(Synthetic(images=9, size=16, invented_species=3), Path())
    assert (tmp_path / "manifest.json").is_file()
