"""Epochs of batches: every image once, in the right order, normalised."""

from collections.abc import Iterable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.experiments.spec import Augment
from runners import seeding
from runners.data.augment import apply, draw
from runners.data.cache import Split
from runners.data.loader import (
    IMAGENET,
    Batch,
    DeviceSplit,
    Normalization,
    evaluation_batches,
    n_batches,
    on_device,
    training_batches,
)

CPU = torch.device("cpu")
AS_IT_IS = Normalization(mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
TURNED = Augment(rotation_degrees=30, horizontal_flip=0.5)


def make_split(n_images: int, side: int = 16) -> Split:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (n_images, side, side, 3), dtype=np.uint8)
    images.flags.writeable = False  # as a map that is opened for reading
    labels = np.arange(n_images, dtype=np.int64) % 2
    return Split(images, labels, tuple(map(str, range(n_images))), ("a", "b"))


def train(split, augment=TURNED, batch_size=4, seed=0, epoch=0, channels_last=False):
    return list(
        training_batches(split, augment, AS_IT_IS, batch_size, seed, epoch, CPU, channels_last)
    )


def rows(batches: Iterable[Batch]) -> list[int]:
    return torch.cat([batch.index for batch in batches]).tolist()


def plain(split: Split, index: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(split.images[index.numpy()]).permute(0, 3, 1, 2).float() / 255


@given(n=st.integers(1, 60), batch_size=st.integers(1, 20))
def test_an_epoch_has_every_image_once(n, batch_size):
    split = make_split(n, side=2)
    batches = train(split, Augment(), batch_size)
    assert sorted(rows(batches)) == list(range(n))
    assert len(batches) == n_batches(n, batch_size)
    for batch in batches:
        assert torch.equal(batch.labels, torch.from_numpy(split.labels)[batch.index])
        assert torch.equal(batch.images, plain(split, batch.index))
    if n > 1 and batch_size > 1:
        assert all(2 <= len(batch.labels) <= batch_size + 1 for batch in batches)


def test_a_single_last_image_joins_the_batch_before():
    assert [len(batch.labels) for batch in train(make_split(9))] == [4, 5]
    assert [len(batch.labels) for batch in train(make_split(10))] == [4, 4, 2]
    assert [len(batch.labels) for batch in train(make_split(1))] == [1]
    assert n_batches(9, 4) == 2
    assert n_batches(9, 4, training=False) == 3


def test_the_order_is_that_of_the_counter_based_rule():
    split = make_split(20)
    order = [rows(train(split, seed=seed, epoch=epoch)) for seed, epoch in ((0, 0), (0, 1), (1, 0))]
    assert order[0] == seeding.permutation(0, "order", 0, 20).tolist()
    assert order[0] != order[1]
    assert order[0] != order[2]
    assert order[0] == rows(train(split))


def test_images_are_augmented_by_their_row():
    split = make_split(8)
    for batch in train(split, epoch=3):
        pixels = torch.from_numpy(split.images[batch.index.numpy()]).permute(0, 3, 1, 2)
        expected = apply(pixels, draw(TURNED, 0, 3, batch.index.numpy()))
        assert torch.equal(batch.images, expected)


def test_an_image_is_the_same_whatever_the_batch_size():
    split = make_split(12)
    small, large = (torch.cat([b.images for b in train(split, batch_size=n)]) for n in (2, 12))
    assert torch.equal(small, large)


def test_evaluation_keeps_the_order_and_the_pixels():
    split = make_split(9)
    batches = list(evaluation_batches(split, AS_IT_IS, 4, CPU, channels_last=False))
    assert [len(batch.labels) for batch in batches] == [4, 4, 1]
    assert rows(batches) == list(range(9))
    for batch in batches:
        assert torch.equal(batch.images, plain(split, batch.index))
        assert batch.labels.dtype == batch.index.dtype == torch.int64


@pytest.mark.parametrize("channels_last", [False, True])
def test_images_are_normalised_and_laid_out_as_asked(channels_last):
    split = make_split(4)
    for batch in (
        *evaluation_batches(split, IMAGENET, 4, CPU, channels_last),
        *training_batches(split, Augment(), IMAGENET, 4, 0, 0, CPU, channels_last),
    ):
        expected = torch.empty(4, 3, 16, 16)
        for channel in range(3):
            pixels = plain(split, batch.index)[:, channel]
            expected[:, channel] = (pixels - IMAGENET.mean[channel]) / IMAGENET.std[channel]
        torch.testing.assert_close(batch.images, expected, rtol=0, atol=1e-6)
        layout = torch.channels_last if channels_last else torch.contiguous_format
        assert batch.images.is_contiguous(memory_format=layout)


def test_imagenet_is_the_published_mean_and_deviation():
    assert IMAGENET.mean == (0.485, 0.456, 0.406)
    assert IMAGENET.std == (0.229, 0.224, 0.225)


def test_a_split_stays_where_it_is_for_a_cpu():
    split = make_split(3)
    assert on_device(split, CPU) is split


def test_a_split_on_a_device_gives_the_same_batches():
    split = make_split(9)
    there = DeviceSplit(torch.tensor(split.images), torch.tensor(split.labels))
    for ours, theirs in zip(train(split), train(there), strict=True):
        assert torch.equal(ours.images, theirs.images)
        assert torch.equal(ours.labels, theirs.labels)
    kinds = (
        list(evaluation_batches(kind, IMAGENET, 4, CPU, channels_last=True))
        for kind in (split, there)
    )
    for ours, theirs in zip(*kinds, strict=True):
        assert torch.equal(ours.images, theirs.images)
