"""The files of named weights: in the hub's cache already, or fetched into it."""

import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from bench.errors import UserError, nearest
from bench.experiments.spec import Experiment
from bench.results.atomic import sha256_file
from runners.models.build import place

_FILES = ("model.safetensors", "pytorch_model.bin")
_DEFAULT = "pretrained"


@dataclass(frozen=True)
class WeightsFile:
    """Where weights are published, '' for a file of the user's, and where they are here, if so."""

    address: str
    path: Path | None


def torchvision_file(experiment: Experiment, name: str) -> Path:
    """The file of a torchvision model's named weights, as torch.hub's cache keeps it.

    Raises:
        UserError: for an unknown set, a file whose checksum is not the published one, or a hub
            that can't be reached.
    """
    found = find_torchvision(experiment, name)
    if found.path is not None:
        return found.path
    file, digest = _in_torch_hub(found.address)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(found.address, str(file), digest, progress=False)
    except (OSError, RuntimeError) as error:
        raise _unreachable(experiment, found.address, file, error) from None
    return file


def find_torchvision(experiment: Experiment, name: str) -> WeightsFile:
    """Looks for the same file without fetching it.

    Raises:
        UserError: for an unknown set, or a file whose checksum is not the published one.
    """
    address = str(_torchvision_weights(experiment, name).url)
    file, digest = _in_torch_hub(address)
    if not file.is_file():
        return WeightsFile(address, None)
    if not sha256_file(file).startswith(digest):
        raise UserError(
            f"{file}: is not the file that was published (its SHA-256 should start with "
            f"{digest}); remove it, or get it again from {address}"
        )
    return WeightsFile(address, file)


def _in_torch_hub(address: str) -> tuple[Path, str]:
    """Where torch.hub's cache keeps a file, and what its SHA-256 starts with."""
    file = Path(str(torch.hub.get_dir())) / "checkpoints" / address.rpartition("/")[2]
    return file, file.stem.rpartition("-")[2]


def torchvision_normalization(experiment: Experiment, name: str) -> tuple[list[float], list[float]]:
    """Mean and deviation that a torchvision model's named weights were trained with."""
    preset = _torchvision_weights(experiment, name).transforms()
    return list(preset.mean), list(preset.std)


def _torchvision_weights(experiment: Experiment, name: str) -> Any:
    from torchvision import models

    sets = models.get_model_weights(name)
    wanted = experiment.weights
    if wanted == _DEFAULT:
        return sets["DEFAULT"]
    known = [*sets.__members__]
    if wanted not in known:
        raise _unknown_set(experiment, known)
    return sets[wanted]


def timm_file(experiment: Experiment, name: str) -> Path:
    """The file of a timm model's weights, as the Hugging Face cache keeps it.

    `pretrained` means the set that timm prefers, or that `model` names behind a dot.

    Raises:
        UserError: for an unknown set, or a hub that can't be reached.
    """
    from huggingface_hub import hf_hub_download

    found = find_timm(experiment, name)
    if found.path is not None:
        return found.path
    try:
        _reach(found.address)
        return Path(hf_hub_download(_timm_repository(experiment, name), _FILES[0]))
    except Exception as error:  # noqa: BLE001 - the hub's client raises many kinds
        raise _unreachable(experiment, found.address, None, error) from None


def find_timm(experiment: Experiment, name: str) -> WeightsFile:
    """Looks for the same file without fetching it.

    Raises:
        UserError: for an unknown set.
    """
    from huggingface_hub import hf_hub_url, try_to_load_from_cache

    repository = _timm_repository(experiment, name)
    cached = (try_to_load_from_cache(repository, file) for file in _FILES)
    path = next((Path(one) for one in cached if isinstance(one, str)), None)
    return WeightsFile(hf_hub_url(repository, _FILES[0]), path)


def _timm_repository(experiment: Experiment, name: str) -> str:
    return str(_timm_config(experiment, name).hf_hub_id)


def timm_normalization(experiment: Experiment, name: str) -> tuple[list[float], list[float]]:
    """Mean and deviation that a timm model's named weights were trained with."""
    config = _timm_config(experiment, name)
    return list(config.mean), list(config.std)


def _reach(address: str) -> None:
    """Asks for the file's head once, since the hub's client asks six times before it gives up."""
    request = urllib.request.Request(address, method="HEAD")  # noqa: S310 - the hub's own address
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310
        pass


def _timm_config(experiment: Experiment, name: str) -> Any:
    """What timm knows of the weights; always with a place on the hub."""
    from timm.models import get_pretrained_cfg, list_pretrained

    architecture, _, tag = name.partition(".")
    if experiment.weights != _DEFAULT:
        tag = experiment.weights
    try:
        config = get_pretrained_cfg(f"{architecture}.{tag}" if tag else architecture)
    except RuntimeError:  # an unknown tag
        config = None
    if config is None or not config.hf_hub_id:
        known = [one.partition(".")[2] for one in list_pretrained(f"{architecture}.*")]
        raise _unknown_set(experiment, known)
    return config


def _unknown_set(experiment: Experiment, known: list[str]) -> UserError:
    return UserError(
        f"{place(experiment, 'weights')}: {experiment.model} has no such weights"
        f"{nearest(experiment.weights, ['none', _DEFAULT, *known])}"
    )


def _unreachable(
    experiment: Experiment, address: str, where: Path | None, error: Exception
) -> UserError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
    put = f"put it at {where}, or put it anywhere" if where else "put it anywhere"
    file = address.rpartition("/")[2]
    return UserError(
        f"{place(experiment, 'weights')}: cannot be fetched ({reason}); get {address} on a machine "
        f'that can, {put} and name your copy: weights = "path/to/{file}"'
    )
