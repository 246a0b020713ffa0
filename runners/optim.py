"""Optimizers, and the learning rate as a pure function of the epoch."""

import math
from collections.abc import Iterable, Mapping

import torch
from torch import nn

from bench.experiments.spec import Optimizer, Schedule


def learning_rate(base: float, schedule: Schedule, epoch: int, epochs: int) -> float:
    """The learning rate of an epoch.

    Args:
        base: of the optimizer.
        schedule: `none`, `step` or `cosine`, after a linear warm-up.
        epoch: counted from 0, from where the schedule (re)started.
        epochs: how many there are from there on.
    """
    warmup = schedule.warmup_epochs
    if epoch < warmup:
        return base * (epoch + 1) / (warmup + 1)
    if schedule.name == "step":
        assert schedule.every_epochs is not None
        assert schedule.gamma is not None
        return base * float(schedule.gamma ** ((epoch - warmup) // schedule.every_epochs))
    if schedule.name == "cosine":
        half_turn = math.pi * (epoch - warmup) / (epochs - warmup)
        return schedule.min_lr + (base - schedule.min_lr) * 0.5 * (1 + math.cos(half_turn))
    return base


def build_optimizer(
    settings: Optimizer, parameters: Iterable[nn.Parameter]
) -> torch.optim.Optimizer:
    """The optimizer of torch.optim that the settings name, over these parameters.

    The fused kernels are the fastest on a CPU as on a GPU, and repeat bit for bit.
    """
    trained = list(parameters)
    if settings.name == "sgd":
        return torch.optim.SGD(
            trained,
            lr=settings.lr,
            momentum=settings.momentum,
            weight_decay=settings.weight_decay,
            fused=True,
        )
    kind = torch.optim.Adam if settings.name == "adam" else torch.optim.AdamW
    return kind(
        trained,
        lr=settings.lr,
        betas=settings.betas,
        weight_decay=settings.weight_decay,
        fused=True,
    )


def carry_state(
    old: torch.optim.Optimizer,
    new: torch.optim.Optimizer,
    parameters: Mapping[str, nn.Parameter],
) -> list[str]:
    """Gives a new optimizer the old one's state for the parameters that stay.

    Returns:
        The names of the parameters whose state was kept.
    """
    kept = []
    for name, parameter in parameters.items():
        if parameter in old.state:
            new.state[parameter] = old.state[parameter]
            kept.append(name)
        elif _momentum(new):
            # As a first step would make it; SGD takes a buffer for all parameters or for none.
            new.state[parameter] = {"momentum_buffer": torch.zeros_like(parameter)}
    return kept


def _momentum(optimizer: torch.optim.Optimizer) -> float:
    return float(optimizer.defaults.get("momentum", 0.0))


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Sets one learning rate for all parameters."""
    for group in optimizer.param_groups:
        group["lr"] = rate
