"""Bit-exact resume: any schedule, any optimizer, killed after any epochs, ends as if untouched."""

import json
import pickle
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from bench.experiments.spec import (
    Augment,
    ColorJitter,
    EarlyStopping,
    Experiment,
    Freezing,
    Optimizer,
    Phase,
    Schedule,
)
from bench.results.store import CHECKPOINT, PREVIOUS_CHECKPOINT, RunFolder
from runners import checkpoint
from runners.checkpoint import Progress
from runners.data.cache import Split
from runners.data.loader import IMAGENET
from runners.fitting import Setting, fit
from runners.freezing import FreezableClassifier
from runners.models.blocks import Block

N_CLASSES, SIZE, EPOCHS = 3, 8, 6
NAMES = ("stem", "body", "neck", "head")
AUGMENT = Augment(20.0, 0.5, 0.5, ColorJitter(0.2, 0.2, 0.2, 0.1))


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """So small a network is slower on two, and slower by far where another process works too."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Killed(BaseException):
    """As if the process had been killed between two epochs."""


class Toy(nn.Module):
    """Four blocks with all that has a state or draws numbers: batch norms and dropout."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU())
        self.body = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU())
        self.neck = nn.Sequential(nn.Flatten(), nn.Linear(4 * SIZE * SIZE, 8), nn.Dropout(0.3))
        self.head = nn.Linear(8, N_CLASSES)

    def forward(self, images):
        return self.head(self.neck(self.body(self.stem(images))))


def classifier():
    torch.manual_seed(0)
    network = Toy()
    named = list(network.named_parameters())
    modules = [name for name, _ in network.named_modules()]
    blocks = [
        Block(
            name,
            tuple(one for one, _ in named if one.startswith(f"{name}.")),
            tuple(one for one in modules if one == name or one.startswith(f"{name}.")),
        )
        for name in NAMES
    ]
    return FreezableClassifier(network, blocks)


def split(n, seed):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (n, SIZE, SIZE, 3), dtype=np.uint8)
    return Split(images, rng.integers(0, N_CLASSES, n), tuple(map(str, range(n))), ("a", "b", "c"))


TRAIN, VAL = split(13, 0), split(7, 1)


def trained(experiment, kills=(), damage=None):
    """The run's files as bytes, killed after each of these epochs and begun again each time."""
    with tempfile.TemporaryDirectory() as home:
        folder = RunFolder(Path(home))
        setting = Setting(experiment, AUGMENT, IMAGENET, 0, torch.device("cpu"), "fp32")

        def once(kill):
            def emit(event):
                if event["event"] == "epoch" and event["epoch"] == kill:
                    raise Killed

            progress, _ = checkpoint.load(folder, "identity")
            with checkpoint.Writer(folder, "identity") as writer:
                fit(setting, classifier(), TRAIN, VAL, progress, writer.save, emit)
            return progress

        for kill in sorted(kills):
            try:
                once(kill)
            except Killed:
                torch.manual_seed(kill + 99)  # another process's generator stands elsewhere
                if damage is not None:
                    damage(folder)
        return content(once(None))


def content(progress):
    """All that decides the files of a run, but for times."""
    history = [
        {key: value for key, value in row.items() if key not in ("seconds", "images_per_second")}
        for row in progress.history
    ]
    states = [progress.model, progress.best.state]
    weights = [{name: one.numpy().tobytes() for name, one in state.items()} for state in states]
    return json.dumps(history), progress.best.epoch, weights


optimizers = st.one_of(
    st.builds(Optimizer, st.sampled_from(["adam", "adamw"]), st.just(1e-2)),
    st.builds(Optimizer, st.just("sgd"), st.just(1e-2), momentum=st.sampled_from([0.0, 0.9])),
)
schedules = st.one_of(
    st.builds(Schedule),
    st.builds(Schedule, st.just("cosine"), warmup_epochs=st.integers(0, 2)),
    st.builds(Schedule, st.just("step"), st.integers(1, 3), st.just(0.5)),
)
counted = st.builds(
    Freezing,
    trainable_blocks=st.integers(0, 3),
    every_epochs=st.integers(1, 4),
    add_blocks=st.integers(1, 3),
    reset_optimizer=st.booleans(),
    restart_schedule=st.booleans(),
)
subsets = st.lists(st.sampled_from(NAMES[:-1]), min_size=1, unique=True).map(tuple)
phased = st.builds(
    lambda starts, sets, reset: Freezing(
        phases=tuple(map(Phase, (0, *sorted(starts)), sets)), reset_optimizer=reset
    ),
    st.sets(st.integers(1, EPOCHS - 1), min_size=2, max_size=2),
    st.lists(subsets, min_size=3, max_size=3),
    st.booleans(),
)
experiments = st.builds(
    Experiment,
    st.just("toy"),
    st.just("toy:toy"),
    epochs=st.just(EPOCHS),
    batch_size=st.sampled_from([4, 5, 13]),
    optimizer=optimizers,
    schedule=schedules,
    freezing=st.none() | counted | phased,
    clip_norm=st.none() | st.just(1.0),
    early_stopping=st.none() | st.builds(EarlyStopping, st.integers(1, 3)),
    checkpoint_every=st.integers(1, 3),
)


@settings(max_examples=60)
@given(experiment=experiments, kills=st.sets(st.integers(0, EPOCHS - 1), min_size=1, max_size=4))
def test_killed_after_any_epochs_it_ends_as_if_it_never_was(experiment, kills):
    assert trained(experiment, kills) == trained(experiment)


