"""Any number of files is named in order, a batch at a time, and broken ones do not stop it."""

import os
import threading
import warnings

import numpy as np
import pytest
from PIL import Image

from app.predictor import load_predictor
from bench.predicting.naming import name_images
from bench.results.records import complete_runs
from tests.bench.trained_runs import train


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        home = train(tmp_path_factory.mktemp("home"))
    return load_predictor(next(complete_runs(home / "results" / "tiny")))


@pytest.fixture
def photos(tmp_path):
    """Ten photos of one colour each, and among them three files that are none."""
    paths = [tmp_path / f"{number}.png" for number in range(10)]
    for number, path in enumerate(paths):
        Image.new("RGB", (40 + number, 30), (25 * number, 90, 60)).save(path)
    paths[2].write_bytes(b"no image")
    paths[7].unlink()
    paths[8].unlink()
    paths[8].mkdir()
    return paths


@pytest.mark.parametrize("batch_size", [1, 3, 32])
def test_they_come_in_order_each_with_its_answer_or_the_reason(predictor, photos, batch_size):
    named = list(name_images(predictor, photos, batch_size))
    assert [one.path for one in named] == photos
    assert {number: one.error for number, one in enumerate(named) if one.answer is None} == {
        2: "not a JPEG, PNG, WebP, BMP or TIFF image",
        7: "No such file or directory",
        8: "is a folder",
    }
    for number in (0, 1, 3, 9):
        with Image.open(photos[number]) as photo:
            alone = predictor.answer(photo.convert("RGB"))
        np.testing.assert_allclose(named[number].answer.raw, alone.raw, atol=1e-6)


def test_a_pipe_is_refused_and_not_waited_for(predictor, tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    (named,) = name_images(predictor, [tmp_path / "pipe.jpg"])
    assert named.error == "is no regular file"


def test_no_more_than_two_batches_are_read_ahead(predictor, photos):
    read = []

    def coming():
        for number in range(40):
            read.append(number)
            yield photos[number % 2]

    for number, _ in enumerate(name_images(predictor, coming(), 4)):
        assert len(read) <= number + 12


def test_where_it_is_left_early_its_threads_end_and_warnings_are_as_before(predictor, photos):
    before = list(warnings.filters)
    named = name_images(predictor, photos * 10, 2)
    next(named)
    named.close()
    assert warnings.filters == before
    assert not [one for one in threading.enumerate() if one.name.startswith("decode")]


def test_a_file_that_no_image_has_the_size_of_is_not_read(predictor, tmp_path):
    large = tmp_path / "large.jpg"
    with large.open("wb") as file:
        file.truncate(600 << 20)  # takes no room: nothing is written
    (named,) = name_images(predictor, [large])
    assert named.error == "has more than 512 MB"
