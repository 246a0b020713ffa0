"""Attention rollout of real weights on a real photo."""

from pathlib import Path

import numpy as np
import pytest
import torch

from analysis.explain.saliency import saliency
from bench.experiments.spec import Experiment
from runners.data.loader import IMAGENET
from runners.data.photos import read_photo
from runners.models.build import build_blocks, build_network
from runners.models.trained import TrainedClassifier
from runners.models.weights import load_weights

SHARED = Path(__file__).parents[3] / "shared"
PHOTOS = SHARED / "data" / "footprints-3"
WEIGHTS = SHARED / "weights" / "vit_small_patch14_dinov2.safetensors"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not PHOTOS.is_dir(), reason=f"the real photos are not at {PHOTOS}"),
    pytest.mark.skipif(not WEIGHTS.is_file(), reason=f"the real weights are not at {WEIGHTS}"),
]


def dinov2():
    experiment = Experiment("vit", "timm:vit_small_patch14_dinov2", weights=str(WEIGHTS))
    network = build_network(experiment, 2, 224)
    blocks = build_blocks(experiment, network)
    load_weights(experiment, network, frozenset(blocks[-1].parameters))
    network.eval().requires_grad_(False)
    return TrainedClassifier(network, blocks, ("a", "b"), IMAGENET, 224, "vit")


def test_dinov2_is_rolled_out_over_its_patches_and_left_as_it_was():
    trained = dinov2()
    images = np.stack([read_photo(file, 224) for file in sorted(PHOTOS.glob("test/*/*.jpg"))[:2]])
    inputs = trained.inputs(images)
    with torch.inference_mode():
        before = trained.network(inputs)
    found = saliency(trained, inputs, [0, 1])
    assert found.method == "attention rollout, 16 × 16 patches"
    assert found.maps.shape == (2, 224, 224)
    assert found.maps.min() >= 0
    np.testing.assert_allclose(found.maps.max(axis=(1, 2)), 1)
    assert found.maps.std(axis=(1, 2)).min() > 0.01
    with torch.inference_mode():
        assert torch.equal(trained.network(inputs), before)
