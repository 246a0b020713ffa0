"""Run folders as a run writes them, small enough to know what MLflow must show of them.

Three classes, six test images ("bbggww"), three epochs. Each string is what a run called the
images; seconds, start and the rest are the same for all.

    experiment  seed  called  right
    baseline    0     bbggww  6
    baseline    1     bbbgww  5
    frozen      0     bgbgww  4
    frozen      1     bgbgbw  3
"""

import dataclasses
import io
import json
from pathlib import Path

import pandas as pd

from bench.experiments.identity import identify
from bench.experiments.spec import (
    Augment,
    DataSpec,
    Experiment,
    Freezing,
    Optimizer,
    Published,
    Schedule,
)
from bench.results.records import RunRecord, complete_runs
from bench.results.store import FILES, RunFolder

SUITE = "animals"
# A suite file of these runs; its photos are nowhere.
SUITE_FILE = f"""
[suite]
name = "{SUITE}"
data = "tracks"
[data.tracks]
root = "photos"
[experiment.baseline]
model = "torchvision:resnet18"
"""
CLASSES = ["bob_cat", "gray_fox", "wolf"]
TRUE = "bbggww"
CALLED = {
    ("baseline", 0): "bbggww",
    ("baseline", 1): "bbbgww",
    ("frozen", 0): "bgbgww",
    ("frozen", 1): "bgbgbw",
    ("baseline", 2): "bbggbb",
}
# Two experiments more, for comparisons of four.
_MORE = {
    ("cosine", 0): "bbggwb",
    ("cosine", 1): "bbgbwb",
    ("wide", 0): "gbggww",
    ("wide", 1): "gggggg",
}
EIGHT = tuple((name, seed) for name in ("baseline", "frozen", "cosine", "wide") for seed in (0, 1))
FOUR = (("baseline", 0), ("baseline", 1), ("frozen", 0), ("frozen", 1))
FINGERPRINT = "0123456789abcdef" * 4
DATA = DataSpec("tracks", Path("/data/tracks"), 32, augment=Augment(rotation_degrees=30.0))
# What run.json says of drawn data in place of DATA's root.
DRAWN = {
    "root": None,
    "synthetic": {"images": 18, "size": 32, "seed": 7, "invented_species": None},
    "obtain": "Nothing to obtain.",
}
EXPERIMENTS = {
    "baseline": Experiment(
        "baseline",
        "torchvision:resnet18",
        optimizer=Optimizer(lr=1e-3),
        published=Published(accuracy=0.65, per_class={"wolf": 0.5}),
    ),
    "frozen": Experiment("frozen", "torchvision:resnet18", freezing=Freezing(trainable_blocks=1)),
    "cosine": Experiment("cosine", "torchvision:resnet18", schedule=Schedule("cosine")),
    "wide": Experiment("wide", "torchvision:wide_resnet50_2"),
}
HISTORY = pd.DataFrame(
    {
        "epoch": [0, 1, 2],
        "learning_rate": [1e-3, 1e-3, 1e-4],
        "train_loss": [1.0, 0.5, 0.25],
        "train_accuracy": [0.5, 0.75, 1.0],
        "val_loss": [1.5, 1.0, 1.25],
        "val_accuracy": [0.25, 0.75, 0.5],
        "val_macro_accuracy": [0.25, None, 0.5],
        "trainable_parameters": [10, 10, 20],
        "seconds": [1.0, 2.0, 1.0],
        "images_per_second": [8.0, 4.0, 8.0],
    }
)
STARTED = "2026-03-01T12:00:00+00:00"
START = 1_772_366_400_000  # the same, in milliseconds since 1970
_NAMES = {name[0]: name for name in CLASSES}


def write_runs(
    results: Path, *which: tuple[str, int], suite: str = SUITE, drawn: bool = False
) -> list[RunRecord]:
    """Writes runs of the table above, and reads the suite back."""
    for experiment, seed in which:
        write_run(results, experiment, seed, suite, drawn=drawn)
    return list(complete_runs(results / suite))


