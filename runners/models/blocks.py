"""A model as ordered blocks, input to output: stem or embed, the trunk's blocks, head.

timm's models say themselves how their parameters are grouped (`group_matcher`); torchvision's are
taken apart by their children. The final norm belongs to the last block of the trunk, tokens and
position embeddings to the first.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from torch import nn

HEAD = "head"
# Children that only hold the trunk's blocks in a row: their children are the blocks.
_CONTAINERS = ("features", "encoder", "encoder.layers", "layers", "blocks", "trunk_output")
_NORMS = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm)


@dataclass(frozen=True)
class Block:
    """A part of a model: its parameters and modules, by their dotted names in the model.

    Every parameter is in exactly one block. A module that holds parameters of several blocks is
    in none; one without parameters is in the block that it stands in or follows.
    """

    name: str
    parameters: tuple[str, ...]
    modules: tuple[str, ...]


def blocks_of(model: nn.Module) -> tuple[Block, ...]:
    """The ordered blocks of a classifier of timm or torchvision; the last is `head`.

    Raises:
        ValueError: where the model does not fall into a trunk and a head.
    """
    groups = _timm_groups(model) if hasattr(model, "group_matcher") else _torchvision_groups(model)
    if len(groups) < 2:
        raise ValueError("its parameters do not fall into a trunk and a head")
    modules = _modules_by_block(model, groups)
    return tuple(
        Block(name, tuple(parameters), tuple(modules[name])) for name, parameters in groups.items()
    )


def _timm_groups(model: nn.Module) -> dict[str, list[str]]:
    from timm.models import group_parameters

    matcher = model.group_matcher(coarse=True)  # type: ignore[operator] # torch types it a Tensor
    grouped = group_parameters(model, matcher)
    head = set(_timm_head(model))
    trunk = [[name for name in names if name not in head] for _, names in sorted(grouped.items())]
    trunk = [names for names in trunk if names]
    order = [name for name, _ in model.named_parameters()]
    last_block = max((i for i, names in enumerate(trunk) if _block_name(names[0])), default=0)
    for names in trunk[last_block + 1 :]:
        trunk[last_block] += names
    groups = _named(trunk[: last_block + 1])
    groups[HEAD] = [name for name in order if name in head]
    return groups


def _timm_head(model: nn.Module) -> Iterator[str]:
    """The names of the classifier's own parameters (two classifiers where one was distilled)."""
    classifier = model.get_classifier()  # type: ignore[operator] # likewise
    parts = classifier if isinstance(classifier, tuple) else (classifier,)
    own = {id(parameter) for part in parts for parameter in part.parameters()}
    return (name for name, parameter in model.named_parameters() if id(parameter) in own)


def _named(trunk: list[list[str]]) -> dict[str, list[str]]:
    """Names the groups after their modules, the first one `embed` or `stem`."""
    tokens = any(word in name for name in trunk[0] for word in ("embed", "token"))
    names = ["embed" if tokens else "stem", *(_block_name(group[0]) for group in trunk[1:])]
    if len(set(names)) < len(names) or not all(names):
        names = [names[0], *(f"block{i}" for i in range(1, len(trunk)))]
    return dict(zip(names, trunk, strict=True))


def _block_name(parameter: str) -> str:
    """`blocks.3.attn.qkv.weight` -> `blocks.3`: up to the first part that ends in a number."""
    parts = parameter.split(".")[:-1]
    lead = list(takewhile(lambda part: not re.search(r"\d$", part), parts))
    return ".".join(parts[: len(lead) + 1]) if len(lead) < len(parts) else ""


def _torchvision_groups(model: nn.Module) -> dict[str, list[str]]:
    units = [(name, module) for name, module in _units(model, "") if list(module.parameters())]
    head_name, head = units[-1]
    groups: dict[str, list[str]] = {}
    current = ""
    for name, module in units[:-1]:
        if not groups or not isinstance(module, _NORMS):
            current = name
            groups[current] = []
        groups[current] += [f"{name}.{key}" for key, _ in module.named_parameters()]
    first = next(iter(groups), "")
    loose = _loose_parameters(model, {*_all_names(groups), *_prefixed(head_name, head)})
    if loose:
        groups[first] = [*loose, *groups[first]]
    embeds = any(word in name for name in groups.get(first, ()) for word in ("token", "pos_emb"))
    renamed = {
        ("embed" if embeds else "stem") if name == first else name: parameters
        for name, parameters in groups.items()
    }
    return {**renamed, HEAD: _prefixed(head_name, head)}


def _all_names(groups: dict[str, list[str]]) -> Iterable[str]:
    """All parameter names of all groups."""
    return (name for names in groups.values() for name in names)


def _prefixed(prefix: str, module: nn.Module) -> list[str]:
    return [f"{prefix}.{key}" for key, _ in module.named_parameters()]


def _loose_parameters(model: nn.Module, taken: set[str]) -> list[str]:
    return [name for name, _ in model.named_parameters() if name not in taken]


def _units(module: nn.Module, path: str) -> Iterator[tuple[str, nn.Module]]:
    for key, child in module.named_children():
        name = f"{path}.{key}" if path else key
        if name in _CONTAINERS:
            yield from _units(child, name)
        else:
            yield name, child


def _modules_by_block(model: nn.Module, groups: dict[str, list[str]]) -> dict[str, list[str]]:
    block_of = {name: block for block, names in groups.items() for name in names}
    owner: dict[str, str | None] = {}
    trunk_end = list(groups)[-2]
    following = next(iter(groups))
    for name, module in model.named_modules():
        blocks = {block_of[f"{name}.{key}" if name else key] for key, _ in _parameters(module)}
        parent = owner.get(name.rpartition(".")[0])
        if len(blocks) == 1:
            owner[name] = blocks.pop()
            following = HEAD if owner[name] == trunk_end else owner[name] or following
        elif blocks:
            owner[name] = None
        else:
            owner[name] = parent or following
    return {
        block: [name for name, owned_by in owner.items() if owned_by == block] for block in groups
    }


def _parameters(module: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    return module.named_parameters(remove_duplicate=False)
