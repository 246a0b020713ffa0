"""Small data sets of drawn photos that a network can tell apart within a few epochs."""

from pathlib import Path

import numpy as np
from PIL import Image

from bench.experiments.identity import identify
from bench.experiments.spec import DataSpec, Experiment, Run
from runners.preparation import read_folder

COLORS = {"badger": (60, 60, 70), "cat": (200, 120, 60), "dog": (90, 160, 90)}
COUNTS = {"train": 8, "val": 4, "test": 4}


def draw(root: Path, size: int = 40) -> Path:
    """train/ val/ test/ of three classes, each of its own colour under noise."""
    rng = np.random.default_rng(0)
    for split, count in COUNTS.items():
        for name, color in COLORS.items():
            folder = root / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                noise = rng.normal(0, 25, (size, size, 3))
                pixels = np.clip(np.array(color) + noise, 0, 255).astype(np.uint8)
                Image.fromarray(pixels).save(folder / f"{number}.png")
    return root


def planned(root: Path, experiment: Experiment, seed: int = 0, image_size: int = 32) -> Run:
    """The run of an experiment on such a data set."""
    data = DataSpec(name="drawn", root=root, image_size=image_size)
    _, fingerprint = read_folder(data)
    return Run(
        suite="suite",
        data=data,
        experiment=experiment,
        seed=seed,
        fingerprint=fingerprint,
        identity=identify(data, experiment, fingerprint, None, seed),
        configuration=identify(data, experiment, fingerprint, None, None),
        threads=1,
    )
