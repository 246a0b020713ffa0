"""The attention of a transformer's blocks: how much each token takes from each other one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from analysis.explain.borrowed import borrowed


def is_watchable(module: nn.Module) -> bool:
    """Whether it is attention whose weights can be seen: torch's own, or that of timm's blocks."""
    return isinstance(module, nn.MultiheadAttention) or "attn_drop" in dict(module.named_children())


def mixes_tokens(module: nn.Module) -> bool:
    """Whether it is attention of any kind, but for that which pools the last features."""
    name = type(module).__name__
    return "Pool" not in name and ("Attention" in name or is_watchable(module))


def attention_maps(network: nn.Module, inputs: Tensor) -> list[Tensor]:
    """Runs images through a network and keeps the attention of each block, input to output.

    Fused attention never holds its weights, so that it is switched off meanwhile.

    Args:
        network: a classifier; is left as it was.
        inputs: float32 [B, 3, S, S], normalised.

    Returns:
        A tensor a block, [B, heads, N, N] for usual attention over N tokens, rows sum to 1;
        empty where no block's attention can be watched.
    """
    found: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: object, output: Tensor) -> None:
        found.append(output.detach().float())

    def keep_second(_module: nn.Module, _inputs: object, output: tuple[Any, Tensor]) -> None:
        found.append(output[1].detach().float())

    with borrowed(network) as handles, _unfused(network), torch.inference_mode():
        for module in filter(is_watchable, network.modules()):
            if isinstance(module, nn.MultiheadAttention):
                handles.append(module.register_forward_pre_hook(_ask, with_kwargs=True))
                handles.append(module.register_forward_hook(keep_second))
            else:
                dropout = module.get_submodule("attn_drop")
                handles.append(dropout.register_forward_hook(keep))
        network(inputs)
    return found


def _ask(
    _module: nn.Module, inputs: tuple[Any, ...], options: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Has torch's attention return its weights, head by head."""
    return inputs, {**options, "need_weights": True, "average_attn_weights": False}


@contextmanager
def _unfused(network: nn.Module) -> Iterator[None]:
    fused: list[Any] = [
        module for module in network.modules() if getattr(module, "fused_attn", False) is True
    ]
    for module in fused:
        module.fused_attn = False
    try:
        yield
    finally:
        for module in fused:
            module.fused_attn = True
