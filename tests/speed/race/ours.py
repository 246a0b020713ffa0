"""This project: a run as `bench run` has it made, all that its process does."""

import json
import tempfile
from pathlib import Path

from tests.speed.race.job import Job, Result, Stopwatch


def ours(job: Job, watch: Stopwatch) -> Result:
    """Plans a suite of one run and works it off in this process, as one of the project's own."""
    import pandas as pd

    from bench.executors.worker import DONE, work
    from bench.experiments.config import load_suite
    from bench.survey import take

    with tempfile.TemporaryDirectory() as home:
        suite = load_suite(_suite_file(Path(home), job))
        (planned,) = take(suite, Path(home) / "results", threads=job.threads).runs
        try:
            work(planned.run, planned.folder)
        except SystemExit as end:
            if end.code != DONE:
                raise RuntimeError(planned.folder.failure()["reason"]) from None
        folder = planned.folder.path
        history = pd.read_csv(folder / "history.csv")
        events = map(json.loads, (folder / "events.jsonl").read_text().splitlines())
        started = next(event["time"] for event in events if event["event"] == "start")
        n_images = json.loads((folder / "run.json").read_bytes())["n_images"]["train"]
    return Result(
        n_images=n_images,
        epoch_seconds=list(history["seconds"]),
        start_seconds=started - watch.began,
        accuracy=float(history["val_accuracy"].iloc[-1]),
    )


def _suite_file(home: Path, job: Job) -> Path:
    import tomlkit

    jitter = {"brightness": 0.2, "contrast": 0.2, "saturation": 0.2, "hue": 0.1}
    flips = {"horizontal_flip": 0.5, "vertical_flip": 0.5}
    experiment = {
        "model": job.model,
        "weights": job.weights,
        "epochs": job.epochs,
        "batch_size": job.batch_size,
        "precision": job.precision,  # what "auto" comes to as well
        "optimizer": {"name": "adam", "lr": job.lr},
    }
    if job.trainable_blocks is not None:
        experiment["freezing"] = {"trainable_blocks": job.trainable_blocks}
    document = {
        "suite": {"name": "race", "data": "photos", "seeds": [job.seed]},
        "data": {
            "photos": {
                "root": job.folder,
                "image_size": job.image_size,
                "augment": {"rotation_degrees": 30, **flips, "color_jitter": jitter},
            }
        },
        "experiment": {"race": experiment},
    }
    file = home / "experiments.toml"
    file.write_text(tomlkit.dumps(document))
    return file
