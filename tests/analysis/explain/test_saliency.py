"""Each kind of network is asked in the way that suits it, and points at what decides."""

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models import SwinTransformer as TorchvisionSwin

from analysis.explain.saliency import saliency
from bench.errors import UserError
from runners.models.embedded.networks import build_embedded
from tests.analysis.explain.networks import (
    TinyConvNet,
    bright_seeking_vit,
    dot,
    random_images,
    trained,
)
from tests.analysis.explain.test_attention import timm_vit, torchvision_vit


def timm_swin():
    from timm.models.swin_transformer import SwinTransformer

    return SwinTransformer(
        img_size=32, patch_size=4, embed_dim=12, depths=(1, 1), num_heads=(1, 2), window_size=4
    )


def torchvision_swin():
    return TorchvisionSwin([4, 4], 12, [1, 1], [1, 2], [4, 4], num_classes=2)


def timm_coatnet():
    from timm.models.maxxvit import MaxxVit, MaxxVitCfg

    config = MaxxVitCfg(
        embed_dim=(16, 16, 32, 32), depths=(1, 1, 1, 1), block_type=("C", "C", "T", "T")
    )
    return MaxxVit(config, img_size=64)


def timm_mixer():
    from timm.models.mlp_mixer import MlpMixer

    return MlpMixer(num_classes=2, img_size=32, patch_size=8, num_blocks=1, embed_dim=16)


def of(network, images, targets=None, **options):
    side = images.shape[1]
    classifier = trained(network, side)
    targets = targets or [0] * len(images)
    return saliency(classifier, classifier.inputs(images), targets, **options)


METHODS = {
    "tiny": (TinyConvNet, 32, "Grad-CAM at deep, 32 × 32 cells"),
    "slim": (
        lambda: build_embedded("resnet18_slim", 2, 64),
        64,
        "Grad-CAM at layer4.1.conv2, 2 × 2 cells",
    ),
    "vit": (timm_vit, 32, "attention rollout, 4 × 4 patches"),
    "registers": (lambda: timm_vit(reg_tokens=4), 32, "attention rollout, 4 × 4 patches"),
    "mean pooled": (
        lambda: timm_vit(class_token=False, global_pool="avg"),
        32,
        "attention rollout, 4 × 4 patches",
    ),
    "slim vit": (
        lambda: build_embedded("vit_slim_patch8", 2, 32),
        32,
        "attention rollout, 4 × 4 patches",
    ),
    "torchvision vit": (torchvision_vit, 32, "attention rollout, 4 × 4 patches"),
    "timm swin": (timm_swin, 32, "Grad-CAM at the last feature map, 4 × 4 cells"),
    "torchvision swin": (torchvision_swin, 32, "Grad-CAM at the last feature map, 4 × 4 cells"),
    "coatnet": (timm_coatnet, 64, "Grad-CAM at the last feature map, 2 × 2 cells"),
}


@pytest.mark.parametrize("name", METHODS)
def test_the_method_suits_the_network_and_maps_lie_between_0_and_1(name):
    build, side, method = METHODS[name]
    torch.manual_seed(0)
    found = of(build(), random_images(3, side))
    assert found.method == method
    assert found.maps.shape == (3, side, side)
    assert found.maps.dtype == np.float64
    assert found.maps.min() >= 0
    for one in found.maps:
        assert one.max() == pytest.approx(1) or not one.any()


@pytest.mark.parametrize("row", [2, 20])
@pytest.mark.parametrize("column", [4, 22])
def test_grad_cam_points_at_the_pattern_that_alone_decides(row, column):
    images = dot(32, row, column)[None]
    found = of(TinyConvNet(finds_bright=True), images, [1]).maps[0]
    peak = np.unravel_index(found.argmax(), found.shape)
    assert row <= peak[0] < row + 4
    assert column <= peak[1] < column + 4
    far = found.copy()
    far[max(row - 3, 0) : row + 7, max(column - 3, 0) : column + 7] = 0
    assert not far.any()


def test_what_speaks_against_a_class_is_left_dark():
    assert not of(TinyConvNet(finds_bright=True), dot(32, 8, 8)[None], [0]).maps.any()


@pytest.mark.parametrize(("row", "column"), [(0, 0), (8, 24), (24, 16)])
def test_rollout_points_at_the_patch_that_alone_is_attended_to(row, column):
    found = of(bright_seeking_vit(), dot(32, row, column, size=8)[None], [1])
    assert found.method == "attention rollout, 4 × 4 patches"
    peak = np.unravel_index(found.maps[0].argmax(), (32, 32))
    assert (peak[0] // 8 * 8, peak[1] // 8 * 8) == (row, column)


def test_grad_cam_is_taken_where_the_user_says():
    network = build_embedded("resnet18_slim", 2, 64)
    found = of(network, random_images(1, 64), layer="layer3.1.conv2")
    assert found.method == "Grad-CAM at layer3.1.conv2, 4 × 4 cells"
    with pytest.raises(UserError, match=r"did you mean 'layer3\.1\.conv2'"):
        of(network, random_images(1, 64), layer="layer3.1.conv3")


@pytest.mark.parametrize(
    "build", [timm_mixer, lambda: nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 2))]
)
def test_a_network_of_neither_kind_is_refused_in_one_line(build):
    with pytest.raises(UserError) as caught:
        of(build(), random_images(1, 32))
    assert "neither convolutional nor a transformer" in str(caught.value)
    assert "\n" not in str(caught.value)