def write_run(
    results: Path,
    experiment: str,
    seed: int,
    suite: str = SUITE,
    history: pd.DataFrame = HISTORY,
    drawn: bool = False,
) -> RunFolder:
    spec = _spec(EXPERIMENTS[experiment], seed, suite)
    if drawn:
        spec |= {"drawn": True, "data": {**dataclasses.asdict(DATA), **DRAWN}}
    folder = RunFolder(results / suite / experiment / f"{seed}-{spec['identity']}")
    folder.begin()
    folder.write_json("run.json", spec)
    folder.write("history.csv", history.to_csv(index=False))
    folder.write("predictions.parquet", _predictions((CALLED | _MORE)[experiment, seed]))
    folder.write_json("metrics.json", _metrics((CALLED | _MORE)[experiment, seed]))
    for name in FILES:
        if not (folder.path / name).exists():
            folder.write(name, f"{name} of {experiment} {seed}\n")
    folder.seal()
    return folder


def write_failed_run(
    results: Path, experiment: str, seed: int, suite: str = SUITE, epochs: int = 2
) -> RunFolder:
    """A run that ended in the epoch after these, as its worker leaves it."""
    spec = _spec(EXPERIMENTS[experiment], seed, suite)
    folder = RunFolder(results / suite / experiment / f"{seed}-{spec['identity']}")
    folder.begin()
    folder.write_json("run.json", spec)
    folder.write("log.txt", "it went on and on\n")
    rows = HISTORY.head(epochs).astype(object).where(HISTORY.notna(), None).to_dict("records")
    events = [
        {"time": 1.0, "event": "start", "epochs": 3, "epoch": 0},
        *({"time": 2.0, "event": "epoch", **row} for row in rows),
    ]
    folder.write("events.jsonl", "".join(f"{json.dumps(event)}\n" for event in events))
    folder.fail({"kind": "diverged", "reason": "the loss was not finite", "try": "a lower rate"})
    return folder


def right(experiment: str, seed: int) -> float:
    """The share of the six images that the run called right."""
    return sum(a == b for a, b in zip(TRUE, (CALLED | _MORE)[experiment, seed], strict=True)) / len(
        TRUE
    )


def _spec(experiment: Experiment, seed: int, suite: str) -> dict[str, object]:
    return {
        "suite": suite,
        "experiment": json.loads(json.dumps(dataclasses.asdict(experiment))),
        "data": {**dataclasses.asdict(DATA), "root": str(DATA.root)},
        "seed": seed,
        "identity": identify(DATA, experiment, FINGERPRINT, None, seed),
        "configuration": identify(DATA, experiment, FINGERPRINT, None, None),
        "fingerprint": FINGERPRINT,
        "recipe": 1,
        "classes": CLASSES,
        "n_images": {"train": 9, "val": 3, "test": 6},
        "skipped_images": [],
        "parameters": 11_000_000,
        "device": "cpu",
        "precision": "fp32",
        "threads": 2,
        "git_commit": "ab" * 20 + "-dirty",
        "host": "den",
        "started": STARTED,
    }


# The parts of 8 s, and what of them was training.
TIMINGS = {"total_seconds": 8.0, "training_seconds": 4.0, "setup_seconds": 1.0}
TIMINGS |= {"data_seconds": 0.5, "compute_seconds": 3.5, "evaluation_seconds": 2.0}
TIMINGS |= {"checkpoint_seconds": 0.75, "tracking_seconds": 0.25}


def _metrics(called: str) -> dict[str, object]:
    accuracy = sum(a == b for a, b in zip(TRUE, called, strict=True)) / len(TRUE)
    test = {"accuracy": accuracy, "macro_accuracy": accuracy, "macro_f1": 0.5, "nll": 0.7}
    return {
        "val": {"accuracy": 0.75, "macro_accuracy": 0.7, "macro_f1": 0.6, "nll": 0.5, "n": 3},
        "test": {**test, "ece": 0.125, "n": 6},
        "selected_epoch": 1,
        "epochs": 3,
        "timings": TIMINGS,
    }


def _predictions(called: str) -> bytes:
    rows = [
        {"split": split, "path": f"{split}/{i}.jpg", "true": _NAMES[a], "predicted": _NAMES[b]}
        | {f"p:{name}": float(name == _NAMES[b]) for name in CLASSES}
        for split, true, predicted in (("val", "bgw", "bgw"), ("test", TRUE, called))
        for i, (a, b) in enumerate(zip(true, predicted, strict=True))
    ]
    buffer = io.BytesIO()
    pd.DataFrame(rows).to_parquet(buffer, index=False)
    return buffer.getvalue()
