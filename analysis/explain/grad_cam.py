"""Grad-CAM: which places of a feature map speak for a class.

Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
Localization", ICCV 2017, arXiv 1610.02391, equations 1 and 2; computed by captum.
"""

from typing import Any

from captum.attr import LayerGradCam
from torch import Tensor, nn

from analysis.explain.borrowed import borrowed


def grad_cam(network: nn.Module, layer: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
    """Grad-CAM at a layer.

    Args:
        network: a classifier; is left as it was.
        layer: a module in it, whose output is [B, channels, h, w].
        inputs: float32 [B, 3, S, S], normalised.
        targets: the class that each image is asked about, int64 [B].

    Returns:
        [B, h, w]: the layer's channels, each weighted by the mean of its gradient, summed; what
        speaks against the class counts as 0.
    """
    with borrowed(network):
        found = LayerGradCam(network, layer).attribute(
            inputs, target=targets, relu_attributions=True
        )
    assert isinstance(found, Tensor)
    return found.detach()[:, 0]


class LastFeatures(nn.Module):
    """A network of timm's, with the same logits, whose last feature map can be watched.

    Its module `features` puts out that map channels first, where `grad_cam` can be taken, also
    where the network itself has channels last, such as Swin.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network: Any = network
        self.features = nn.Identity()
        self.channels_last = getattr(network, "output_fmt", None) == "NHWC"

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits [B, n_classes]."""
        found = self.network.forward_features(inputs)
        if self.channels_last:
            found = self.features(found.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        else:
            found = self.features(found)
        logits = self.network.forward_head(found)
        assert isinstance(logits, Tensor)
        return logits
