"""Looking for named weights in the hubs' caches, without fetching anything."""

import socket

import pytest

from bench.errors import UserError
from bench.experiments.spec import Experiment
from runners.models.weights import find_weights

VIT = "timm:vit_tiny_patch16_224"
VIT_REPOSITORY = "models--timm--vit_tiny_patch16_224.augreg_in21k_ft_in1k"
RESNET = "torchvision:resnet18"
COMMIT = "0" * 40


@pytest.fixture(autouse=True)
def empty_caches(tmp_path, monkeypatch):
    """Caches of this test's own, on a machine where asking the network is a failure."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.file_download.HF_HUB_CACHE", str(tmp_path), raising=False)


def find(model, weights):
    return find_weights(Experiment("x", model, weights=weights))


@pytest.mark.parametrize(
    ("model", "weights", "address"),
    [
        (RESNET, "IMAGENET1K_V1", "https://download.pytorch.org/models/resnet18-f37072fd.pth"),
        (
            VIT,
            "pretrained",
            "https://huggingface.co/timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k",
        ),
    ],
)
def test_weights_that_are_not_here_have_an_address_and_no_path(model, weights, address):
    found = find(model, weights)
    assert found.path is None
    assert found.address.startswith(address)


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin"])
def test_timm_weights_are_found_in_the_hubs_cache(tmp_path, name):
    folder = tmp_path / VIT_REPOSITORY
    snapshot = folder / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(COMMIT)
    (snapshot / name).write_bytes(b"tensors")
    assert find(VIT, "pretrained").path == snapshot / name


def test_half_a_file_in_torch_hubs_cache_is_not_taken_for_the_weights(tmp_path):
    file = tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"half a downloa")
    with pytest.raises(UserError, match="is not the file that was published"):
        find(RESNET, "IMAGENET1K_V1")


def test_a_file_of_the_users_has_a_path_and_no_address(tmp_path):
    file = tmp_path / "mine.pth"
    file.write_bytes(b"tensors")
    found = find(VIT, str(file))
    assert (found.path, found.address) == (file, "")


def test_random_values_need_no_file():
    assert find(VIT, "none") is None


@pytest.mark.parametrize(
    ("model", "weights", "message"),
    [
        (RESNET, "IMAGENET1K_V7", "did you mean 'IMAGENET1K_V1'"),
        (VIT, "/no/such/file.pth", "there is no such file"),
        ("timm:vit_tinny_patch16_224", "none", "did you mean 'vit_tiny_patch16_224'"),
    ],
)
def test_what_cannot_be_found_is_the_users_error(model, weights, message):
    with pytest.raises(UserError, match=message):
        find(model, weights)
