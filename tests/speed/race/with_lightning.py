"""PyTorch Lightning at its best settings, with nothing logged, kept or drawn."""

import lightning.pytorch as pl
import torch
from torch import nn
from torch.nn import functional

from tests.speed.race.job import Job, Result, Stopwatch
from tests.speed.race.network import network_of, trained_parameters
from tests.speed.race.notebook import loaders


class _Module(pl.LightningModule):
    def __init__(self, network: nn.Module, lr: float) -> None:
        super().__init__()
        self.network = network
        self.lr = lr
        self.right = 0

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.network(images.to(memory_format=torch.channels_last))

    def training_step(self, batch, _):
        images, labels = batch
        return functional.cross_entropy(self(images), labels)

    def on_validation_epoch_start(self):
        self.right = 0

    def validation_step(self, batch, _):
        images, labels = batch
        self.right += int((self(images).argmax(1) == labels).sum())

    def configure_optimizers(self):
        return torch.optim.Adam(trained_parameters(self), lr=self.lr, fused=True)


class _Clock(pl.Callback):
    """Its hook for an epoch's end comes after the validation, so the last batch's serves."""

    def __init__(self, watch: Stopwatch) -> None:
        self.watch = watch

    def on_train_epoch_start(self, *_):
        self.watch.start_epoch()

    def on_train_batch_end(self, trainer, *_):
        if trainer.is_last_batch:
            self.watch.end_epoch()


def lightning(job: Job, watch: Stopwatch) -> Result:
    """Trains with a Trainer whose extras are off."""
    torch.set_num_threads(job.threads)
    train, val = loaders(job)
    network = network_of(job, len(train.dataset.classes)).to(memory_format=torch.channels_last)
    module = _Module(network, job.lr)
    trainer = pl.Trainer(
        max_epochs=job.epochs,
        accelerator="auto",
        devices=1,
        precision="bf16-mixed" if job.precision == "bf16" else "32-true",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        callbacks=[_Clock(watch)],
    )
    trainer.fit(module, train, val)
    return watch.result(len(train.dataset), module.right / len(val.dataset))
