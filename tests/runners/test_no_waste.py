"""What keeps a run fast, as facts of its structure: no clock is looked at."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils._python_dispatch import TorchDispatchMode

from bench.experiments.spec import Augment, ColorJitter, Experiment, Freezing
from bench.results.store import RunFolder
from runners import clock, fitting, validation
from runners.data.cache import Split
from runners.data.loader import IMAGENET, training_batches
from runners.freezing import FreezableClassifier
from runners.models.build import build_blocks, build_network
from runners.optim import build_optimizer
from runners.run import execute
from runners.training import train_epoch
from tests.runners.photos import draw, planned

AUGMENT = Augment(20.0, 0.5, 0.5, ColorJitter(0.2, 0.2, 0.2, 0.1))
SMALL = Experiment("small", "embedded:resnet18_slim", epochs=2, batch_size=8)
CPU = torch.device("cpu")
# What makes the processor wait until a device has come so far.
WAITS = {
    "aten::_local_scalar_dense",
    "aten::equal",
    "aten::is_nonzero",
    "aten::masked_select",
    "aten::nonzero",
}


class Waits(TorchDispatchMode):
    """Counts the operations that would wait for a GPU."""

    def __init__(self):
        super().__init__()
        self.n = 0

    def __torch_dispatch__(self, operation, types, arguments=(), named=None):
        self.n += operation.name().partition(".")[0] in WAITS
        return operation(*arguments, **(named or {}))


def photos(n, side=32):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (n, side, side, 3), dtype=np.uint8)
    return Split(images, np.arange(n) % 3, ("",) * n, ("a", "b", "c"))


def batches_of(n, device=CPU):
    return training_batches(photos(n), AUGMENT, IMAGENET, 8, 0, 0, device, True)


def folder_at(path):
    path.mkdir()
    return RunFolder(path)


def classifier(experiment, side=32):
    torch.manual_seed(0)
    network = build_network(experiment, 3, side)
    return FreezableClassifier(network, build_blocks(experiment, network))


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
@pytest.mark.parametrize("clip_norm", [None, 1.0])
def test_no_step_waits_for_the_device(optimizer, clip_norm):
    """However many steps there are, the losses are fetched once."""
    experiment = replace(SMALL, clip_norm=clip_norm, label_smoothing=0.1)
    experiment = replace(experiment, optimizer=replace(experiment.optimizer, name=optimizer))
    counts = []
    for n_steps in (2, 6):
        model = classifier(experiment).train()
        trained = build_optimizer(experiment.optimizer, model.parameters())
        batches = list(batches_of(8 * n_steps))
        arguments = (model, trained, batches, n_steps, experiment, "bf16", 0, lambda *_: None)
        with Waits() as waits:
            train_epoch(*arguments)
        counts.append(waits.n)
    assert 0 < counts[0] == counts[1]


def test_to_ask_for_a_loss_would_be_seen():
    with Waits() as waits:
        float(torch.ones(()) * 2)
    assert waits.n == 1


def test_no_batch_waits_for_the_device_that_makes_it():
    """A tensor on `meta` has no values; whoever asks for one gets an error."""
    made = list(batches_of(20, torch.device("meta")))
    assert [batch.images.shape for batch in made] == [(8, 3, 32, 32)] * 2 + [(4, 3, 32, 32)]
    with pytest.raises((NotImplementedError, RuntimeError)):
        float(made[0].images.sum())


def test_no_image_is_decoded_once_the_cache_is_warm(tmp_path, monkeypatch):
    root = draw(tmp_path / "photos")
    execute(planned(root, SMALL), folder_at(tmp_path / "a"), lambda _: None)

    def refuse(*_, **__):
        raise AssertionError("an image was opened")

    monkeypatch.setattr(Image, "open", refuse)
    execute(planned(root, SMALL, seed=1), folder_at(tmp_path / "b"), lambda _: None)
    assert (tmp_path / "b" / "metrics.json").exists()


def test_what_autograd_keeps_of_a_step_is_behind_the_frozen_front():
    model = classifier(SMALL)
    sizes = {}
    for n_frozen in (0, 3):
        model.set_trainable(frozenset(block.name for block in model.blocks[n_frozen:]))
        kept = []
        with torch.autograd.graph.saved_tensors_hooks(
            lambda tensor, kept=kept: kept.append(tensor) or tensor, lambda tensor: tensor
        ):
            model.train()(next(batches_of(8)).images)
        sizes[n_frozen] = {tuple(tensor.shape) for tensor in kept}
    whole_image = {shape for shape in sizes[0] if len(shape) == 4 and shape[2] >= 8}
    assert whole_image
    assert not whole_image & sizes[3]


@pytest.mark.parametrize("threads", [1, 2])
def test_all_of_a_run_computes_with_the_threads_that_it_was_given(tmp_path, monkeypatch, threads):
    seen = []

    def watch(module, name):
        own = getattr(module, name)

        def watched(*arguments, **named):
            seen.append(torch.get_num_threads())
            result = own(*arguments, **named)
            seen.append(torch.get_num_threads())
            return result

        monkeypatch.setattr(module, name, watched)

    watch(fitting, "train_epoch")
    watch(validation, "score")
    before = torch.get_num_threads()
    try:
        run = replace(planned(draw(tmp_path / "photos"), SMALL), threads=threads)
        run = replace(run, data=replace(run.data, augment=AUGMENT))
        execute(run, folder_at(tmp_path / "run"), lambda _: None)
    finally:
        torch.set_num_threads(before)
    assert len(seen) == 2 * (2 + 2 + 2), "two epochs, each trained and scored, then two splits"
    assert set(seen) == {threads}


def test_the_parts_of_a_run_are_all_of_its_time(tmp_path, monkeypatch):
    # By this thread's own clock, which stands still while others have the processor.
    monkeypatch.setattr(clock, "perf_counter", time.thread_time)
    monkeypatch.setattr(time, "perf_counter", time.thread_time)
    freezing = Freezing(trainable_blocks=1)
    run = planned(draw(tmp_path / "photos"), replace(SMALL, freezing=freezing))
    execute(run, folder_at(tmp_path / "run"), lambda _: None)
    timings = json.loads((tmp_path / "run" / "metrics.json").read_text())["timings"]
    parts = [
        timings[f"{part}_seconds"]
        for part in ("setup", "data", "compute", "evaluation", "checkpoint", "tracking")
    ]
    assert min(parts) > 0
    assert sum(parts) == pytest.approx(timings["total_seconds"], rel=0.03)
    # The steps' own stopwatch starts a little later than the clock.
    steps = timings["data_seconds"] + timings["compute_seconds"]
    assert timings["training_seconds"] == pytest.approx(steps, rel=0.2)
