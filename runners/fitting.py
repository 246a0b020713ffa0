"""All epochs of a run: what trains when, at which rate, what is selected, and when to stop."""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from bench.experiments.spec import Experiment
from runners.checkpoint import Best, Progress
from runners.clock import Clock
from runners.data.cache import Split
from runners.data.loader import DeviceSplit, n_batches, training_batches
from runners.evaluation import Scores, measures
from runners.freezing import FreezableClassifier, last_change, trainable_blocks
from runners.optim import build_optimizer, carry_state, learning_rate, set_learning_rate
from runners.seeding import torch_seed
from runners.setting import Emit, Setting, now_and_then
from runners.training import Diverged, EpochResult, train_epoch
from runners.validation import Validation

# Takes the progress, and what to do when it is safe.
Save = Callable[[Progress, Callable[[], None]], None]


def fit(
    setting: Setting,
    model: FreezableClassifier,
    train: Split | DeviceSplit,
    val: Split | DeviceSplit,
    progress: Progress,
    save: Save,
    emit: Emit,
    clock: Clock | None = None,
) -> Best:
    """Trains from where `progress` stands to the last epoch, and gives the selected one.

    Args:
        setting: the run's.
        model: its network as initialised; overwritten by `progress` where that has begun.
        train: the training split.
        val: the split that decides what is selected.
        progress: updated in place.
        save: called every `checkpoint_every` epochs and after the last one.
        emit: takes `step`, `score` and `epoch` events.
        clock: is told what the time is spent on.

    Raises:
        Diverged: where a loss is not finite.
    """
    optimizer: torch.optim.Optimizer | None = None
    clock = clock or Clock()
    validate = Validation(setting, model, val, emit)
    if progress.next_epoch:
        model.network.load_state_dict(progress.model)
        optimizer = _optimizer_of(setting.experiment, model, progress.next_epoch - 1)
        optimizer.load_state_dict(progress.optimizer)
    while not _is_over(setting.experiment, progress):
        epoch = progress.next_epoch
        clock.begin("compute")
        optimizer = _prepare_epoch(setting.experiment, model, optimizer, epoch)
        result = _train(setting, model, optimizer, train, epoch, emit, clock)
        clock.begin("evaluation")
        scores = validate()
        if not np.isfinite(scores.probabilities).all():  # the last step has spoilt the network
            raise Diverged(epoch, n_batches(len(train.labels), setting.experiment.batch_size) - 1)
        row = _history_row(model, optimizer, epoch, result, scores)
        clock.begin("checkpoint")
        _advance(progress, row, model, optimizer)
        progress.seconds, progress.seconds_by_part = clock.total, clock.seconds
        said: dict[str, object] = {"event": "epoch", **row}
        over = _is_over(setting.experiment, progress)
        if over or progress.next_epoch % setting.experiment.checkpoint_every == 0:
            save(progress, partial(emit, said))
        else:
            with clock.charging("tracking"):
                emit(said)
    return progress.best


def _is_over(experiment: Experiment, progress: Progress) -> bool:
    if progress.next_epoch >= experiment.epochs:
        return True
    stopping = experiment.early_stopping
    since_best = progress.next_epoch - 1 - progress.best.epoch
    return stopping is not None and progress.next_epoch > 0 and since_best >= stopping.patience


def _optimizer_of(
    experiment: Experiment, model: FreezableClassifier, epoch: int
) -> torch.optim.Optimizer:
    """A new optimizer over the parameters that train in this epoch."""
    names = [block.name for block in model.blocks]
    model.set_trainable(trainable_blocks(experiment.freezing, names, epoch))
    return build_optimizer(experiment.optimizer, model.trainable_parameters().values())


def _prepare_epoch(
    experiment: Experiment,
    model: FreezableClassifier,
    optimizer: torch.optim.Optimizer | None,
    epoch: int,
) -> torch.optim.Optimizer:
    """Freezes and thaws, makes the optimizer anew where the set changes, sets its rate."""
    names = [block.name for block in model.blocks]
    changed = last_change(experiment.freezing, names, epoch)
    if optimizer is None or changed == epoch:
        old, optimizer = optimizer, _optimizer_of(experiment, model, epoch)
        if old is not None and not (experiment.freezing and experiment.freezing.reset_optimizer):
            carry_state(old, optimizer, model.trainable_parameters())
    restarts = experiment.freezing is not None and experiment.freezing.restart_schedule
    start = changed if restarts else 0
    rate = learning_rate(
        experiment.optimizer.lr, experiment.schedule, epoch - start, experiment.epochs - start
    )
    set_learning_rate(optimizer, rate)
    return optimizer


def _train(
    setting: Setting,
    model: FreezableClassifier,
    optimizer: torch.optim.Optimizer,
    train: Split | DeviceSplit,
    epoch: int,
    emit: Emit,
    clock: Clock,
) -> EpochResult:
    experiment = setting.experiment
    # What the network draws itself (dropout, stochastic depth) hangs on the epoch alone.
    torch.manual_seed(torch_seed(setting.seed, "network", epoch))
    model.train()
    n_steps = n_batches(len(train.labels), experiment.batch_size)
    batches = training_batches(
        train,
        setting.augment,
        setting.normalization,
        experiment.batch_size,
        setting.seed,
        epoch,
        setting.device,
        experiment.channels_last,
    )
    return train_epoch(
        model,
        optimizer,
        batches,
        n_steps,
        experiment,
        setting.precision,
        epoch,
        _step_reporter(emit, epoch, n_steps, clock),
        clock,
    )


def _step_reporter(
    emit: Emit, epoch: int, n_steps: int, clock: Clock
) -> Callable[[int, Callable[[], float]], None]:
    """Emits a `step` event now and then; only then is the device asked for the loss."""
    is_time = now_and_then()

    def report(step: int, loss: Callable[[], float]) -> None:
        if is_time():
            event = {"event": "step", "epoch": epoch, "step": step + 1, "steps": n_steps}
            train_loss = loss()
            with clock.charging("tracking"):
                emit({**event, "train_loss": train_loss})

    return report


def _history_row(
    model: FreezableClassifier,
    optimizer: torch.optim.Optimizer,
    epoch: int,
    result: EpochResult,
    scores: Scores,
) -> dict[str, float | int]:
    measured = measures(scores)
    return {
        "epoch": epoch,
        "learning_rate": optimizer.param_groups[0]["lr"],
        "train_loss": result.loss,
        "train_accuracy": result.accuracy,
        "val_loss": measured["nll"],
        "val_accuracy": measured["accuracy"],
        "val_macro_accuracy": measured["macro_accuracy"],
        "trainable_parameters": sum(p.numel() for p in model.trainable_parameters().values()),
        "seconds": result.seconds,
        "images_per_second": result.images_per_second,
    }


def _advance(
    progress: Progress,
    row: dict[str, float | int],
    model: FreezableClassifier,
    optimizer: torch.optim.Optimizer,
) -> None:
    # Copies, which the next epoch does not change: the best one shares them.
    state = {
        name: tensor.detach().to("cpu", copy=True)
        for name, tensor in model.network.state_dict().items()
    }
    progress.history.append(row)
    progress.next_epoch += 1
    progress.model = state
    progress.optimizer = optimizer.state_dict()
    if progress.best.is_beaten_by(row["val_accuracy"], row["val_loss"]):
        progress.best = Best(
            epoch=int(row["epoch"]),
            val_accuracy=row["val_accuracy"],
            val_loss=row["val_loss"],
            state=state,
        )
