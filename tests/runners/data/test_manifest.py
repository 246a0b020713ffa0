"""What a drawn data set says of itself."""

import importlib.metadata
import json

import pytest

from bench.experiments.spec import Synthetic
from runners.data.manifest import FILE, Manifest, is_drawn, write_manifest

PHOTO = {
    "split": "train",
    "path": "fox/fox_0000.jpg",
    "sha256": "0" * 64,
    "ground": "mud",
    "n_prints": 2,
}
MANIFEST = Manifest(
    synthetic=Synthetic(images=9, size=32, seed=7, invented_species=3),
    generator_version=4,
    classes={"fox": 9},
    splits={"train": 7, "val": 1, "test": 1},
    photos=(PHOTO,),
)


def test_it_is_json_with_all_that_the_record_has(tmp_path):
    write_manifest(tmp_path, MANIFEST)
    document = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert document["synthetic"] == {"images": 9, "size": 32, "seed": 7, "invented_species": 3}
    assert document["generator_version"] == 4
    assert document["classes"] == {"fox": 9}
    assert document["splits"] == {"train": 7, "val": 1, "test": 1}
    assert document["photos"] == [PHOTO]


def test_it_says_that_the_footprints_are_not_real_and_what_drew_them(tmp_path):
    write_manifest(tmp_path, MANIFEST)
    document = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    assert "drawn by a program" in document["what"]
    assert document["versions"] == {
        name: importlib.metadata.version(name) for name in ("numpy", "pillow")
    }


def test_it_is_made_in_one_step_and_replaces_an_older_one(tmp_path):
    (tmp_path / FILE).write_text("half a manif")
    write_manifest(tmp_path, MANIFEST)
    assert is_drawn(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        write_manifest(tmp_path / "nowhere", MANIFEST)


class TestIsDrawn:
    def test_of_a_data_set_with_a_manifest(self, tmp_path):
        write_manifest(tmp_path, MANIFEST)
        assert is_drawn(tmp_path)

    def test_of_photos_and_of_no_folder(self, tracks, tmp_path):
        assert not is_drawn(tracks)
        assert not is_drawn(tmp_path / "nowhere")

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b'{"drawn_by": "trackb',
            b"\xff\xfe",
            b"[]",
            b'"trackbench"',
            b"null",
            b"{}",
            b'{"drawn_by": "somebody"}',
            b'{"drawn_by": ["trackbench"]}',
        ],
    )
    def test_of_a_manifest_that_says_something_else(self, tmp_path, content):
        (tmp_path / FILE).write_bytes(content)
        assert not is_drawn(tmp_path)

    def test_of_a_folder_in_the_manifests_place(self, tmp_path):
        (tmp_path / FILE).mkdir()
        assert not is_drawn(tmp_path)
