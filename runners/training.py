"""One epoch of training: a plain loop."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch.nn import functional

from bench.experiments.spec import Experiment
from runners.clock import Clock
from runners.data.loader import Batch
from runners.data.making import Making
from runners.device import autocast, synchronize
from runners.freezing import FreezableClassifier


class Diverged(ArithmeticError):  # noqa: N818 - a run's outcome
    """The loss was not finite."""

    def __init__(self, epoch: int, step: int) -> None:
        super().__init__(f"the loss was not finite in epoch {epoch}, step {step}")
        self.epoch = epoch
        self.step = step


@dataclass(frozen=True)
class EpochResult:
    """What an epoch of training gave.

    `loss` is the mean over images of the loss that was minimised, `accuracy` that of the augmented
    images as they came by; `seconds` is the time of the steps alone, and `images_per_second` their
    rate without the first step, which warms up.
    """

    loss: float
    accuracy: float
    seconds: float
    images_per_second: float


def train_epoch(
    model: FreezableClassifier,
    optimizer: torch.optim.Optimizer,
    batches: Iterable[Batch],
    n_steps: int,
    experiment: Experiment,
    precision: str,
    epoch: int,
    on_step: Callable[[int, Callable[[], float]], None],
    clock: Clock | None = None,
) -> EpochResult:
    """Trains on each batch once.

    Losses and hits stay on the device until the epoch is over, so that no step waits for it.

    Args:
        model: in train mode, with its blocks frozen as the epoch has it.
        optimizer: over exactly the parameters that train.
        batches: of this epoch.
        n_steps: how many batches there are.
        experiment: for `label_smoothing` and `clip_norm`.
        precision: `fp32` or `bf16`.
        epoch: for the error.
        on_step: called after each step with its number from 0 and a function that fetches its loss.
        clock: is told how long the batches took to make, and the steps.

    Raises:
        Diverged: with the first step whose loss was not finite.
    """
    device = next(model.parameters()).device
    losses = torch.zeros(n_steps, device=device)
    hits = torch.zeros((), dtype=torch.int64, device=device)
    sizes: list[int] = []
    clock = clock or Clock()
    making = Making(device)
    started = clock.begin("compute")
    start = warm = time.perf_counter()
    for step, batch in enumerate(making.timed(batches, clock)):
        logits = _step(model, optimizer, batch, experiment, precision, losses[step])
        hits += (logits.argmax(dim=1) == batch.labels).sum()
        sizes.append(len(batch.labels))
        on_step(step, lambda step=step: float(losses[step]))  # type: ignore[misc]
        if step == 0:
            synchronize(device)
            warm = time.perf_counter()
    synchronize(device)
    end = time.perf_counter()
    clock.move(making.device_seconds(), "compute", "data")
    clock.begin(started)
    _check_finite(losses, epoch)
    n_warm, since = (sum(sizes[1:]), warm) if n_steps > 1 else (sum(sizes), start)
    weights = torch.tensor(sizes, dtype=torch.float64)
    return EpochResult(
        loss=float((losses.double().cpu() * weights).sum() / weights.sum()),
        accuracy=int(hits) / sum(sizes),
        seconds=end - start,
        images_per_second=n_warm / max(end - since, 1e-9),
    )


def _step(
    model: FreezableClassifier,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    experiment: Experiment,
    precision: str,
    loss_out: torch.Tensor,
) -> torch.Tensor:
    """One step; writes the loss into `loss_out` and gives the logits, float [B, n_classes]."""
    with autocast(batch.images.device, precision):
        logits = model(batch.images)
    loss = functional.cross_entropy(
        logits.float(), batch.labels, label_smoothing=experiment.label_smoothing
    )
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    if experiment.clip_norm is not None:
        trained = [p for group in optimizer.param_groups for p in group["params"]]
        torch.nn.utils.clip_grad_norm_(trained, experiment.clip_norm)
    optimizer.step()
    loss_out.copy_(loss.detach())
    detached: torch.Tensor = logits.detach()
    return detached


def _check_finite(losses: torch.Tensor, epoch: int) -> None:
    broken = torch.nonzero(~torch.isfinite(losses))
    if len(broken):
        raise Diverged(epoch, int(broken[0]))
