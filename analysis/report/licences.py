"""Under which licence the weights are that a run began with."""

from collections.abc import Mapping
from typing import Any

_TORCHVISION = (
    "torchvision's weights; the library is under BSD-3-Clause, and gives the weights no licence "
    "of their own: ImageNet, on which they were trained, is for non-commercial research"
)
_UNKNOWN = (
    "not known: they were read from a file, {file} (SHA-256 {sha256}); ask whoever made it, before "
    "these weights are passed on"
)
_OWN = "MIT, as trackbench, which they came with"
_NONE = "trained from random weights, so no other work is in them"


def licence_of(spec: Mapping[str, Any]) -> str:
    """What is known of the licence of the pretrained weights that are in a run's weights.

    torchvision and timm: the licence that the installed version has on record for the set; where
    torchvision has none, its own page on pretrained models leaves it to the user. Never guessed.

    Args:
        spec: run.json.
    """
    library, _, name = spec["experiment"]["model"].partition(":")
    weights = spec.get("weights", {})
    source = str(weights.get("source", spec["experiment"].get("weights", "none")))
    if source == "none":
        return _NONE
    # What the package itself and a file of the user's are called, whatever the model.
    if source.startswith("embedded:") or (library == "embedded" and not _is_file(source)):
        return _OWN
    if _is_file(source):
        digest = str(weights.get("sha256", "not recorded"))
        return _UNKNOWN.format(file=source.replace("\\", "/").rpartition("/")[2], sha256=digest)
    return (_of_torchvision if library == "torchvision" else _of_timm)(name, source)


def _is_file(source: str) -> bool:
    from bench.experiments.layers import is_weights_file

    return bool(is_weights_file(source))


def _of_torchvision(name: str, source: str) -> str:
    """What torchvision has on record for a set of weights; of most it has nothing."""
    from torchvision.models import get_model_weights

    try:
        known = get_model_weights(name)
        chosen = known["DEFAULT" if source == "pretrained" else source]
    except (KeyError, ValueError):  # of another version of torchvision
        return _TORCHVISION
    licence = chosen.meta.get("license")
    return f"torchvision's weights {name}.{chosen.name}: {licence}" if licence else _TORCHVISION


def _of_timm(name: str, source: str) -> str:
    """What timm has on record for a set of weights."""
    from timm.models import get_pretrained_cfg

    architecture, _, tag = name.partition(".")
    tag = tag if source == "pretrained" else source
    full = f"{architecture}.{tag}" if tag else architecture
    try:
        config = get_pretrained_cfg(full)
    except RuntimeError:  # an unknown tag
        config = None
    if config is None or not config.license:
        return f"timm's weights {full}; the installed timm has no licence on record for them"
    where = f", see https://huggingface.co/{config.hf_hub_id}" if config.hf_hub_id else ""
    return f"timm's weights {config.architecture}.{config.tag}: {config.license}{where}"
