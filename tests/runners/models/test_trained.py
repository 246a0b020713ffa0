"""A trained network comes back from its run's files and says what it said then."""

import io
import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import save

from bench.errors import UserError
from bench.experiments.spec import Experiment
from bench.results.store import RunFolder
from runners.data.cache import open_cache
from runners.data.loader import IMAGENET
from runners.models.trained import load_trained
from runners.preparation import read_folder
from runners.run import execute
from tests.runners.photos import draw, planned

EXPERIMENTS = {
    "resnet": Experiment("resnet", "torchvision:resnet18", epochs=1, batch_size=8),
    "slim": Experiment("slim", "embedded:resnet18_slim", epochs=1, batch_size=8),
    "vit": Experiment("vit", "embedded:vit_slim_patch8", epochs=1, batch_size=8),
    "timm": Experiment(
        "timm", "timm:mobilenetv3_small_050", epochs=1, batch_size=8, normalize="model"
    ),
}


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return draw(tmp_path_factory.mktemp("photos"))


@pytest.fixture(autouse=True)
def threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def finish(photos, path, name):
    """The record and weights of a run, its test images, and what it said of them."""
    path.mkdir()
    run = planned(photos, EXPERIMENTS[name])
    folder = RunFolder(path)
    execute(run, folder, lambda _: None)
    data, fingerprint = read_folder(run.data)
    test = open_cache(run.data, data, fingerprint).split("test")
    said = pd.read_parquet(io.BytesIO((path / "predictions.parquet").read_bytes()))
    return (
        json.loads((path / "run.json").read_text()),
        (path / "model.safetensors").read_bytes(),
        test,
        said[said["split"] == "test"],
    )


@pytest.fixture(scope="module")
def finished(photos, tmp_path_factory):
    """Runs each experiment once, when it is first asked for."""
    return cache(lambda name: finish(photos, tmp_path_factory.mktemp(name) / "run", name))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_it_says_what_the_run_said_of_its_test_images(finished, name):
    record, weights, test, said = finished(name)
    trained = load_trained(record, weights)
    found = trained.predict(test.images, batch_size=5)
    assert found.dtype == np.float64
    assert list(test.paths) == said["path"].tolist()
    stored = said[[f"p:{one}" for one in trained.classes]].to_numpy()
    np.testing.assert_allclose(found, stored, atol=1e-5)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-12)
    assert [trained.classes[row.argmax()] for row in found] == said["predicted"].tolist()


@pytest.fixture
def slim(finished):
    record, weights, _, _ = finished("slim")
    return record, weights


def test_the_network_is_ready_to_be_asked_and_nothing_else_is_changed(slim):
    torch.manual_seed(7)
    wanted = torch.rand(3)
    torch.manual_seed(7)
    trained = load_trained(*slim)
    assert torch.equal(torch.rand(3), wanted)
    assert not any(module.training for module in trained.network.modules())
    for parameter in trained.network.parameters():
        assert not parameter.requires_grad
        assert (parameter.dtype, parameter.device.type) == (torch.float32, "cpu")
    assert trained.classes == ("badger", "cat", "dog")
    assert [block.name for block in trained.blocks] == slim[0]["blocks"]
    assert (trained.name, trained.image_size, trained.normalization) == ("slim", 32, IMAGENET)


def test_inputs_are_normalised_and_must_be_of_the_networks_size(slim):
    trained = load_trained(*slim)
    images = np.full((2, 32, 32, 3), 255, dtype=np.uint8)
    inputs = trained.inputs(images)
    assert inputs.shape == (2, 3, 32, 32)
    white = [(1 - mean) / std for mean, std in zip(IMAGENET.mean, IMAGENET.std, strict=True)]
    np.testing.assert_allclose(inputs[1, :, 4, 7], white, rtol=1e-5)
    for wrong in (images[:, :16], images.astype(np.float32), images[0]):
        with pytest.raises(ValueError, match=r"should be uint8 \[B, 32, 32, 3\]"):
            trained.inputs(wrong)
    assert trained.predict(images[:0]).shape == (0, 3)


def test_what_does_not_fit_is_told_in_one_line(slim):
    record, weights = slim
    another = {**record, "classes": ["badger", "cat"]}
    vit = {**record, "experiment": {**record["experiment"], "model": "embedded:vit_slim_patch8"}}
    silent = {key: value for key, value in record.items() if key != "normalization"}
    cases = [
        (another, weights, "model.safetensors: does not fit embedded:resnet18_slim"),
        (vit, weights, "model.safetensors: does not fit embedded:vit_slim_patch8"),
        (record, weights[:1000], "model.safetensors: is no safetensors file"),
        (record, b"", "model.safetensors: is no safetensors file"),
        (record, save({"w": torch.zeros(3)}), "model.safetensors: does not fit"),
        (silent, weights, "run.json: cannot be used, KeyError: 'normalization'"),
        ({}, weights, "run.json: cannot be used, KeyError: 'experiment'"),
    ]
    for told, content, message in cases:
        with pytest.raises(UserError) as caught:
            load_trained(told, content)
        assert str(caught.value).startswith(message)
        assert "\n" not in str(caught.value)


def test_nothing_in_a_weights_file_is_run(slim, tmp_path):
    """A pickle is refused, not opened."""
    import pickle

    class Harm:
        def __reduce__(self):
            return (tmp_path.joinpath("harmed").touch, ())

    with pytest.raises(UserError):
        load_trained(slim[0], pickle.dumps(Harm()))
    assert not (tmp_path / "harmed").exists()


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_features_are_what_the_last_layer_reads(finished, name):
    record, weights, test, _ = finished(name)
    found = load_trained(record, weights)
    features = found.features(test.images, batch_size=5)
    assert features.shape[0] == len(test.images)
    assert features.dtype == np.float32
    last = [one for one in found.network.modules() if isinstance(one, torch.nn.Linear)][-1]
    logits = last(torch.from_numpy(features)).double()
    said = torch.softmax(logits, dim=1).numpy()
    np.testing.assert_allclose(said, found.predict(test.images), atol=1e-5)
    assert not last._forward_pre_hooks
    assert len(found.features(test.images[:0])) == 0
