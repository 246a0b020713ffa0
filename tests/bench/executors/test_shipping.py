"""Data and weights on another machine: found by content, or brought there."""

import dataclasses
import shutil

import pytest

from bench.errors import DataError, UserError
from bench.executors import shipping
from bench.executors.remote import Luggage, _at_home
from bench.executors.shipping import Needs
from bench.experiments.spec import Experiment
from runners.data import manifest
from runners.preparation import read_folder
from tests.runners.photos import draw, planned

RESNET = Experiment("resnet", "torchvision:resnet18", epochs=1)


@pytest.fixture
def photos(tmp_path):
    return draw(tmp_path / "photos")


def elsewhere(photos):
    """As if this were another machine: the data are not where they were."""
    photos.rename(photos.with_name("moved"))


def test_data_that_lie_where_they_were_planned_are_used_there(photos):
    run = planned(photos, RESNET)
    assert shipping.find_data(run) == run.data


def test_data_of_another_content_are_not(photos):
    run = planned(photos, RESNET)
    (photos / "train" / "cat" / "0.png").unlink()
    assert shipping.find_data(run) is None


def test_what_is_brought_has_the_same_fingerprint(photos, monkeypatch):
    monkeypatch.setattr(shipping, "_PARCEL_BYTES", 20_000)
    (photos / manifest.FILE).write_text('{"drawn_by": "trackbench"}')
    run = planned(photos, RESNET)
    parcels = list(shipping.pack_data(run.data))
    assert len(parcels) > 2
    elsewhere(photos)
    assert shipping.find_data(run) is None
    shipping.unpack_data(iter(parcels), run)
    found = shipping.find_data(run)
    assert read_folder(found)[1] == run.fingerprint
    assert manifest.is_drawn(found.root)
    shipping.unpack_data(iter([]), run)  # it is there already
    assert shipping.find_data(run) == found


def test_class_folders_alone_are_split_as_they_were(photos):
    for split in ("val", "test"):
        for folder in (photos / split).iterdir():
            for image in folder.iterdir():
                image.rename(photos / "train" / folder.name / f"{split}-{image.name}")
        shutil.rmtree(photos / split)
    run = planned(photos / "train", RESNET)
    parcels = list(shipping.pack_data(run.data))
    elsewhere(photos)
    shipping.unpack_data(iter(parcels), run)
    assert read_folder(shipping.find_data(run))[1] == run.fingerprint


def test_half_of_it_leaves_nothing(photos, own_cache):
    run = planned(photos, RESNET)

    def broken():
        yield [("train/cat/0.png", b"x")]
        raise ConnectionError

    elsewhere(photos)
    with pytest.raises(UserError, match="cannot be written"):
        shipping.unpack_data(broken(), run)
    assert shipping.find_data(run) is None
    assert [p.name for p in (own_cache / "shipped").iterdir()] == [f"{run.fingerprint}.lock"]


def test_weights_are_found_by_content_and_brought_otherwise(photos, tmp_path):
    file = tmp_path / "mine.safetensors"
    file.write_bytes(b"weights")
    run = planned(photos, dataclasses.replace(RESNET, weights=str(file)))
    needs = Needs.of(run)
    assert shipping.find_weights(run, needs.weights_sha256) == file
    file.write_bytes(b"other weights")
    assert _at_home(run, needs, Luggage())[1] == ("weights",)
    brought, lacks = _at_home(run, needs, Luggage(weights=lambda: b"weights"))
    assert lacks == ()
    assert brought.experiment.weights != str(file)
    assert brought.experiment.weights.endswith(".safetensors")
    assert shipping.find_weights(run, needs.weights_sha256).read_bytes() == b"weights"


def test_what_is_lacking_is_said(photos):
    run = planned(photos, RESNET)
    elsewhere(photos)
    assert _at_home(run, Needs.of(run), Luggage())[1] == ("data",)


def test_what_was_sent_is_not_taken_for_what_was_planned(photos, own_cache):
    run = planned(photos, RESNET)
    (photos / "train" / "cat" / "0.png").unlink()
    parcels = list(shipping.pack_data(run.data))
    elsewhere(photos)
    with pytest.raises(DataError, match="has it changed since"):
        shipping.unpack_data(iter(parcels), run)
    assert [p.name for p in (own_cache / "shipped").iterdir()] == [f"{run.fingerprint}.lock"]


def test_what_was_damaged_is_brought_again(photos, own_cache):
    run = planned(photos, RESNET)
    parcels = list(shipping.pack_data(run.data))
    elsewhere(photos)
    shipping.unpack_data(iter(parcels), run)
    next((own_cache / "shipped" / run.fingerprint).rglob("*.png")).unlink()
    assert shipping.find_data(run) is None
    shipping.unpack_data(iter(parcels), run)
    assert shipping.find_data(run) is not None
