"""fastai as its vision tutorial does it: item transforms, batch transforms, a Learner."""

from functools import partial

import torch
from fastai.vision.all import (
    Brightness,
    Callback,
    Contrast,
    CrossEntropyLossFlat,
    DataLoaders,
    Flip,
    Hue,
    ImageDataLoaders,
    Learner,
    Normalize,
    OptimWrapper,
    Resize,
    ResizeMethod,
    Rotate,
    Saturation,
    accuracy,
    to_float,
)

from runners.data.loader import IMAGENET
from tests.speed.race.job import Job, Result, Stopwatch
from tests.speed.race.network import network_of


class _Clock(Callback):
    def __init__(self, watch: Stopwatch) -> None:
        self.watch = watch

    def before_train(self):
        self.watch.start_epoch()

    def after_train(self):
        self.watch.end_epoch()


class _CpuBf16(Callback):
    """bf16 autocast on a CPU: the Learner's own `to_bf16` asks for CUDA's, which does nothing."""

    order = 10  # that of fastai's MixedPrecision

    def before_batch(self):
        self.autocast = torch.autocast("cpu", torch.bfloat16)
        self.autocast.__enter__()

    def after_pred(self):
        self.learn.pred = to_float(self.pred)

    def after_loss(self):
        self.autocast.__exit__(None, None, None)


def fastai(job: Job, watch: Stopwatch) -> Result:
    """Trains with a Learner, its own batched augmentation, channels last and torch's fused Adam."""
    torch.set_num_threads(job.threads)
    loaders = _loaders(job)
    learner = Learner(
        loaders,
        network_of(job, len(loaders.vocab)),
        loss_func=CrossEntropyLossFlat(),
        opt_func=partial(OptimWrapper, opt=torch.optim.Adam, fused=True),
        lr=job.lr,
        metrics=accuracy,
        cbs=[_Clock(watch)],
    ).to_channelslast(use_amp=False)
    if job.precision == "bf16" and torch.cuda.is_available():
        learner = learner.to_bf16()
    elif job.precision == "bf16":
        learner = learner.add_cb(_CpuBf16())
    with learner.no_bar(), learner.no_logging():
        learner.fit(job.epochs, job.lr)
    return watch.result(len(loaders.train_ds), float(learner.recorder.values[-1][-1]))


def _loaders(job: Job) -> DataLoaders:
    return ImageDataLoaders.from_folder(
        job.folder,
        train=job.train.name,
        valid=job.val.name,
        item_tfms=Resize(job.image_size, method=ResizeMethod.Squish),
        batch_tfms=[
            Rotate(30, p=1.0, pad_mode="zeros"),
            Flip(0.5),  # it has no vertical flip alone
            Brightness(0.1, p=1.0),
            Contrast(0.2, p=1.0),
            Saturation(0.2, p=1.0),
            Hue(0.1, p=1.0),
            Normalize.from_stats(IMAGENET.mean, IMAGENET.std),
        ],
        bs=job.batch_size,
        num_workers=job.workers,
        pin_memory=torch.cuda.is_available(),
        drop_last=False,
    )
