"""What makes two runs the same run, field by field."""

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.experiments.identity import identify
from bench.experiments.spec import (
    Augment,
    ColorJitter,
    DataSpec,
    EarlyStopping,
    Experiment,
    Freezing,
    Optimizer,
    Phase,
    Published,
    Schedule,
    Synthetic,
)
from tests.bench.suites import GOOD, changed, load

DATA = DataSpec("photos", Path("/photos"))
DRAWN = DataSpec("drawn", synthetic=Synthetic())
EXPERIMENT = Experiment("plain", "torchvision:resnet18")
FINGERPRINT = "f" * 64
STEP = Schedule("step", every_epochs=5, gamma=0.1)
COUNTS = Freezing(trainable_blocks=1, every_epochs=5, add_blocks=1)
PHASES = Freezing(phases=(Phase(0, ("head",)), Phase(3, ("blocks.*",))))

# For each field a record that has it, and another value for it. A field that is added to a record
# must be entered here, or below as one that makes no difference.
CHANGES: dict[type, dict[str, tuple[Any, Any]]] = {
    Experiment: {
        "model": (EXPERIMENT, "timm:resnet18"),
        "weights": (EXPERIMENT, "pretrained"),
        "epochs": (EXPERIMENT, 11),
        "batch_size": (EXPERIMENT, 16),
        "normalize": (EXPERIMENT, "model"),
        "optimizer": (EXPERIMENT, Optimizer("adamw")),
        "schedule": (EXPERIMENT, STEP),
        "freezing": (EXPERIMENT, COUNTS),
        "label_smoothing": (EXPERIMENT, 0.1),
        "clip_norm": (EXPERIMENT, 1.0),
        "early_stopping": (EXPERIMENT, EarlyStopping(5)),
        "select": (EXPERIMENT, "last"),
        "precision": (EXPERIMENT, "fp32"),
        "channels_last": (EXPERIMENT, False),
        "deterministic": (EXPERIMENT, True),
    },
    Optimizer: {
        "name": (Optimizer(), "adamw"),
        "lr": (Optimizer(), 1e-3),
        "weight_decay": (Optimizer(), 0.01),
        "momentum": (Optimizer("sgd"), 0.9),
        "betas": (Optimizer(), (0.9, 0.99)),
    },
    Schedule: {
        "name": (Schedule(), "cosine"),
        "every_epochs": (STEP, 6),
        "gamma": (STEP, 0.2),
        "warmup_epochs": (Schedule("cosine"), 1),
        "min_lr": (Schedule("cosine"), 1e-6),
    },
    Freezing: {
        "trainable_blocks": (COUNTS, 2),
        "every_epochs": (COUNTS, 4),
        "add_blocks": (COUNTS, 2),
        "phases": (PHASES, PHASES.phases[:1]),
        "reset_optimizer": (COUNTS, True),
        "restart_schedule": (COUNTS, True),
    },
    Phase: {"epoch": (Phase(3, ("head",)), 4), "trainable": (Phase(3, ("head",)), ("stem",))},
    EarlyStopping: {"patience": (EarlyStopping(5), 6)},
    DataSpec: {"image_size": (DATA, 64), "augment": (DATA, Augment(10.0))},
    Augment: {
        "rotation_degrees": (Augment(), 10.0),
        "horizontal_flip": (Augment(), 0.5),
        "vertical_flip": (Augment(), 0.5),
        "color_jitter": (Augment(), ColorJitter(hue=0.1)),
    },
    ColorJitter: {
        name: (ColorJitter(), 0.1) for name in ("brightness", "contrast", "saturation", "hue")
    },
}
# A split seed, a choice of images and a drawing change the fingerprint or nothing.
SAME = {
    Experiment: {
        "name": (EXPERIMENT, "other"),
        "threads": (EXPERIMENT, 3),
        "checkpoint_every": (EXPERIMENT, 3),
        "stall_seconds": (EXPERIMENT, 60.0),
        "published": (EXPERIMENT, Published(accuracy=0.5)),
        "chosen_on_seeds": (EXPERIMENT, (0,)),
    },
    DataSpec: {
        "name": (DATA, "other"),
        "root": (DATA, Path("/elsewhere")),
        "split_seed": (DATA, 1),
        "on_bad_image": (DATA, "skip"),
        "synthetic": (DRAWN, Synthetic(seed=1)),
        "obtain": (DATA, "ask the authors"),
    },
}


def identity(experiment: Experiment = EXPERIMENT, data: DataSpec = DATA, **other: Any) -> str:
    settings = {"fingerprint": FINGERPRINT, "weights_sha256": None, "seed": 0} | other
    return identify(data, experiment, **settings)


def in_experiment(field: str) -> Callable[[Any], str]:
    return lambda record: identity(dataclasses.replace(EXPERIMENT, **{field: record}))


# The identity of a run that has a record of this type in its place.
WITH: dict[type, Callable[[Any], str]] = {
    Experiment: identity,
    Optimizer: in_experiment("optimizer"),
    Schedule: in_experiment("schedule"),
    Freezing: in_experiment("freezing"),
    Phase: lambda phase: WITH[Freezing](Freezing(phases=(Phase(0, ()), phase))),
    EarlyStopping: in_experiment("early_stopping"),
    DataSpec: lambda data: identity(data=data),
    Augment: lambda augment: identity(data=dataclasses.replace(DATA, augment=augment)),
    ColorJitter: lambda jitter: WITH[Augment](Augment(color_jitter=jitter)),
}


