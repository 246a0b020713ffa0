"""Kernels are a layer's weights, maps its output."""

import numpy as np
import torch

from analysis.explain.activations import activation_maps, kernels
from tests.analysis.explain.networks import TinyConvNet


def test_kernels_on_colours_are_the_weights_channels_last():
    layer = TinyConvNet().first
    shown = kernels(layer, 4)
    assert shown.shape == (4, 3, 3, 3)
    weights = layer.weight.detach().numpy()
    np.testing.assert_array_equal(shown[2, 0, 1], weights[2, :, 0, 1])


def test_deeper_kernels_are_the_mean_over_input_channels():
    layer = TinyConvNet().deep
    shown = kernels(layer, 100)
    assert shown.shape == (4, 3, 3)
    np.testing.assert_allclose(shown, layer.weight.detach().numpy().mean(axis=1), rtol=1e-6)


def test_a_depthwise_kernel_is_itself():
    layer = torch.nn.Conv2d(3, 3, 3, groups=3)
    np.testing.assert_array_equal(kernels(layer, 3), layer.weight.detach().numpy()[:, 0])


def test_maps_are_the_layers_output_though_the_next_module_works_in_place():
    network = TinyConvNet().train()
    images = torch.randn(2, 3, 8, 8)
    found = activation_maps(network, ["deep", "first"], images)
    with torch.inference_mode():
        first = network.first(images)
        deep = network.deep(first.clamp(min=0))
    assert (first < 0).any()
    np.testing.assert_array_equal(found["first"], first.numpy())
    np.testing.assert_allclose(found["deep"], deep.numpy(), atol=1e-6)
    assert network.training
    assert not network.deep._forward_hooks
