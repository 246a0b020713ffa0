"""A suite on a few photos, and complete runs of it that hold all that a report reads.

Three classes, of which the owl has no test image. A run is told by what it called the four test
images, "bbff" where all are right; it gives that class 0.8. On validation ("bfo") it is right.
"""

import io
import json
from dataclasses import asdict
from pathlib import Path

import pandas as pd
from PIL import Image

from bench.experiments.config import load_suite
from bench.results.store import FILES, RunFolder
from bench.survey import PlannedRun, Survey, take

CLASSES = ["bear", "fox", "owl"]
IMAGES = {"train": [2, 2, 2], "val": [1, 1, 1], "test": [2, 2, 0]}
TRUE = "bbff"
# The learning rate alone makes them different experiments.
SUITE = """
[suite]
name = "edge"
data = "photos"
seeds = [0, 1]
[data.photos]
root = "pictures"
image_size = 32
[defaults]
model = "embedded:resnet18_slim"
weights = "none"
epochs = 3
[experiment]
whole = { optimizer = { lr = 0.001 } }
partly = { optimizer = { lr = 0.002 } }
broken = { optimizer = { lr = 0.003 } }
later = { optimizer = { lr = 0.004 } }
"""
HISTORY = pd.DataFrame(
    {
        "epoch": [0, 1, 2],
        "learning_rate": 0.001,
        "train_loss": [1.0, 0.5, 0.25],
        "train_accuracy": [0.5, 0.75, 1.0],
        "val_loss": [1.5, 1.0, 1.25],
        "val_accuracy": [1 / 3, 1.0, 2 / 3],
        "val_macro_accuracy": [1 / 3, 1.0, 2 / 3],
        "trainable_parameters": 10,
        "seconds": 1.0,
        "images_per_second": 8.0,
    }
)
_NAMES = {name[0]: name for name in CLASSES}


def make_suite(home: Path) -> None:
    """Draws the photos into a folder, and writes the suite beside them."""
    for split, counts in IMAGES.items():
        for number, (name, n) in enumerate(zip(CLASSES, counts, strict=True)):
            for image in range(n):
                folder = home / "pictures" / split / name
                folder.mkdir(parents=True, exist_ok=True)
                colour = (80 * number, 60 * image, len(split) * 20)
                Image.new("RGB", (16, 12), colour).save(folder / f"{image}.png")
    (home / "suite.toml").write_text(SUITE)


def survey(home: Path, *names: str) -> Survey:
    """The suite held against what there is; only these experiments where any is named."""
    return take(load_suite(home / "suite.toml", names=names), home / "results", threads=1)


def runs(home: Path) -> dict[tuple[str, int], PlannedRun]:
    """The planned runs by experiment and seed."""
    return {(one.run.experiment.name, one.run.seed): one for one in survey(home).runs}


def complete(planned: PlannedRun, called: str, history: pd.DataFrame = HISTORY) -> RunFolder:
    """Writes all files of the run, and seals them."""
    folder, run = planned.folder, planned.run
    folder.begin()
    spec = {
        "identity": run.identity,
        "configuration": run.configuration,
        "fingerprint": run.fingerprint,
        "experiment": json.loads(json.dumps(asdict(run.experiment), default=str)),
        "data": {"image_size": run.data.image_size},
        "classes": CLASSES,
        "n_images": {split: sum(counts) for split, counts in IMAGES.items()},
        "device": "cpu",
        "versions": {"torch": "2.x"},
        "started": f"2026-01-0{1 + run.seed}T00:00:00+00:00",
    }
    folder.write_json("run.json", spec)
    folder.write("history.csv", history.to_csv(index=False))
    folder.write("predictions.parquet", _predictions(called))
    accuracy = sum(a == b for a, b in zip(TRUE, called, strict=True)) / len(TRUE)
    measures = {"accuracy": accuracy, "macro_accuracy": accuracy, "macro_f1": 0.5, "nll": 0.7}
    scores = {split: {**measures, "ece": 0.125, "n": 4} for split in ("val", "test")}
    folder.write_json("metrics.json", {**scores, "timings": {"total_seconds": 8.0}})
    for name in FILES:
        if not (folder.path / name).exists():
            folder.write(name, f"what a {name} holds")
    folder.seal()
    return folder


def _predictions(called: str) -> bytes:
    paths = {"test": ["bear/0", "bear/1", "fox/0", "fox/1"], "val": ["bear/0", "fox/0", "owl/0"]}
    rows = [
        {"split": split, "path": f"{path}.png", "true": _NAMES[a], "predicted": _NAMES[b]}
        | {f"p:{name}": 0.8 if name == _NAMES[b] else 0.1 for name in CLASSES}
        for split, true, answers in (("val", "bfo", "bfo"), ("test", TRUE, called))
        for path, a, b in zip(paths[split], true, answers, strict=True)
    ]
    buffer = io.BytesIO()
    pd.DataFrame(rows).to_parquet(buffer, index=False)
    return buffer.getvalue()