def identity_with(record: Any) -> str:
    return WITH[type(record)](record)


def test_it_is_the_hash_of_canonical_json_without_what_stands_at_its_default():
    canonical = (
        f'{{"data":{{"augment":{{"rotation_degrees":30.0}}}},'
        f'"experiment":{{"freezing":{{"phases":[{{"epoch":0,"trainable":["head"]}}]}},'
        f'"model":"timm:vit","optimizer":{{"lr":0.001}}}},'
        f'"fingerprint":"{FINGERPRINT}","recipe":1,"seed":7}}'
    )
    experiment = Experiment(
        "x",
        "timm:vit",
        optimizer=Optimizer(lr=0.001),
        freezing=Freezing(phases=(Phase(0, ("head",)),)),
    )
    data = DataSpec("d", Path("/d"), augment=Augment(30.0))
    expected = hashlib.sha256(canonical.encode()).hexdigest()[:12]
    assert identify(data, experiment, FINGERPRINT, None, 7) == expected


@pytest.mark.parametrize("record", CHANGES, ids=lambda record: record.__name__)
def test_each_field_is_known_to_matter_or_not(record):
    fields = {field.name for field in dataclasses.fields(record)}
    assert fields == CHANGES[record].keys() | SAME.get(record, {}).keys()


@pytest.mark.parametrize(
    ("before", "field", "value"),
    [
        pytest.param(before, field, value, id=f"{record.__name__}.{field}")
        for record, fields in CHANGES.items()
        for field, (before, value) in fields.items()
    ],
)
def test_a_setting_that_matters_makes_another_run(before, field, value):
    after = dataclasses.replace(before, **{field: value})
    assert after != before
    assert identity_with(after) != identity_with(before)


@pytest.mark.parametrize(
    ("before", "field", "value"),
    [
        pytest.param(before, field, value, id=f"{record.__name__}.{field}")
        for record, fields in SAME.items()
        for field, (before, value) in fields.items()
    ],
)
def test_names_places_and_threads_make_no_other_run(before, field, value):
    after = dataclasses.replace(before, **{field: value})
    assert after != before
    assert identity_with(after) == identity_with(before)


def test_the_seed_the_data_and_the_weights_make_another_run():
    found = {
        identity(),
        identity(seed=1),
        identity(seed=None),
        identity(fingerprint="0" * 64),
        identity(weights_sha256="0" * 64),
        identity(weights_sha256="1" * 64),
    }
    assert len(found) == 6
    assert all(len(one) == 12 and set(one) <= set("0123456789abcdef") for one in found)


def test_where_a_weights_file_lies_makes_no_other_run():
    here, there = (dataclasses.replace(EXPERIMENT, weights=f"/{at}/w.pth") for at in "ab")
    assert identity(here, weights_sha256="0" * 64) == identity(there, weights_sha256="0" * 64)
    assert identity(here, weights_sha256="0" * 64) != identity(there, weights_sha256="1" * 64)


class TestFromTheFile:
    """How a suite is written does not matter, only what it says."""

    def identities(self, folder, text=GOOD, **options):
        suite = load(folder, text, **options)
        return [identity(one, suite.data) for one in suite.experiments]

    @pytest.mark.parametrize(
        "replacement",
        [
            ('name = "tracks"', 'name = "other"'),
            ("epochs = 3", "epochs = 3 # three"),
            ('"pictures"', '"elsewhere"'),
            ("rotation_degrees = 30", "rotation_degrees = 30.0"),
            ("lr = 1e-4", "lr = 0.0001"),
            ("batch_size = 8", "threads = 1\nbatch_size = 0x8"),
            ("accuracy = 0.5,", "accuracy = 0.6,"),
            ("[experiment.plain]", "[experiment.renamed]"),
            ("epochs = 3", "epochs = 3\nlabel_smoothing = 0\nschedule = {}\noptimizer = {}"),
            ("image_size = 64", "image_size = 64\nsplit_seed = 0"),
            ("color_jitter = { ", "vertical_flip = 0\ncolor_jitter = { hue = 0, "),
            ("every_epochs = 5, gamma = 0.1", "gamma = 0.1, every_epochs = 5"),
            (
                'model = "torchvision:resnet18"\nepochs = 3',
                'epochs = 3\nmodel = "torchvision:resnet18"',
            ),
        ],
    )
    def test_the_same_said_otherwise_is_the_same_run(self, tmp_path, replacement):
        assert self.identities(tmp_path, changed(replacement)) == self.identities(tmp_path)

    @pytest.mark.parametrize(
        "options",
        [
            {"profile": "empty"},
            {"assignments": ["experiment.plain.epochs=3"]},
            {"assignments": ["experiment.*.channels_last=true", "defaults.label_smoothing=0"]},
            {"assignments": ["experiment.counted.freezing.reset_optimizer=false"]},
            {"assignments": ["experiment.plain.freezing=none"]},
        ],
    )
    def test_a_layer_that_says_what_is_there_is_the_same_run(self, tmp_path, options):
        assert self.identities(tmp_path, **options) == self.identities(tmp_path)

    def test_another_setting_is_another_run_of_that_experiment_alone(self, tmp_path):
        before = self.identities(tmp_path)
        after = self.identities(tmp_path, assignments=["experiment.plain.epochs=4"])
        assert [a == b for a, b in zip(before, after, strict=True)] == [False, True, True]
