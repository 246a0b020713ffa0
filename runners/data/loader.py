"""Epochs of batches: gathered, augmented and normalised on the device that trains."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bench.experiments.spec import Augment
from runners import seeding
from runners.data.augment import apply, draw
from runners.data.cache import Split


@dataclass(frozen=True)
class Batch:
    """Images that go through the model together.

    `images` float32 [B, 3, S, S], normalised, and `labels` int64 [B] are on the device; `index`
    int64 [B], on the CPU, says which rows of the split they are.
    """

    images: Tensor
    labels: Tensor
    index: Tensor


@dataclass(frozen=True)
class Normalization:
    """Mean and standard deviation of red, green and blue, for images in [0, 1]."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]


IMAGENET = Normalization(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))


@dataclass(frozen=True)
class DeviceSplit:
    """A split that lies in the memory of a device.

    `images` uint8 [N, S, S, 3], `labels` int64 [N].
    """

    images: Tensor
    labels: Tensor


def on_device(split: Split, device: torch.device) -> Split | DeviceSplit:
    """Puts a split into a GPU's memory, where it fits into half of what is free.

    Args:
        split: the split.
        device: where it will be used.

    Returns:
        The split on the device; or as it was, for a CPU or where there is no room.
    """
    if device.type != "cuda" or split.images.nbytes > torch.cuda.mem_get_info(device)[0] // 2:
        return split
    images = torch.empty(split.images.shape, dtype=torch.uint8, device=device)
    for start in range(0, len(split.labels), 256):  # in pieces: the file is mapped, not in memory
        piece = slice(start, start + 256)
        images[piece] = torch.from_numpy(np.array(split.images[piece])).to(device)
    return DeviceSplit(images, torch.from_numpy(split.labels).to(device))


def training_batches(
    split: Split | DeviceSplit,
    augment: Augment,
    normalization: Normalization,
    batch_size: int,
    seed: int,
    epoch: int,
    device: torch.device,
    channels_last: bool,
) -> Iterator[Batch]:
    """One epoch of training: every image once, in the epoch's own order, augmented.

    Order and augmentation are a pure function of (seed, epoch, row).

    Args:
        split: the images, as they lie or as `on_device` put them.
        augment: the random changes.
        normalization: applied last.
        batch_size: images in a batch. A last batch of a single image joins the one before it, as
            batch norm cannot train on one; it then has `batch_size + 1`.
        seed: the run's seed.
        epoch: from 0.
        device: where the batches go.
        channels_last: whether images are laid out channels last.

    Yields:
        The batches.
    """
    order = seeding.permutation(seed, "order", epoch, len(split.labels))
    for start, stop in _training_bounds(len(order), batch_size):
        rows = order[start:stop]
        images, labels = _gather(split, rows, device)
        augmented = apply(images, draw(augment, seed, epoch, rows))
        yield _batch(augmented, labels, rows, normalization, channels_last)


def evaluation_batches(
    split: Split | DeviceSplit,
    normalization: Normalization,
    batch_size: int,
    device: torch.device,
    channels_last: bool,
) -> Iterator[Batch]:
    """Every image once, in the order of the rows, as it is.

    Args:
        split: the images, as they lie or as `on_device` put them.
        normalization: applied last.
        batch_size: images in a batch; the last one has what is left.
        device: where the batches go.
        channels_last: whether images are laid out channels last.

    Yields:
        The batches.
    """
    for start, stop in _bounds(len(split.labels), batch_size):
        rows = np.arange(start, stop)
        images, labels = _gather(split, rows, device)
        plain = images.to(torch.float32, memory_format=torch.contiguous_format).div_(255)
        yield _batch(plain, labels, rows, normalization, channels_last)


def n_batches(n: int, batch_size: int, training: bool = True) -> int:
    """How many batches an epoch has.

    Args:
        n: images.
        batch_size: images in a batch.
        training: whether a last single image joins the batch before it.
    """
    return len(_training_bounds(n, batch_size) if training else _bounds(n, batch_size))


def _bounds(n: int, batch_size: int) -> list[tuple[int, int]]:
    return [(start, min(start + batch_size, n)) for start in range(0, n, batch_size)]


def _training_bounds(n: int, batch_size: int) -> list[tuple[int, int]]:
    bounds = _bounds(n, batch_size)
    if 1 < batch_size < n and n % batch_size == 1:
        bounds[-2:] = [(bounds[-2][0], n)]
    return bounds


def _gather(
    split: Split | DeviceSplit, rows: NDArray[np.int64], device: torch.device
) -> tuple[Tensor, Tensor]:
    """uint8 [B, 3, S, S] and int64 [B], on the device."""
    if isinstance(split, DeviceSplit):
        index = torch.from_numpy(rows).to(device)
        return split.images[index].permute(0, 3, 1, 2), split.labels[index]
    images = torch.from_numpy(split.images[rows]).to(device)
    return images.permute(0, 3, 1, 2), torch.from_numpy(split.labels[rows]).to(device)


def _batch(
    images: Tensor,
    labels: Tensor,
    rows: NDArray[np.int64],
    normalization: Normalization,
    channels_last: bool,
) -> Batch:
    """Normalises images in [0, 1] in place and makes them a batch."""
    mean, std = (
        torch.tensor(values, device=images.device)[:, None, None]
        for values in (normalization.mean, normalization.std)
    )
    images.sub_(mean).div_(std)
    if channels_last:
        images = images.contiguous(memory_format=torch.channels_last)
    return Batch(images, labels, torch.from_numpy(rows))
