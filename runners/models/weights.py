"""Pretrained weights: where their file is, and how it fits the network.

A hub's file is fetched once, into the hub's own cache; a run only ever reads files. Loading never
runs code from a file.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from bench.errors import UserError
from bench.experiments.layers import is_weights_file
from bench.experiments.spec import Experiment
from bench.results.atomic import sha256_file
from runners.models.build import place, split_name
from runners.models.embedded import embedded_file
from runners.models.hub import WeightsFile, find_timm, find_torchvision, timm_file, torchvision_file

State = dict[str, torch.Tensor]
# Keys under which training programs put the model's state in their checkpoints.
_WRAPPERS = ("state_dict", "model_state_dict", "model")


@dataclass(frozen=True)
class WeightsMatch:
    """How a weights file fits a network.

    Attributes:
        tensors: what is loaded, by the network's names.
        missing: of the network outside the head, not in the file; these stay random.
        unexpected: in the file, not of the network; these are left out.
        new_head: the head's tensors that are not taken from the file.
    """

    tensors: State
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    new_head: tuple[str, ...]


def locate(experiment: Experiment) -> Path | None:
    """The file of the experiment's weights, fetched from its hub if need be; None for `none`.

    Raises:
        UserError: for an unknown set, a file that is not there, or a hub that can't be reached,
            with where to get the file and where to put it.
    """
    if not is_named_set(experiment):
        return _own_file(experiment)
    library, name = split_name(experiment)
    if library == "timm":
        return timm_file(experiment, name)
    return torchvision_file(experiment, name)


def find_weights(experiment: Experiment) -> WeightsFile | None:
    """Looks where the weights are, and fetches nothing; None for `none`.

    Raises:
        UserError: for an unknown model or set, a file that is not there, or one in the cache that
            is not what was published.
    """
    library, name = split_name(experiment)
    if is_named_set(experiment):
        return (find_timm if library == "timm" else find_torchvision)(experiment, name)
    path = _own_file(experiment)
    return WeightsFile("", path) if path is not None else None


def _own_file(experiment: Experiment) -> Path | None:
    """The file that the experiment names, or the package's own; None for `none`."""
    if experiment.weights == "none":
        return None
    path = embedded_file(experiment) or Path(experiment.weights)
    if not path.is_file():
        raise UserError(f"{place(experiment, 'weights')}: there is no such file")
    return path


def is_named_set(experiment: Experiment) -> bool:
    """Whether the weights are a set that torchvision or timm knows by name."""
    is_file = is_weights_file(experiment.weights) or embedded_file(experiment) is not None
    return experiment.weights != "none" and not is_file


def read_state(path: Path) -> State:
    """The tensors in a .safetensors, .pth or .pt file, by name; wrappers are taken off.

    Raises:
        UserError: where it is no such file, or holds more than tensors and plain data.
    """
    try:
        if path.suffix.lower() == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001 - the loaders raise many kinds for a broken file
        reason = str(error).strip().splitlines()[0][:160] if str(error).strip() else "is empty"
        raise UserError(f"{path}: is no weights file that can be read safely: {reason}") from None
    return _unwrapped(content, path)


def _unwrapped(content: Any, path: Path) -> State:
    for key in _WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    tensors = (
        {str(key): value for key, value in content.items() if isinstance(value, torch.Tensor)}
        if isinstance(content, Mapping)
        else {}
    )
    if not tensors:
        raise UserError(f"{path}: holds no tensors by name; a model's state_dict is needed")
    return {key.removeprefix("module."): value for key, value in tensors.items()}


def match(network: nn.Module, state: State, head: frozenset[str], source: str) -> WeightsMatch:
    """Fits a file's tensors to the network: renamed and resized by timm where it knows how.

    Args:
        network: the network to load into; only names and shapes are read (meta tensors serve).
        state: the file's tensors.
        head: names of the head's parameters, which may differ in shape or be missing.
        source: how errors name the file and the setting.

    Raises:
        UserError: where a tensor outside the head has another shape, or where most are missing.
    """
    try:
        state = _adapted(network, state)
    except Exception as error:  # noqa: BLE001 - what timm's conversions raise is not declared
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:120]
        raise UserError(f"{source}: these are another network's weights ({reason})") from None
    wanted = network.state_dict()
    tensors: State = {}
    for name, tensor in state.items():
        if name not in wanted:
            continue
        if tensor.shape == wanted[name].shape:
            tensors[name] = tensor
        elif name not in head:
            raise UserError(
                f"{source}: {name} has shape {list(tensor.shape)}, and the network's is "
                f"{list(wanted[name].shape)}: these are another network's weights"
            )
    backbone = [name for name in wanted if name not in head]
    missing = tuple(name for name in backbone if name not in tensors)
    if len(missing) > len(backbone) / 2:
        raise UserError(
            f"{source}: {len(missing)} of the network's {len(backbone)} tensors are not in it "
            f"(such as {missing[0]}): these are another network's weights"
        )
    return WeightsMatch(
        tensors=tensors,
        missing=missing,
        unexpected=tuple(name for name in state if name not in wanted),
        new_head=tuple(name for name in wanted if name in head and name not in tensors),
    )


def _adapted(network: nn.Module, state: State) -> State:
    adapt = _timm_filter(network)
    if adapt is not None:
        return adapt(state, network)
    name = "encoder.pos_embedding"  # of torchvision's ViT, whose grid is square behind one token
    position = network.state_dict().get(name)
    if position is not None and name in state and state[name].shape != position.shape:
        from timm.layers.pos_embed import resample_abs_pos_embed

        side = round((position.shape[1] - 1) ** 0.5)
        return {**state, name: resample_abs_pos_embed(state[name], [side, side])}
    return state


def _timm_filter(network: nn.Module) -> Callable[[State, nn.Module], State] | None:
    """The conversion of checkpoints that timm itself has for this architecture, if any."""
    import sys

    if not hasattr(network, "group_matcher"):
        return None
    return getattr(sys.modules[type(network).__module__], "checkpoint_filter_fn", None)


def load_weights(
    experiment: Experiment, network: nn.Module, head: frozenset[str]
) -> dict[str, object]:
    """Loads the experiment's weights into the network.

    Returns:
        What run.json records: `source`, `file`, `sha256`, and the names that are `missing`,
        `unexpected` or a `new_head`.
    """
    path = locate(experiment)
    if path is None:
        return {"source": "none"}
    found = match(network, read_state(path), head, place(experiment, "weights"))
    network.load_state_dict(found.tensors, strict=False)
    return {
        "source": experiment.weights,
        "file": os.fspath(path),
        "sha256": sha256_file(path),
        "missing": list(found.missing),
        "unexpected": list(found.unexpected),
        "new_head": list(found.new_head),
    }
