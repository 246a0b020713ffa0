"""timm's own data pipeline and optimizer factory, in the loop of its training script."""

import torch
from torch import nn
from torch.utils.data import DataLoader

from runners.data.loader import IMAGENET
from tests.speed.race.job import Job, Result, Stopwatch
from tests.speed.race.network import device, network_of
from tests.speed.race.notebook import accuracy_of


def timm(job: Job, watch: Stopwatch) -> Result:
    """Trains with `create_dataset`, `create_loader` and `create_optimizer_v2`."""
    from timm.optim import create_optimizer_v2

    torch.set_num_threads(job.threads)
    here = device()
    train, val = (_loader(job, is_training) for is_training in (True, False))
    model = network_of(job, len(train.dataset.reader.class_to_idx))
    model = model.to(here, memory_format=torch.channels_last)
    optimizer = create_optimizer_v2(model, opt="adam", lr=job.lr, weight_decay=0.0, fused=True)
    criterion = nn.CrossEntropyLoss()
    autocast = torch.autocast(here.type, torch.bfloat16, enabled=job.precision == "bf16")
    accuracy = 0.0
    for _ in range(job.epochs):
        model.train()
        with watch.epoch():
            for images, labels in train:
                laid_out = images.contiguous(memory_format=torch.channels_last)
                with autocast:
                    loss = criterion(model(laid_out), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        accuracy = accuracy_of(model, val, autocast, torch.channels_last)
    return watch.result(len(train) * job.batch_size, accuracy)


def _loader(job: Job, is_training: bool) -> DataLoader:
    """Its loader; the prefetcher normalises whole batches, on a CPU as well."""
    from timm.data import create_dataset, create_loader

    folder = job.train if is_training else job.val
    # Its recipe has neither a rotation nor a plain resize: it cuts the middle square instead.
    changes = {"color_jitter": (0.2, 0.2, 0.2, 0.1), "vflip": 0.5, "scale": (1, 1), "ratio": (1, 1)}
    return create_loader(
        create_dataset("", root=str(folder), is_training=is_training),
        input_size=(3, job.image_size, job.image_size),
        batch_size=job.batch_size,
        is_training=is_training,
        mean=IMAGENET.mean,
        std=IMAGENET.std,
        num_workers=job.workers,
        persistent_workers=job.workers > 0,
        crop_pct=1.0,
        pin_memory=torch.cuda.is_available(),
        device=device(),
        **(changes if is_training else {}),
    )
