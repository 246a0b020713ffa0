"""Models by name, at any image size, and as ordered blocks."""

import pytest
import torch

from bench.errors import UserError
from bench.experiments.spec import Experiment
from runners.models.build import build_blocks, build_network, build_skeleton
from runners.preparation import check_experiment, normalization


def block_names(model, image_size=64):
    experiment = Experiment("x", model)
    return [b.name for b in build_blocks(experiment, build_skeleton(experiment, 3, image_size))]


RESNET = ["stem", "layer1", "layer2", "layer3", "layer4", "head"]


@pytest.mark.parametrize(
    ("model", "names"),
    [
        ("torchvision:resnet18", RESNET),
        ("timm:resnet18", RESNET),
        ("timm:vit_tiny_patch16_224", ["embed", *(f"blocks.{i}" for i in range(12)), "head"]),
        (
            "timm:swin_tiny_patch4_window7_224",
            ["embed", *(f"layers.{i}" for i in range(4)), "head"],
        ),
        ("timm:convnext_atto", ["stem", *(f"stages.{i}" for i in range(4)), "head"]),
        ("timm:efficientnet_b0", ["stem", *(f"blocks.{i}" for i in range(7)), "head"]),
        ("torchvision:efficientnet_b0", ["stem", *(f"features.{i}" for i in range(1, 9)), "head"]),
        (
            "torchvision:vit_b_16",
            ["embed", *(f"encoder.layers.encoder_layer_{i}" for i in range(12)), "head"],
        ),
        (
            "torchvision:regnet_y_400mf",
            ["stem", *(f"trunk_output.block{i}" for i in range(1, 5)), "head"],
        ),
    ],
)
def test_blocks_are_named_and_ordered_from_input_to_output(model, names):
    assert block_names(model) == names


@pytest.mark.parametrize(
    ("model", "norm"),
    [
        ("timm:vit_tiny_patch16_224", "norm.weight"),
        ("timm:swin_tiny_patch4_window7_224", "norm.weight"),
        ("timm:convnext_atto", "head.norm.weight"),
        ("torchvision:vit_b_16", "encoder.ln.weight"),
        ("torchvision:swin_t", "norm.weight"),
        ("torchvision:densenet121", "features.norm5.weight"),
    ],
)
def test_the_final_norm_belongs_to_the_last_block(model, norm):
    experiment = Experiment("x", model)
    blocks = build_blocks(experiment, build_skeleton(experiment, 3, 64))
    assert norm in blocks[-2].parameters


@pytest.mark.parametrize("model", ["timm:vit_tiny_patch16_224", "torchvision:vit_b_16"])
def test_a_vit_takes_the_suites_image_size_and_classes(model):
    network = build_network(Experiment("x", model), 5, 32)
    with torch.inference_mode():
        assert network.eval()(torch.zeros(2, 3, 32, 32)).shape == (2, 5)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("resnet18", "should be torchvision:NAME, timm:NAME or embedded:NAME"),
        ("torchvison:resnet18", "did you mean 'torchvision'?"),
        ("torchvision:resnet81", "did you mean 'resnet18'?"),
        ("torchvision:fasterrcnn_resnet50_fpn", "has no classifier"),
        ("timm:vit_tiny_patch16_244", "did you mean 'vit_tiny_patch16_224'?"),
    ],
)
def test_an_unknown_model_is_one_line_with_the_nearest_name(model, said):
    with pytest.raises(UserError) as caught:
        build_network(Experiment("mine", model), 3, 32)
    assert str(caught.value).startswith(f"experiment.mine.model = {model!r}: ")
    assert said in str(caught.value)


def test_an_image_size_that_the_model_cannot_take_is_one_line():
    with pytest.raises(UserError, match="cannot build it for images of 40 pixels") as caught:
        build_network(Experiment("x", "torchvision:vit_b_16"), 3, 40)
    assert len(str(caught.value).splitlines()) == 1


def test_a_size_that_only_shows_in_the_forward_pass_is_found_before_the_run():
    with pytest.raises(UserError, match="cannot take images of 16 pixels") as caught:
        check_experiment(Experiment("x", "torchvision:alexnet"), 3, 16)
    assert len(str(caught.value).splitlines()) == 1


def test_normalization_is_imagenets_or_the_models_own():
    vit = Experiment("x", "timm:vit_tiny_patch16_224", weights="pretrained", normalize="model")
    network = build_skeleton(vit, 3, 32)
    assert normalization(vit, network).mean == (0.5, 0.5, 0.5)
    recipe = Experiment("x", "timm:vit_tiny_patch16_224", weights="pretrained")
    assert normalization(recipe, network).mean == (0.485, 0.456, 0.406)
    dino = Experiment("x", "timm:vit_base_patch16_224", weights="dino", normalize="model")
    assert normalization(dino, build_skeleton(dino, 3, 32)).mean == (0.485, 0.456, 0.406)
    resnet = Experiment("x", "torchvision:resnet18", weights="IMAGENET1K_V1", normalize="model")
    assert normalization(resnet, build_skeleton(resnet, 3, 32)).std == (0.229, 0.224, 0.225)
