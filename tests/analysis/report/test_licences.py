"""The licence of the weights that a run began with is known, or said to be unknown."""

import pytest

from analysis.report.licences import licence_of


def told(model, source, **recorded):
    weights = {"source": source, **recorded}
    return licence_of({"experiment": {"model": model, "weights": source}, "weights": weights})


@pytest.mark.parametrize(
    ("model", "source", "words"),
    [
        ("torchvision:resnet18", "none", "no other work"),
        ("embedded:vit_slim_patch8", "embedded:vit_slim_patch8", "MIT"),
        ("embedded:vit_slim_patch8", "pretrained", "MIT"),
        ("torchvision:resnet18", "IMAGENET1K_V1", "non-commercial research"),
        ("torchvision:resnet18", "pretrained", "BSD-3-Clause"),
        ("torchvision:vit_b_16", "IMAGENET1K_SWAG_E2E_V1", "SWAG/blob/main/LICENSE"),
        ("torchvision:vit_h_14", "pretrained", "SWAG/blob/main/LICENSE"),
        ("torchvision:vit_b_16", "pretrained", "BSD-3-Clause"),
        ("torchvision:resnet18", "OF_ANOTHER_VERSION", "BSD-3-Clause"),
        ("timm:vit_base_patch16_224", "pretrained", "apache-2.0"),
        ("timm:vit_small_patch14_dinov2", "lvd142m", "vit_small_patch14_dinov2.lvd142m"),
        ("timm:vit_small_patch14_dinov2.lvd142m", "pretrained", "apache-2.0"),
        ("timm:vit_base_patch16_224", "unheard_of", "no licence on record"),
    ],
)
def test_it_is_what_is_on_record(model, source, words):
    assert words in told(model, source)


@pytest.mark.parametrize("model", ["timm:vit_base_patch16_224", "embedded:resnet18_slim"])
def test_a_file_of_the_users_is_unknown_and_its_folder_nobodys_business(model):
    text = told(model, "/home/ada/secret/best.safetensors", sha256="0123abcd")
    assert "not known" in text
    assert "best.safetensors (SHA-256 0123abcd)" in text
    assert "ada" not in text
