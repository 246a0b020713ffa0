"""Which blocks train in which epoch, and a classifier that keeps the others frozen.

A schedule is a pure function of the epoch, so any epoch can be reproduced alone.
"""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

import torch
from torch import nn

from bench.errors import UserError, nearest
from bench.experiments.spec import Freezing
from runners.models.blocks import HEAD, Block


def trainable_blocks(
    freezing: Freezing | None, blocks: Sequence[str], epoch: int
) -> frozenset[str]:
    """The names of the blocks that train in this epoch (from 0); the head is always among them.

    Args:
        freezing: the schedule; None trains all.
        blocks: the model's block names, input to output, `head` last.
        epoch: counted from 0.
    """
    if freezing is None:
        return frozenset(blocks)
    if freezing.phases:
        phase = max((p for p in freezing.phases if p.epoch <= epoch), key=lambda p: p.epoch)
        return frozenset({HEAD, *_matching(phase.trainable, blocks)})
    trunk = [name for name in blocks if name != HEAD]
    count = freezing.trainable_blocks or 0
    if freezing.every_epochs is not None:
        count += freezing.add_blocks * (epoch // freezing.every_epochs)
    return frozenset({HEAD, *trunk[max(0, len(trunk) - count) :]})


def _matching(patterns: Iterable[str], blocks: Sequence[str]) -> list[str]:
    return [name for name in blocks if any(fnmatchcase(name, pattern) for pattern in patterns)]


def last_change(freezing: Freezing | None, blocks: Sequence[str], epoch: int) -> int:
    """The latest epoch, up to this one, in which the set of trainable blocks became what it is."""
    now = trainable_blocks(freezing, blocks, epoch)
    while epoch > 0 and trainable_blocks(freezing, blocks, epoch - 1) == now:
        epoch -= 1
    return epoch


def check_freezing(freezing: Freezing | None, blocks: Sequence[str], place: str) -> None:
    """Holds a schedule against the model's blocks.

    Raises:
        UserError: for a pattern that matches no block, and for more blocks than there are.
    """
    if freezing is None:
        return
    trunk = len(blocks) - 1
    if freezing.trainable_blocks is not None and freezing.trainable_blocks > trunk:
        raise UserError(
            f"{place}.trainable_blocks = {freezing.trainable_blocks}: the model has {trunk} blocks "
            f"besides the head ({_shown(blocks[:-1])})"
        )
    for number, phase in enumerate(freezing.phases):
        for pattern in phase.trainable:
            if not _matching([pattern], blocks):
                raise UserError(
                    f"{place}.phases.{number}.trainable: {pattern!r} matches no block"
                    f"{nearest(pattern, blocks)}"
                )


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 6 else f"{names[0]}, {names[1]}, … {names[-1]}"


class FreezableClassifier(nn.Module):
    """A classifier whose frozen blocks stay frozen, whatever calls `.train()`.

    A frozen block's parameters get no gradient, and all its modules are in eval mode: batch norms
    keep their statistics, dropout and stochastic depth are off. Nothing is swapped or wrapped, so
    autograd stores nothing for a front of the network in which no parameter trains.
    """

    def __init__(self, network: nn.Module, blocks: Sequence[Block]) -> None:
        super().__init__()
        self.network = network
        self.blocks = tuple(blocks)
        self._trainable = frozenset(block.name for block in blocks)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits, float [B, n_classes], of normalised images, float [B, 3, S, S]."""
        logits: torch.Tensor = self.network(images)
        return logits

    def set_trainable(self, names: frozenset[str]) -> None:
        """Lets exactly these blocks train, from now on."""
        self._trainable = names
        parameters = dict(self.network.named_parameters())
        for block in self.blocks:
            for name in block.parameters:
                parameter = parameters[name]
                parameter.requires_grad_(block.name in names)
                if block.name not in names:
                    parameter.grad = None
        self.train(self.training)

    @property
    def trainable(self) -> frozenset[str]:
        """The names of the blocks that train."""
        return self._trainable

    def train(self, mode: bool = True) -> "FreezableClassifier":
        """Like torch's, but frozen blocks stay in eval mode."""
        super().train(mode)
        modules = dict(self.network.named_modules())
        for block in self.blocks:
            if block.name not in self._trainable:
                for name in block.modules:
                    modules[name].training = False
        return self

    def trainable_parameters(self) -> dict[str, nn.Parameter]:
        """The parameters that train, by name, in the network's order."""
        named = self.network.named_parameters()
        return {name: parameter for name, parameter in named if parameter.requires_grad}
