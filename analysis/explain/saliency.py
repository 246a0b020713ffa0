"""Where a classifier looks: Grad-CAM for convolutional networks, attention rollout for ViTs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from captum.attr import LayerAttribution
from numpy.typing import NDArray
from torch import Tensor, nn

from analysis.explain.attention import attention_maps, mixes_tokens
from analysis.explain.borrowed import borrowed
from analysis.explain.grad_cam import LastFeatures, grad_cam
from analysis.explain.layers import (
    Convolution,
    convolutions,
    first_and_deepest,
    named,
    run_order,
)
from analysis.explain.rollout import fits, patch_shares, rollout
from bench.errors import UserError
from runners.models.trained import TrainedClassifier


@dataclass(frozen=True)
class Saliency:
    """Where a classifier looks in B images.

    `maps` float64 [B, S, S] in [0, 1]: 1 at the place that matters most in the image, or all 0
    where no place speaks for the class. `method` says in a few words how they came about, and how
    fine they really are.
    """

    maps: NDArray[np.float64]
    method: str


@dataclass(frozen=True)
class _Question:
    """What is asked: images [B, 3, S, S], the class that each is asked about, the convolutions."""

    network: nn.Module
    passed: tuple[Convolution, ...]
    inputs: Tensor
    targets: Tensor

    @property
    def image_size(self) -> int:
        return self.inputs.shape[-1]


def saliency(
    trained: TrainedClassifier, inputs: Tensor, targets: Sequence[int], layer: str | None = None
) -> Saliency:
    """Where a classifier looks when it says what it says.

    A network of convolutions is asked by Grad-CAM at its deepest one; a ViT by attention rollout,
    which does not depend on the class. A transformer whose attention cannot be followed, such as
    Swin's in its windows, is asked by Grad-CAM at its last feature map, if it has one.

    Args:
        trained: the classifier; its network is left as it was.
        inputs: float32 [B, 3, S, S], normalised.
        targets: the class that each image is asked about, B rows of `trained.classes`.
        layer: a convolution to take Grad-CAM at, whatever the network is.

    Raises:
        UserError: the network is of neither kind, or has no convolution of that name.
    """
    passed = convolutions(trained.network, trained.image_size)
    question = _Question(trained.network, passed, inputs, torch.tensor(list(targets)))
    if layer is not None:
        return _at_convolution(question, named(passed, [layer])[0])
    for way in _ways(trained.network, trained.image_size):
        found = way(question)
        if found is not None:
            return found
    raise UserError(
        f"{trained.name}: its network is neither convolutional nor a transformer whose attention "
        "or last feature map can be followed, so that there is no saliency map"
    )


def _ways(
    network: nn.Module, image_size: int
) -> tuple[Callable[[_Question], Saliency | None], ...]:
    """The ways to find out that suit a network, best first."""
    order = run_order(network, image_size, lambda one: mixes_tokens(one) or _has_kernels(one))
    attends = [mixes_tokens(module) for _, module, _, _ in order]
    if any(attends) and attends == sorted(attends):
        return _by_rollout, _at_last_features  # convolutions only cut the image into patches
    if attends and attends[-1]:
        return _at_last_features, _at_deepest
    return _at_deepest, _at_last_features


def _has_kernels(module: nn.Module) -> bool:
    return isinstance(module, nn.Conv2d) and module.kernel_size != (1, 1)


def _by_rollout(question: _Question) -> Saliency | None:
    """Attention rollout; None where the attention is not of all patches to all."""
    if not question.passed:
        return None
    grid = question.passed[-1].map_size
    attention = attention_maps(question.network, question.inputs)
    if not fits(attention, len(question.inputs), grid):
        return None
    reads_class_token = getattr(question.network, "global_pool", "token") == "token"
    shares = patch_shares(rollout(attention), grid, reads_class_token)
    # Every patch reaches the head a little; what counts is by how much more than the least.
    above_least = shares - shares.amin(dim=(1, 2), keepdim=True)
    return Saliency(_enlarged(above_least, question), f"attention rollout, {_size(grid)} patches")


def _at_deepest(question: _Question) -> Saliency | None:
    """Grad-CAM at the deepest convolution; None where all that there are cut into patches."""
    if not any(one.is_spatial and not one.is_patch_embedding for one in question.passed):
        return None
    return _at_convolution(question, first_and_deepest(question.passed)[-1])


def _at_convolution(question: _Question, at: Convolution) -> Saliency:
    found = grad_cam(question.network, at.module, question.inputs, question.targets)
    return Saliency(
        _enlarged(found, question), f"Grad-CAM at {at.name}, {_size(at.map_size)} cells"
    )


def _at_last_features(question: _Question) -> Saliency | None:
    """Grad-CAM where a network of timm's, or torchvision's Swin, ends in a map; else None."""
    from torchvision.models import SwinTransformer

    network = question.network
    layer = getattr(network, "permute", None)  # of torchvision's Swin: to channels first
    if not isinstance(network, SwinTransformer) or not isinstance(layer, nn.Module):
        if not _ends_in_a_map(network, question.image_size):
            return None
        network = LastFeatures(network)
        layer = network.features
    found = grad_cam(network, layer, question.inputs, question.targets)
    method = f"Grad-CAM at the last feature map, {_size(found.shape[1:])} cells"
    return Saliency(_enlarged(found, question), method)


def _ends_in_a_map(network: Any, image_size: int) -> bool:
    """Whether timm's split into features and head is there, and the features are [B, ·, ·, ·]."""
    if not hasattr(network, "forward_features") or not hasattr(network, "forward_head"):
        return False
    with borrowed(network), torch.inference_mode():
        found = network.forward_features(torch.zeros(1, 3, image_size, image_size))
    return isinstance(found, Tensor) and found.dim() == 4


def _enlarged(maps: Tensor, question: _Question) -> NDArray[np.float64]:
    """Enlarges [B, h, w] to the images' size, and scales each map so that its largest is 1."""
    side = question.image_size
    large: Any = LayerAttribution.interpolate(
        maps[:, None], (side, side), interpolate_mode="bilinear"
    )
    found = large[:, 0].double()
    largest = found.amax(dim=(1, 2), keepdim=True)
    scaled = found / torch.where(largest > 0, largest, 1.0)
    return np.asarray(scaled.clamp(0, 1).numpy(), dtype=np.float64)


def _size(size: Sequence[int]) -> str:
    return f"{size[0]} × {size[1]}"
