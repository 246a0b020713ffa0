"""Convolutions are found in the order in which an image passes them."""

import pytest
import torch
from torch import nn

from analysis.explain.layers import convolutions, first_and_deepest, named
from bench.errors import UserError
from runners.models.embedded.networks import build_embedded
from tests.analysis.explain.networks import TinyConvNet


def torchvision(name):
    from torchvision.models import get_model

    return get_model(name, weights=None)


def timm(name):
    from timm import create_model

    return create_model(name, pretrained=False)


NETWORKS = {
    "resnet18": (lambda: torchvision("resnet18"), "conv1", "layer4.1.conv2"),
    "resnet50": (lambda: torchvision("resnet50"), "conv1", "layer4.2.conv2"),
    "slim": (lambda: build_embedded("resnet18_slim", 3, 64), "conv1.0", "layer4.1.conv2"),
    "mobilenet": (
        lambda: torchvision("mobilenet_v3_small"),
        "features.0.0",
        "features.11.block.1.0",
    ),
    "convnext": (lambda: timm("convnext_atto"), "stem.0", "stages.3.blocks.1.conv_dw"),
    "efficientnet": (lambda: timm("tinynet_e"), "conv_stem", "blocks.6.0.conv_dw"),
    "mobilenetv3": (lambda: timm("mobilenetv3_small_050"), "conv_stem", "blocks.4.2.conv_dw"),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_first_and_the_deepest_convolution_of_a_backbone(name):
    build, first, deepest = NETWORKS[name]
    found = first_and_deepest(convolutions(build(), 64))
    assert [one.name for one in found] == [first, deepest]


def test_the_deepest_is_the_same_where_maps_have_shrunk_to_a_point():
    found = first_and_deepest(convolutions(torchvision("resnet18"), 32))
    assert [one.name for one in found] == ["conv1", "layer4.1.conv2"]


def test_the_order_is_that_of_running_and_sizes_are_those_of_the_maps():
    first, deep = convolutions(TinyConvNet(), 16)
    assert (first.name, deep.name) == ("first", "deep")
    assert first.input_size == deep.map_size == (16, 16)
    assert first.kernel_size == (3, 3)


def test_a_vit_has_one_convolution_which_cuts_patches():
    (only,) = first_and_deepest(convolutions(build_embedded("vit_slim_patch8", 3, 32), 32))
    assert only.name == "patch_embed.proj"
    assert only.is_patch_embedding
    assert only.map_size == (4, 4)


def test_a_fully_connected_layer_written_as_a_convolution_is_not_the_deepest():
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 5, 3), nn.Conv2d(5, 2, 4))
    found = first_and_deepest(convolutions(network, 8))
    assert [one.name for one in found] == ["0", "1"]


def test_where_all_convolutions_are_of_single_pixels_these_are_taken():
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Conv2d(4, 5, 1))
    assert [one.name for one in first_and_deepest(convolutions(network, 8))] == ["0", "1"]


def test_a_network_without_convolutions_has_none():
    network = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 2))
    assert first_and_deepest(convolutions(network, 8)) == ()


def test_an_unknown_layer_is_refused_with_the_nearest():
    passed = convolutions(build_embedded("resnet18_slim", 3, 64), 64)
    assert [one.name for one in named(passed, ["layer3.1.conv2"])] == ["layer3.1.conv2"]
    with pytest.raises(UserError) as caught:
        named(passed, ["layer4.1.conv9"])
    assert "--layer layer4.1.conv9" in str(caught.value)
    assert "did you mean 'layer4.1.conv2'" in str(caught.value)


def test_a_network_is_left_as_it_was_also_when_it_fails():
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Dropout(), nn.Linear(7, 2))
    network.train()
    network[1].eval()
    with pytest.raises(RuntimeError):
        convolutions(network, 8)
    assert [module.training for module in network.modules()] == [True, True, False, True]
    assert not any(module._forward_hooks for module in network.modules())
    assert torch.is_grad_enabled()
