"""Weights from files and from the hubs' caches, and what is said when they do not fit."""

import hashlib
import socket

import pytest
import timm
import torch
from safetensors.torch import save_file

from bench.errors import UserError
from bench.experiments.spec import Experiment
from runners.models.build import build_blocks, build_network, build_skeleton
from runners.models.weights import load_weights, locate, match, read_state

VIT = "timm:vit_tiny_patch16_224"


def network_of(experiment, n_classes=3, image_size=32):
    network = build_network(experiment, n_classes, image_size)
    return network, frozenset(build_blocks(experiment, network)[-1].parameters)


@pytest.fixture
def offline(monkeypatch):
    """No name resolves, as on a machine without a network."""

    def refuse(*_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("suffix", ["safetensors", "pth"])
def test_a_local_file_is_loaded_and_its_head_replaced(tmp_path, suffix):
    donor = timm.create_model("resnet18", num_classes=1000)
    file = tmp_path / f"weights.{suffix}"
    if suffix == "safetensors":
        save_file(donor.state_dict(), file)
    else:
        torch.save({"state_dict": {f"module.{k}": v for k, v in donor.state_dict().items()}}, file)
    experiment = Experiment("x", "timm:resnet18", weights=str(file))
    network, head = network_of(experiment)
    before = network.fc.weight.clone()
    record = load_weights(experiment, network, head)
    assert torch.equal(network.layer1[0].conv1.weight, donor.layer1[0].conv1.weight)
    assert torch.equal(network.bn1.running_var, donor.bn1.running_var)
    assert torch.equal(network.fc.weight, before)
    assert record["new_head"] == ["fc.weight", "fc.bias"]
    assert record["missing"] == record["unexpected"] == []
    assert record["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_position_embeddings_are_resized_by_timm(tmp_path):
    donor = timm.create_model("vit_tiny_patch16_224", num_classes=0, img_size=64)
    file = tmp_path / "vit.safetensors"
    save_file(donor.state_dict(), file)
    experiment = Experiment("x", VIT, weights=str(file))
    network, head = network_of(experiment, image_size=32)
    record = load_weights(experiment, network, head)
    assert network.pos_embed.shape == (1, 1 + 2 * 2, 192)
    from timm.layers import resample_abs_pos_embed

    expected = resample_abs_pos_embed(donor.pos_embed, [2, 2])
    torch.testing.assert_close(network.pos_embed, expected)
    assert record["missing"] == []


def test_torchvision_position_embeddings_are_resized_too(tmp_path):
    from torchvision.models import VisionTransformer

    def small(size):
        return VisionTransformer(size, 16, 1, 2, 32, 64, num_classes=3)

    head = frozenset({"heads.head.weight", "heads.head.bias"})
    state = small(64).state_dict()
    found = match(small(32), state, head, "w")
    assert found.tensors["encoder.pos_embedding"].shape == (1, 1 + 2 * 2, 32)
    torch.testing.assert_close(
        found.tensors["encoder.pos_embedding"][:, :1], state["encoder.pos_embedding"][:, :1]
    )


def test_missing_and_unexpected_tensors_are_reported(tmp_path):
    experiment = Experiment("x", "timm:resnet18")
    network, head = network_of(experiment)
    state = {k: v for k, v in network.state_dict().items() if not k.startswith("layer4.1.bn2")}
    state["teacher.weight"] = torch.zeros(1)
    found = match(network, state, head, "w")
    assert set(found.missing) == {
        f"layer4.1.bn2.{k}"
        for k in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    }
    assert found.unexpected == ("teacher.weight",)


def test_another_networks_weights_are_refused_with_the_first_tensor_that_differs(tmp_path):
    experiment = Experiment("x", "timm:resnet18")
    network, head = network_of(experiment)
    with pytest.raises(UserError, match=r"has shape .* another network's weights"):
        match(network, timm.create_model("resnet50").state_dict(), head, "w")
    with pytest.raises(UserError, match=r"tensors are not in it .* another network's weights"):
        match(network, {"x": torch.zeros(1)}, head, "w")


@pytest.mark.parametrize(
    "model",
    ["timm:convnext_atto", "timm:vit_tiny_patch16_224", "timm:swin_tiny_patch4_window7_224"],
)
def test_a_resnets_weights_are_refused_by_each_family_in_one_line(model):
    experiment = Experiment("x", model)
    network = build_skeleton(experiment, 3, 64)
    head = frozenset(build_blocks(experiment, network)[-1].parameters)
    with pytest.raises(UserError, match="another network's weights") as caught:
        match(network, timm.create_model("resnet18").state_dict(), head, "w")
    assert len(str(caught.value).splitlines()) == 1


class _Payload:
    def __reduce__(self):
        return (print, ("code ran",))


def test_a_file_that_would_run_code_is_refused(tmp_path, capfd):
    file = tmp_path / "evil.pth"
    torch.save({"w": torch.zeros(1), "x": _Payload()}, file)
    with pytest.raises(UserError, match="is no weights file that can be read safely"):
        read_state(file)
    assert "code ran" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("name", ["torn.pth", "torn.safetensors"])
@pytest.mark.parametrize("content", [b"", b"not weights", b"\x00" * 64])
def test_a_broken_file_is_one_clear_line(tmp_path, name, content):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_state(file)
    assert str(file) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_that_is_not_there_names_the_setting():
    with pytest.raises(UserError, match=r"experiment\.x\.weights = '/no/w\.pth': there is no such"):
        locate(Experiment("x", VIT, weights="/no/w.pth"))


def test_timm_weights_come_from_the_hubs_cache(tmp_path, monkeypatch, offline):
    repository = "models--timm--vit_tiny_patch16_224.augreg_in21k_ft_in1k"
    snapshot = tmp_path / repository / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (tmp_path / repository / "refs").mkdir()
    (tmp_path / repository / "refs" / "main").write_text("0" * 40)
    donor = timm.create_model("vit_tiny_patch16_224")
    save_file(donor.state_dict(), snapshot / "model.safetensors")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.file_download.HF_HUB_CACHE", str(tmp_path), raising=False)
    experiment = Experiment("x", VIT, weights="pretrained")
    assert locate(experiment) == snapshot / "model.safetensors"
    network, head = network_of(experiment)
    load_weights(experiment, network, head)
    assert torch.equal(network.blocks[3].attn.qkv.weight, donor.blocks[3].attn.qkv.weight)


def test_torchvision_weights_come_from_torch_hubs_cache(tmp_path, monkeypatch, offline):
    from torchvision import models

    weights = models.ResNet18_Weights.IMAGENET1K_V1
    name = weights.url.rpartition("/")[2]
    file = tmp_path / "hub" / "checkpoints" / name
    file.parent.mkdir(parents=True)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    experiment = Experiment("x", "torchvision:resnet18", weights="IMAGENET1K_V1")
    file.write_bytes(b"half a downloa")
    with pytest.raises(UserError, match="is not the file that was published"):
        locate(experiment)
    digest = name.removesuffix(".pth").rpartition("-")[2]
    monkeypatch.setattr("runners.models.hub.sha256_file", lambda _: digest + "0" * 56)
    assert locate(experiment) == file


@pytest.mark.parametrize(
    ("model", "weights", "address"),
    [
        ("torchvision:resnet18", "IMAGENET1K_V1", "https://download.pytorch.org/models/resnet18-"),
        (VIT, "pretrained", "https://huggingface.co/timm/vit_tiny_patch16_224.augreg_in21k"),
    ],
)
def test_a_hub_that_cant_be_reached_says_where_to_get_and_put_the_file(
    tmp_path, monkeypatch, offline, model, weights, address
):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(UserError) as caught:
        locate(Experiment("vit", model, weights=weights))
    said = str(caught.value)
    assert said.startswith(f"experiment.vit.weights = '{weights}': cannot be fetched")
    assert address in said
    assert 'weights = "path/to/' in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("model", "weights", "hint"),
    [
        ("torchvision:resnet18", "IMAGENET1K_V7", "did you mean 'IMAGENET1K_V1'?"),
        (VIT, "augreg_in21", "did you mean 'augreg_in21k'?"),
        (VIT, "pretraind", "did you mean 'pretrained'?"),
    ],
)
def test_an_unknown_set_names_the_nearest(model, weights, hint):
    with pytest.raises(UserError, match="has no such weights") as caught:
        locate(Experiment("x", model, weights=weights))
    assert hint in str(caught.value)
