"""The embedded networks: ResNet-18 and ViT with all their blocks, at a fraction of their width."""

from torch import nn

_RESNET_CHANNELS = (24, 48, 96, 192)
_VIT_WIDTH = 96
_VIT_DEPTH = 12
_PATCH = 8


def build_embedded(name: str, n_classes: int, image_size: int) -> nn.Module:
    """One of the embedded networks, randomly initialised from torch's generator.

    `resnet18_slim`: the four stages of two basic blocks of a ResNet-18 (He et al. 2015), 24 to 192
    channels wide, with the stem and shortcuts of a ResNet-D (He et al. 2018); 1.6 M parameters.
    `vit_slim_patch8`: the twelve blocks of a ViT-B (Dosovitskiy et al. 2020), 96 wide, with three
    heads and patches of 8 pixels; 1.4 M parameters at 64 pixels.

    Args:
        name: one of `runners.models.embedded.NAMES`.
        n_classes: outputs of the head.
        image_size: side of the square images in pixels; the ViT's must be a multiple of 8.
    """
    if name == "resnet18_slim":
        return _resnet(n_classes)
    return _vit(n_classes, image_size)


def _resnet(n_classes: int) -> nn.Module:
    from timm.models.resnet import BasicBlock, ResNet

    network: nn.Module = ResNet(
        BasicBlock,  # type: ignore[arg-type] # timm means the class and says an instance
        (2, 2, 2, 2),
        num_classes=n_classes,
        stem_width=_RESNET_CHANNELS[0] // 2,
        stem_type="deep",
        avg_down=True,
        channels=_RESNET_CHANNELS,
    )
    return network


def _vit(n_classes: int, image_size: int) -> nn.Module:
    if image_size % _PATCH:
        raise ValueError(f"the image size must be a multiple of {_PATCH}")
    from timm.models.vision_transformer import VisionTransformer

    network = VisionTransformer(
        img_size=image_size,
        patch_size=_PATCH,
        embed_dim=_VIT_WIDTH,
        depth=_VIT_DEPTH,
        num_heads=3,
        num_classes=n_classes,
    )
    for block in network.blocks:
        # torch's fused attention is slow in bf16 on CPUs where tokens are few and narrow.
        block.attn.fused_attn = False  # type: ignore[union-attr] # torch types it a Tensor
    assert isinstance(network, nn.Module)
    return network
