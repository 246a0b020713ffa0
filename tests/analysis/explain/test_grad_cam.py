"""Grad-CAM, against its equations worked out by hand."""

import numpy as np
import torch

from analysis.explain.grad_cam import LastFeatures, grad_cam
from tests.analysis.explain.networks import TinyConvNet


def by_hand(network, images, targets):
    """The logit's gradient on the map is weight / (h w) wherever the ReLU lets it through."""
    with torch.no_grad():
        maps = network.deep(network.first(images).clamp(min=0)).numpy()
    weights = network.head.weight.detach().numpy()[targets]
    passing = (maps > 0).mean(axis=(2, 3)) / (maps.shape[2] * maps.shape[3])
    return np.maximum(np.einsum("bk,bkhw->bhw", weights * passing, maps), 0)


def test_it_equals_the_equations_and_leaves_the_network_as_it_was():
    network = TinyConvNet().train()
    images, targets = torch.randn(3, 3, 8, 8), torch.tensor([0, 1, 1])
    found = grad_cam(network, network.deep, images, targets)
    wanted = by_hand(network, images, targets.numpy())
    assert found.shape == (3, 8, 8)
    assert wanted.max() > 0
    np.testing.assert_allclose(found.numpy(), wanted, atol=1e-6)
    assert network.training
    assert not network.deep._forward_hooks
    assert all(parameter.grad is None for parameter in network.parameters())


def test_it_needs_no_gradients_of_the_parameters():
    images, targets = torch.randn(2, 3, 8, 8), torch.tensor([0, 1])
    network = TinyConvNet()
    wanted = grad_cam(network, network.deep, images, targets)
    frozen = network.requires_grad_(False)
    assert torch.equal(grad_cam(frozen, frozen.deep, images, targets), wanted)


class ChannelsLast(torch.nn.Module):
    """As timm's Swin: features [B, h, w, C], of which a head takes the mean."""

    output_fmt = "NHWC"

    def __init__(self):
        super().__init__()
        self.inner = TinyConvNet()

    def forward_features(self, images):
        return self.inner.deep(self.inner.first(images)).permute(0, 2, 3, 1)

    def forward_head(self, features):
        return self.inner.head(features.clamp(min=0).mean(dim=(1, 2)))


def test_the_last_features_are_watched_channels_first_whatever_their_layout():
    network = ChannelsLast().eval()
    images, targets = torch.randn(2, 3, 8, 8), torch.tensor([0, 1])
    watched = LastFeatures(network)
    with torch.no_grad():
        assert torch.equal(watched(images), network.forward_head(network.forward_features(images)))
    found = grad_cam(watched, watched.features, images, targets)
    with torch.no_grad():
        maps = network.forward_features(images).permute(0, 3, 1, 2).numpy()
    passing = (maps > 0).mean(axis=(2, 3)) / 64
    weights = network.inner.head.weight.detach().numpy()[targets.numpy()]
    wanted = np.maximum(np.einsum("bk,bkhw->bhw", weights * passing, maps), 0)
    np.testing.assert_allclose(found.numpy(), wanted, atol=1e-6)