DROPOUT = Experiment(
    "toy", "toy:toy", epochs=EPOCHS, batch_size=5, optimizer=Optimizer("adam", 1e-2)
)


def test_a_generator_that_is_not_seeded_anew_each_epoch_would_be_found(monkeypatch):
    """The negative control: dropout drawn from where the process's generator stands."""
    monkeypatch.setattr("runners.fitting.torch_seed", lambda *_: torch.initial_seed() + 1)
    assert trained(DROPOUT) == trained(DROPOUT)
    assert trained(DROPOUT, [2]) != trained(DROPOUT)


def cut(name, n_bytes):
    def damage(folder):
        path = folder.path / name
        path.write_bytes(path.read_bytes()[:n_bytes])

    return damage


def flip(folder):
    path = folder.path / CHECKPOINT
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(bytes(damaged))


def exchange(folder):
    progress, _ = checkpoint.load(folder, "identity")
    checkpoint.save(folder, "another", progress)


def lose(folder):
    (folder.path / CHECKPOINT).unlink()


def spoil_both(folder):
    for name in (CHECKPOINT, PREVIOUS_CHECKPOINT):
        (folder.path / name).write_bytes(b"\0" * 5000)


TORN = "it is torn or was changed, or was written by another version of trackbench"
DAMAGES = {
    "torn": cut(CHECKPOINT, 2000),
    "torn in its header": cut(CHECKPOINT, 20),
    "empty": cut(CHECKPOINT, 0),
    "one bit": flip,
    "another run's": exchange,
    "gone": lose,
    "both": spoil_both,
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_checkpoint_costs_epochs_and_no_bit(name):
    assert trained(DROPOUT, [3], DAMAGES[name]) == trained(DROPOUT)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("torn", f"checkpoint.pt is not used: {TORN}; resumed at epoch 3"),
        ("torn in its header", f"checkpoint.pt is not used: {TORN}; resumed at epoch 3"),
        ("one bit", f"checkpoint.pt is not used: {TORN}; resumed at epoch 3"),
        ("another run's", "checkpoint.pt is not used: it is another run's; resumed at epoch 4"),
        ("gone", "resumed at epoch 3"),
    ],
)
def test_the_one_before_it_is_used_and_that_is_said(tmp_path, name, said):
    folder = RunFolder(tmp_path)
    for epoch in (3, 4):
        checkpoint.save(
            folder, "identity", Progress(next_epoch=epoch, model={"w": torch.ones(999)})
        )
    DAMAGES[name](folder)
    progress, told = checkpoint.load(folder, "identity")
    assert (progress.next_epoch, told) == (int(said[-1]), said)


def test_without_one_that_can_be_used_it_starts_anew_and_says_so(tmp_path):
    folder = RunFolder(tmp_path)
    checkpoint.save(folder, "identity", Progress(next_epoch=2))
    checkpoint.save(folder, "identity", Progress(next_epoch=3))
    spoil_both(folder)
    progress, told = checkpoint.load(folder, "identity")
    assert progress.next_epoch == 0
    assert told.count("is not used") == 2
    assert told.endswith("started anew")


def test_a_checkpoint_can_hold_no_code(tmp_path):
    class Trap:
        def __reduce__(self):
            return (Path(tmp_path / "sprung").touch, ())

    progress = Progress(next_epoch=2, optimizer={"trap": Trap()})
    with pytest.raises(TypeError, match="Trap is neither a tensor nor plain data"):
        checkpoint.save(RunFolder(tmp_path), "identity", progress)
    (tmp_path / CHECKPOINT).write_bytes(pickle.dumps(Trap()))
    progress, told = checkpoint.load(RunFolder(tmp_path), "identity")
    assert progress.next_epoch == 0
    assert told.endswith("started anew")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(("every", "n_saved"), [(1, 6), (2, 3), (4, 2), (9, 1)])
def test_checkpoints_are_written_every_so_many_epochs_and_at_the_end(every, n_saved):
    saved = []
    experiment = replace(DROPOUT, checkpoint_every=every)
    setting = Setting(experiment, AUGMENT, IMAGENET, 0, torch.device("cpu"), "fp32")

    def save(progress, then):
        saved.append(progress.next_epoch)
        then()

    fit(setting, classifier(), TRAIN, VAL, Progress(), save, lambda _: None)
    assert len(saved) == n_saved
    assert saved[-1] == EPOCHS


def test_an_epoch_is_told_when_it_is_on_the_disk(tmp_path):
    folder = RunFolder(tmp_path)
    setting = Setting(DROPOUT, AUGMENT, IMAGENET, 0, torch.device("cpu"), "fp32")
    on_disk = []

    def emit(event):
        if event["event"] == "epoch":
            on_disk.append((event["epoch"] + 1, checkpoint.load(folder, "identity")[0].next_epoch))

    with checkpoint.Writer(folder, "identity") as writer:
        fit(setting, classifier(), TRAIN, VAL, Progress(), writer.save, emit)
    assert on_disk == [(n, n) for n in range(1, EPOCHS + 1)]


def test_a_checkpoint_that_cannot_be_written_ends_the_run(tmp_path):
    class Full(RunFolder):
        def write(self, name, content, keep=None):
            raise OSError(28, "No space left on device")

    setting = Setting(DROPOUT, AUGMENT, IMAGENET, 0, torch.device("cpu"), "fp32")
    told = []
    with pytest.raises(OSError, match="No space left"):  # noqa: SIM117
        with checkpoint.Writer(Full(tmp_path), "identity") as writer:
            fit(setting, classifier(), TRAIN, VAL, Progress(), writer.save, told.append)
    assert not [event for event in told if event["event"] == "epoch"]
