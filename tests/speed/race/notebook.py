"""The loop of most notebooks: ImageFolder, transforms on PIL images, a DataLoader, Adam."""

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from runners.data.loader import IMAGENET
from tests.speed.race.job import Job, Result, Stopwatch
from tests.speed.race.network import device, network_of, trained_parameters


def augmented(job: Job) -> transforms.Compose:
    """The study's recipe in torchvision's words."""
    return transforms.Compose(
        [
            transforms.Resize((job.image_size, job.image_size)),
            transforms.RandomRotation(30, transforms.InterpolationMode.BILINEAR),
            transforms.RandomHorizontalFlip(),
            transforms.RandomVerticalFlip(),
            transforms.ColorJitter(0.2, 0.2, 0.2, 0.1),
            transforms.ToTensor(),
            transforms.Normalize(IMAGENET.mean, IMAGENET.std),
        ]
    )


def plain(job: Job) -> transforms.Compose:
    """What validation images go through."""
    return transforms.Compose(
        [
            transforms.Resize((job.image_size, job.image_size)),
            transforms.ToTensor(),
            transforms.Normalize(IMAGENET.mean, IMAGENET.std),
        ]
    )


def loaders(job: Job) -> tuple[DataLoader, DataLoader]:
    """Of training and validation images; the workers live on between epochs."""
    kept = {
        "batch_size": job.batch_size,
        "num_workers": job.workers,
        "persistent_workers": job.workers > 0,
        "pin_memory": torch.cuda.is_available(),
    }
    return (
        DataLoader(ImageFolder(str(job.train), augmented(job)), shuffle=True, **kept),
        DataLoader(ImageFolder(str(job.val), plain(job)), **kept),
    )


def notebook(job: Job, watch: Stopwatch) -> Result:
    """As it is written first: fp32, channels first."""
    return _train(job, watch, "fp32", torch.contiguous_format)


def tuned_notebook(job: Job, watch: Stopwatch) -> Result:
    """With the precision that the device is fastest in, and channels last."""
    return _train(job, watch, job.precision, torch.channels_last)


def _train(job: Job, watch: Stopwatch, precision: str, layout: torch.memory_format) -> Result:
    torch.set_num_threads(job.threads)
    here = device()
    train, val = loaders(job)
    model = network_of(job, len(train.dataset.classes)).to(here, memory_format=layout)
    optimizer = torch.optim.Adam(trained_parameters(model), lr=job.lr)
    criterion = nn.CrossEntropyLoss()
    autocast = torch.autocast(here.type, torch.bfloat16, enabled=precision == "bf16")
    accuracy = 0.0
    for _ in range(job.epochs):
        model.train()
        with watch.epoch():
            for images, labels in train:
                moved = images.to(here, memory_format=layout, non_blocking=True)
                optimizer.zero_grad()
                with autocast:
                    loss = criterion(model(moved), labels.to(here, non_blocking=True))
                loss.backward()
                optimizer.step()
        accuracy = accuracy_of(model, val, autocast, layout)
    return watch.result(len(train.dataset), accuracy)


@torch.no_grad()
def accuracy_of(
    model: nn.Module, val: DataLoader, autocast: torch.autocast, layout: torch.memory_format
) -> float:
    """The share of a loader's images that the model names rightly."""
    model.eval()
    right = n = 0
    here = device()
    for images, labels in val:
        with autocast:
            guessed = model(images.to(here, memory_format=layout)).argmax(1)
        right += int((guessed == labels.to(here)).sum())
        n += len(labels)
    return right / n
