"""Networks that are small enough to be worked out by hand, as trained classifiers."""

import numpy as np
import torch
from torch import nn

from runners.data.loader import Normalization
from runners.models.trained import TrainedClassifier

PLAIN = Normalization((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def trained(network, image_size, classes=("dark", "bright"), name="tiny"):
    """A network as `load_trained` would give it; images only become fractions of 255."""
    network.eval().requires_grad_(False)
    return TrainedClassifier(network, (), tuple(classes), PLAIN, image_size, name)


def random_images(n, side, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, side, side, 3), dtype=np.uint8)


def dot(side, row, column, size=4):
    """A black image with a white square, uint8 [S, S, 3]."""
    image = np.zeros((side, side, 3), dtype=np.uint8)
    image[row : row + size, column : column + size] = 255
    return image


class TinyConvNet(nn.Module):
    """Two convolutions, registered in the wrong order, a ReLU that works in place, a linear head.

    The weights are random unless `finds_bright`: then class 1 is what is bright, and class 0 the
    opposite.
    """

    def __init__(self, finds_bright=False):
        super().__init__()
        torch.manual_seed(0)
        self.head = nn.Linear(4, 2)
        self.deep = nn.Conv2d(6, 4, 3, padding=1)
        self.first = nn.Conv2d(3, 6, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        if finds_bright:
            for layer in (self.first, self.deep):
                nn.init.constant_(layer.weight, 0.1)
                nn.init.zeros_(layer.bias)
            self.head.weight.data = torch.tensor([[-1.0], [1.0]]).expand(2, 4).clone()
            nn.init.zeros_(self.head.bias)

    def forward(self, images):
        maps = self.relu(self.deep(self.relu(self.first(images))))
        return self.head(maps.mean(dim=(2, 3)))


def bright_seeking_vit(side=32, patch=8):
    """A ViT of one block whose class token attends to bright patches, and to nothing else.

    Dimension 0 of a token is its patch's brightness, dimension 1 marks the class token; the
    query is made of the mark and the key of the brightness.
    """
    from timm.models.vision_transformer import VisionTransformer

    vit = VisionTransformer(
        img_size=side, patch_size=patch, embed_dim=8, depth=1, num_heads=1, num_classes=2
    )
    with torch.no_grad():
        for parameter in vit.parameters():
            parameter.zero_()
        vit.patch_embed.proj.weight[0] = 1 / (3 * patch * patch)
        vit.cls_token[0, 0, 1] = 1.0
        block = vit.blocks[0]
        block.norm1 = nn.Identity()
        block.attn.qkv.weight[0, 1] = 10.0  # query from the mark
        block.attn.qkv.weight[8, 0] = 10.0  # key from the brightness
        vit.head.weight[1, 0] = 1.0
    return vit
