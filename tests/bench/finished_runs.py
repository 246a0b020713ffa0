"""Run folders as a finished run leaves them, with figures that can be worked out by hand."""

import io
import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from bench.experiments.spec import DataSpec, Experiment, Run
from bench.results.store import FILES, RunFolder

CLASSES = ["bear", "fox"]
HISTORY = "epoch,learning_rate,train_loss,val_accuracy\n0,0.001,0.75,0.5\n1,0.001,0.25,1.0\n"
# split, path, true, predicted, probabilities: three right of four on test, all right on val.
PREDICTIONS = [
    ("val", "bear/9.png", "bear", "bear", 0.75, 0.25),
    ("test", "bear/0.png", "bear", "bear", 0.875, 0.125),
    ("test", "bear/1.png", "bear", "fox", 0.25, 0.75),
    ("test", "fox/0.png", "fox", "fox", 0.0, 1.0),
    ("test", "fox/1.png", "fox", "fox", 0.375, 0.625),
]


def planned(experiment: str = "plain", seed: int = 0, **settings: Any) -> Run:
    """A run of which only what the results need is told."""
    known = {"epochs": 2, "batch_size": 8} | settings
    size, threads = known.pop("image_size", 64), known.get("threads", 1)
    configuration = known.pop("configuration", f"{experiment:c<12.12}")
    spec = Experiment(experiment, known.pop("model", "torchvision:resnet18"), **known)
    data = DataSpec("photos", Path("/photos"), image_size=size)
    identity = sha256(f"{configuration} {seed}".encode()).hexdigest()[:12]
    return Run("tracks", data, spec, seed, "f" * 64, identity, configuration, threads)


def finish(
    folder: RunFolder,
    run: Run,
    *,
    accuracy: float = 0.75,
    seconds: float = 60.0,
    n_train: int = 10,
    epochs: int | None = None,
    started: str = "2026-01-01T00:00:00+00:00",
    predictions: Sequence[tuple[Any, ...]] = PREDICTIONS,
    classes: Sequence[str] = CLASSES,
    drawn: bool = False,
    timings: Mapping[str, float] | None = None,
    device: str = "cpu (of a test)",
    host: str | None = None,
    precision: str = "",
) -> RunFolder:
    """Writes all files of a run that was completed, and seals them.

    `timings` are its parts, which runs of earlier versions lack; `host` is this one where None.
    `precision` is what they trained in; '' leaves it out.
    """
    folder.begin()
    measures = {"accuracy": accuracy, "macro_accuracy": 0.5, "macro_f1": 0.25, "nll": 1.5}
    spec = {
        "identity": run.identity,
        "configuration": run.configuration,
        "experiment": json.loads(json.dumps(asdict(run.experiment))),
        "data": {"image_size": run.data.image_size},
        "fingerprint": run.fingerprint,
        "classes": list(classes),
        "drawn": drawn,
        "n_images": {"train": n_train, "val": 1, "test": 4},
        "threads": run.threads,
        "device": device,
        "host": socket.gethostname() if host is None else host,
        "started": started,
        **({"precision": precision} if precision else {}),
    }
    metrics = {
        "val": {**measures, "accuracy": 1.0, "ece": 0.0, "n": 1},
        "test": {**measures, "ece": 0.125, "n": 4},
        "epochs": run.experiment.epochs if epochs is None else epochs,
        "timings": {"total_seconds": seconds, **(timings or {})},
    }
    columns = ["split", "path", "true", "predicted", *(f"p:{name}" for name in classes)]
    parquet = io.BytesIO()
    pd.DataFrame(predictions, columns=columns).to_parquet(parquet, index=False)
    folder.write_json("run.json", spec)
    folder.write_json("metrics.json", metrics)
    folder.write("history.csv", HISTORY)
    folder.write("predictions.parquet", parquet.getvalue())
    for name in FILES:
        if not (folder.path / name).exists():
            folder.write(name, f"what a {name} holds")
    folder.seal()
    return folder


def finish_at(results: Path, run: Run, **figures: Any) -> RunFolder:
    """The same, in the run's own folder."""
    return finish(RunFolder.of(results, run), run, **figures)
