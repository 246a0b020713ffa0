"""A small suite file with something in each section, and ways to read it changed."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bench.errors import UserError
from bench.experiments.config import load_suite
from bench.experiments.spec import Experiment, Suite

STUDY = Path(__file__).parents[2] / "experiments.toml"

GOOD = """\
[suite]
name = "tracks"
data = "photos"
seeds = [0, 1]

[data.photos]
root = "pictures"
image_size = 64
[data.photos.augment]
rotation_degrees = 30
color_jitter = { brightness = 0.2 }
[data.drawings]
root = "/drawn"

[defaults]
batch_size = 8
optimizer = { name = "adam", lr = 1e-4, betas = [0.8, 0.99] }

[experiment.plain]
model = "torchvision:resnet18"
epochs = 3
published = { accuracy = 0.5, per_class = { fox = 0.25 } }

[experiment.counted]
model = "timm:vit_tiny"
weights = "nearby.safetensors"
schedule = { name = "step", every_epochs = 5, gamma = 0.1 }
freezing = { trainable_blocks = 1, every_epochs = 2, add_blocks = 1 }
published = { accuracy = 0.75 }

[experiment.phased]
model = "timm:vit_tiny"
freezing = { phases = [{ epoch = 0, trainable = ["blocks.*"] }, { epoch = 4, trainable = [] }] }

[profile.quick.defaults]
epochs = 1
[profile.drawn.suite]
data = "drawings"
[profile.empty]
"""


def changed(*replacements: tuple[str, str]) -> str:
    """The good suite with some of its texts replaced, each of which must stand in it once."""
    text = GOOD
    for old, new in replacements:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def write(folder: Path, text: str | bytes = GOOD) -> Path:
    file = folder / "suite.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def load(folder: Path, text: str | bytes = GOOD, **options: Any) -> Suite:
    return load_suite(write(folder, text), **options)


def experiment(folder: Path, name: str, text: str = GOOD, **options: Any) -> Experiment:
    """One experiment of the loaded suite."""
    (found,) = load(folder, text, names=[name], **options).experiments
    return found


def mistakes(folder: Path, text: str | bytes = GOOD, **options: Any) -> list[str]:
    """The lines of the error that the suite gives, with `FILE` in place of the file's path."""
    file = write(folder, text)
    with pytest.raises(UserError) as caught:
        load_suite(file, **options)
    return str(caught.value).replace(str(file), "FILE").split("\n")


def draw_photos(root: Path, *, n_train: int = 3) -> Path:
    """Images of a few pixels of two classes: `n_train` each to train, one each to val and test."""
    for split, n_images in {"train": n_train, "val": 1, "test": 1}.items():
        for number, name in enumerate(("bear", "fox")):
            folder = root / split / name
            folder.mkdir(parents=True)
            for image in range(n_images):
                color = (40 * number, 10 * image, len(split))
                Image.new("RGB", (4, 3), color).save(folder / f"{image}.png")
    return root
