"""Builds the classifier that an experiment names: of torchvision or timm, or one of our own."""

import inspect
from typing import Any

import torch
from torch import nn

from bench.errors import UserError, nearest
from bench.experiments.spec import Experiment
from runners.models import embedded
from runners.models.blocks import Block, blocks_of
from runners.models.embedded.networks import build_embedded

LIBRARIES = ("torchvision", "timm", "embedded")
# These two warn about their slow initialisation unless told, and have heads that only train.
_INCEPTIONS = ("googlenet", "inception_v3")


def place(experiment: Experiment, key: str) -> str:
    """How an error names a setting: `experiment.resnet18-baseline.model = 'x'`."""
    return f"experiment.{experiment.name}.{key} = {getattr(experiment, key)!r}"


def split_name(experiment: Experiment) -> tuple[str, str]:
    """The library and the model's name in it.

    Raises:
        UserError: for another library, and for a name that the library does not know.
    """
    library, colon, name = experiment.model.partition(":")
    if not colon or library not in LIBRARIES:
        hint = nearest(library, LIBRARIES) if colon else ""
        raise UserError(
            f"{place(experiment, 'model')}: should be torchvision:NAME, timm:NAME or "
            f"embedded:NAME{hint}"
        )
    known = _known_names(library)
    plain_name = name.partition(".")[0] if library == "timm" else name
    if plain_name not in known:
        raise UserError(
            f"{place(experiment, 'model')}: {library} has no classifier {name!r}"
            f"{nearest(name, known)}"
        )
    return library, name


def _known_names(library: str) -> list[str]:
    if library == "embedded":
        return list(embedded.NAMES)
    if library == "timm":
        import timm

        return list(timm.list_models())
    from torchvision import models

    return list(models.list_models(module=models))


def build_network(experiment: Experiment, n_classes: int, image_size: int) -> nn.Module:
    """The network with a head for `n_classes`, randomly initialised from torch's generator.

    Args:
        experiment: its `model`.
        n_classes: outputs of the head.
        image_size: side of the square images in pixels; sizes position embeddings and windows.

    Raises:
        UserError: where the library cannot build the model at this image size.
    """
    library, name = split_name(experiment)
    try:
        if library == "timm":
            return _build_timm(name, n_classes, image_size)
        if library == "embedded":
            return build_embedded(name, n_classes, image_size)
        return _build_torchvision(name, n_classes, image_size, experiment.weights != "none")
    except NotImplementedError:
        raise  # torch's word for what meta tensors can't do
    except (AssertionError, ValueError, RuntimeError, TypeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UserError(
            f"{place(experiment, 'model')}: {library} cannot build it for images of "
            f"{image_size} pixels and {n_classes} classes: {reason}"
        ) from error


def build_skeleton(experiment: Experiment, n_classes: int, image_size: int) -> nn.Module:
    """The same network without memory for its tensors, where the model allows it: to check with."""
    try:
        with torch.device("meta"):
            return build_network(experiment, n_classes, image_size)
    except NotImplementedError:
        return build_network(experiment, n_classes, image_size)


def _build_timm(name: str, n_classes: int, image_size: int) -> nn.Module:
    import timm

    # Only some models take the size, and only the model's class says so.
    with torch.device("meta"):
        probe = timm.create_model(name, pretrained=False)
    sized = "img_size" in inspect.signature(type(probe).__init__).parameters
    extra: dict[str, Any] = {"img_size": image_size} if sized else {}
    network = timm.create_model(name, pretrained=False, num_classes=n_classes, **extra)
    assert isinstance(network, nn.Module)
    return network


def _build_torchvision(name: str, n_classes: int, image_size: int, pretrained: bool) -> nn.Module:
    from torchvision import models

    builder = models.get_model_builder(name)
    extra: dict[str, Any] = {}
    if name.startswith("vit_"):
        extra["image_size"] = image_size
    elif name == "maxvit_t":
        extra["input_size"] = (image_size, image_size)
    elif name in _INCEPTIONS:
        # Their published weights expect inputs that the network renormalises itself.
        extra |= {"aux_logits": False, "init_weights": True, "transform_input": pretrained}
    network = builder(weights=None, num_classes=n_classes, **extra)
    assert isinstance(network, nn.Module)
    return network


def build_blocks(experiment: Experiment, network: nn.Module) -> tuple[Block, ...]:
    """The network's ordered blocks.

    Raises:
        UserError: where it does not fall into a trunk and a head.
    """
    try:
        return blocks_of(network)
    except ValueError as error:
        raise UserError(f"{place(experiment, 'model')}: {error}") from None
