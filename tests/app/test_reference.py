"""What is familiar to a run is learnt from its data set, kept, and held against drawn nonsense."""

import shutil
from contextlib import contextmanager
from threading import Event, Lock, Thread

import numpy as np
import pytest
from safetensors.numpy import save_file

from app.familiarity import Seen
from app.predictor import load_predictor
from app.reference import (
    learn_reference,
    load_reference,
    reference_file,
    sample,
    seconds_to_learn,
)
from bench.errors import UserError
from runners.data.cache import open_cache
from runners.data.photos import open_photos, recorded_data
from tests.bench.trained_runs import survey

from .nonsense import nonsense


@pytest.fixture
def predictor(home):
    return load_predictor(survey(home).records[0])


def read(predictor, root, split):
    photos = open_photos(recorded_data(predictor.record.spec), predictor.record.spec["fingerprint"])
    images = [photos.read(split, image.path) for image in photos.folder.splits[split]]
    return seen(predictor, np.stack(images))


def seen(predictor, images):
    return Seen(images, predictor.classifier.features(images))


def test_test_images_are_recognised_and_nonsense_is_not(home, predictor):
    found = learn_reference(predictor, sample(predictor, None))
    assert found.recognises(read(predictor, home, "test")).mean() >= 0.75
    odd = nonsense(predictor.classifier.image_size)
    assert not found.recognises(seen(predictor, odd)).any()


def test_it_is_kept_and_read_back_as_it_was(home, predictor):
    assert load_reference(predictor) is None
    found = learn_reference(predictor, sample(predictor, None))
    folder = predictor.record.folder.path
    file = home / "results" / "tiny" / "familiarity" / f"net-{folder.name}.safetensors"
    assert reference_file(predictor) == file
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    again = load_reference(predictor)
    for name, array in found.arrays().items():
        np.testing.assert_array_equal(again.arrays()[name], array)


@pytest.mark.parametrize("content", [b"", b"torn", None], ids=["empty", "torn", "foreign"])
def test_a_file_that_is_none_of_ours_counts_as_absent(predictor, content):
    file = reference_file(predictor)
    file.parent.mkdir()
    if content is None:
        save_file({"reference": np.zeros((1, 1), np.float32)}, file, {"identity": "other"})
    else:
        file.write_bytes(content)
    assert load_reference(predictor) is None


def test_decoded_images_of_the_cache_give_the_same(predictor):
    chosen = sample(predictor, None)
    decoded = learn_reference(predictor, chosen)
    spec = predictor.record.spec
    open_cache(recorded_data(spec), chosen.photos.folder, spec["fingerprint"])
    cached = learn_reference(predictor, chosen)
    for name, array in decoded.arrays().items():
        np.testing.assert_array_equal(cached.arrays()[name], array)


def test_where_the_suite_has_its_photos_now_counts(home, predictor):
    moved = home / "moved"
    (home / "photos").rename(moved)
    with pytest.raises(UserError):
        sample(predictor, home / "photos")
    assert sample(predictor, moved).photos.folder.root == moved


def test_photos_that_were_changed_are_none_to_learn_from(home, predictor):
    shutil.copy(home / "photos/train/cat/0.png", home / "photos/train/dog/more.png")
    with pytest.raises(UserError, match="other images than the run was trained on"):
        sample(predictor, home / "photos")


def test_how_long_it_takes_is_estimated(predictor):
    chosen = sample(predictor, None)
    assert chosen.n_images == 24 + 12
    assert 0 < seconds_to_learn(predictor, chosen) < 60


def test_others_get_a_turn_between_two_batches(predictor, monkeypatch):
    """The visitor, which may come to run late, asks while a batch is with the network."""
    monkeypatch.setattr("app.reference._BATCH", 1)
    lock, asks, is_over, turns = Lock(), Event(), Event(), []

    def look():
        for _ in range(3):
            asks.set()
            with lock:
                turns.append(is_over.is_set())
                asks.clear()
        asks.set()

    @contextmanager
    def turn():
        with lock:
            assert asks.wait(60)
            yield

    visitor = Thread(target=look)
    visitor.start()
    learn_reference(predictor, sample(predictor, None), turn)
    is_over.set()
    visitor.join()
    assert turns == [False] * 3
