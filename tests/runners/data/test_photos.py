"""Single images are what the decode cache holds, and belong to the data set of the run."""

import numpy as np
import pytest
from PIL import Image

from bench.errors import DataError, UserError
from bench.experiments.spec import DataSpec, Synthetic
from runners.data.cache import open_cache
from runners.data.photos import open_photos, read_photo, recorded_data
from runners.preparation import read_folder
from tests.runners.photos import draw


@pytest.fixture
def data(tmp_path):
    return DataSpec(name="drawn", root=draw(tmp_path / "photos"), image_size=24)


def test_each_image_is_the_one_in_the_cache(data):
    folder, fingerprint = read_folder(data)
    photos = open_photos(data, fingerprint)
    test = open_cache(data, folder, fingerprint).split("test")
    for path, cached in zip(test.paths, test.images, strict=True):
        np.testing.assert_array_equal(photos.read("test", path), cached)


def test_a_file_is_read_whatever_its_name_and_size(tmp_path):
    file = tmp_path / "a photo"
    Image.new("L", (7, 30), 200).save(file, format="PNG")
    image = read_photo(file, 16)
    assert image.shape == (16, 16, 3)
    assert image.dtype == np.uint8
    assert (image == 200).all()


def test_a_broken_or_missing_file_is_named_in_one_line(tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no image")
    for file, reason in ((broken, "not a JPEG"), (tmp_path / "gone.png", "No such file")):
        with pytest.raises(UserError) as caught:
            read_photo(file, 16)
        assert file.name in str(caught.value)
        assert reason in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_data_set_that_is_gone_or_has_changed_is_refused(data):
    _, fingerprint = read_folder(data)
    Image.new("RGB", (8, 8)).save(data.root / "test" / "cat" / "new.png")
    with pytest.raises(DataError, match="other images than the run was trained on"):
        open_photos(data, fingerprint)
    data.root.rename(data.root.with_name("elsewhere"))
    with pytest.raises(DataError, match=r"data\.drawn\.root"):
        open_photos(data, fingerprint)


@pytest.mark.parametrize("synthetic", [None, Synthetic(images=20, size=32, seed=3)])
def test_the_data_set_is_the_one_that_was_recorded(tmp_path, synthetic):
    from runners.run import _plain

    data = DataSpec(
        name="some",
        root=tmp_path if synthetic is None else None,
        image_size=48,
        split_seed=5,
        on_bad_image="skip",
        synthetic=synthetic,
    )
    assert recorded_data({"data": _plain(data)}) == data
