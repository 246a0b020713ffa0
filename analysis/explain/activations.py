"""What a convolution looks for, and what it answers to an image."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from analysis.explain.borrowed import borrowed


def kernels(convolution: nn.Conv2d, n_filters: int) -> NDArray[np.float32]:
    """The weights of the first filters.

    Args:
        convolution: its weights are [filters, input channels, k, k].
        n_filters: how many, at most.

    Returns:
        Of a convolution that takes the colours of an image [n, k, k, 3]. A deeper one has a
        kernel for each of its many input channels; then it is their mean, [n, k, k].
    """
    weights = convolution.weight.detach()[:n_filters].float()
    takes_colours = convolution.in_channels == 3 and convolution.groups == 1
    shown = weights.permute(0, 2, 3, 1) if takes_colours else weights.mean(dim=1)
    return np.asarray(shown.numpy(), dtype=np.float32)


def activation_maps(
    network: nn.Module, names: Sequence[str], inputs: Tensor
) -> dict[str, NDArray[np.float32]]:
    """What layers give for images, before any normalisation or activation that follows.

    Args:
        network: a classifier; is left as it was.
        names: of the layers, dotted.
        inputs: float32 [B, 3, S, S], normalised.

    Returns:
        For each layer [B, filters, h, w].
    """
    found: dict[str, NDArray[np.float32]] = {}

    def keep(name: str, _module: nn.Module, _inputs: object, output: Tensor) -> None:
        # A copy: the next module may be one that works in place.
        found[name] = output.detach().float().clone().numpy()

    with borrowed(network) as handles, torch.inference_mode():
        for name in names:
            module = network.get_submodule(name)
            handles.append(module.register_forward_hook(partial(keep, name)))
        network(inputs)
    return found
