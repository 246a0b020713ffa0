"""The one entry: turns one planned run into the files of its folder."""

import dataclasses
import io
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from bench.experiments.identity import RECIPE_VERSION
from bench.experiments.spec import Run
from bench.results.store import RunFolder
from runners import checkpoint
from runners.checkpoint import Progress
from runners.data.cache import ImageCache
from runners.data.loader import on_device
from runners.device import choose_device, device_name, resolve_precision
from runners.environment import git_commit, machine, versions
from runners.evaluation import Scores, measures
from runners.fitting import Emit, Setting, evaluate, fit
from runners.freezing import FreezableClassifier
from runners.preparation import Prepared, open_images, prepare_model


def execute(run: Run, folder: RunFolder, emit: Emit) -> None:
    """Trains, selects, scores, and writes the files of the run's folder.

    Goes on from the folder's checkpoint if there is one. The caller holds the folder's lock,
    writes `log.txt` and `events.jsonl`, and seals the folder afterwards.

    Args:
        run: what to do.
        folder: where its files go.
        emit: takes the events `start`, `step`, `epoch`, `note` and `finish`.

    Raises:
        UserError: where data, model or weights are not what was planned.
        Diverged: where a loss is not finite.
    """
    began = time.perf_counter()
    progress, said = checkpoint.load(folder, run.identity)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    if progress.next_epoch:
        run, started = _as_begun(run, folder)
    torch.set_num_threads(run.threads)
    images = open_images(run)
    device = choose_device()
    prepared = prepare_model(run, len(images.classes), device)
    setting = Setting(
        experiment=run.experiment,
        augment=run.data.augment,
        normalization=prepared.normalization,
        seed=run.seed,
        device=device,
        precision=resolve_precision(run.experiment, device),
    )
    folder.write_json("run.json", _record(run, images, prepared, setting, started))
    for note in [*images.notes, *_weights_notes(prepared), *([said] if said else [])]:
        emit({"event": "note", "text": note})
    emit({"event": "start", "epochs": run.experiment.epochs, "epoch": progress.next_epoch})
    progress.seconds += time.perf_counter() - began
    _fit_and_score(run, folder, setting, prepared.model, images, progress, emit)


def _fit_and_score(
    run: Run,
    folder: RunFolder,
    setting: Setting,
    model: FreezableClassifier,
    images: ImageCache,
    progress: Progress,
    emit: Emit,
) -> None:
    train, val = (on_device(images.split(name), setting.device) for name in ("train", "val"))
    best = fit(
        setting,
        model,
        train,
        val,
        progress,
        lambda now: checkpoint.save(folder, run.identity, now),
        emit,
    )
    began = time.perf_counter()
    model.network.load_state_dict(best.state)
    scored = {
        "val": evaluate(setting, model, val),
        "test": evaluate(setting, model, on_device(images.split("test"), setting.device)),
    }
    progress.seconds += time.perf_counter() - began
    _write_outcome(folder, progress, scored, images)
    emit({"event": "finish", "selected_epoch": best.epoch, **measures(scored["test"])})


def _as_begun(run: Run, folder: RunFolder) -> tuple[Run, str]:
    """The run with the thread count that it began with, and when that was.

    A resumed run keeps its threads, whatever the machine would give it now, since another count
    rounds otherwise.
    """
    record = json.loads((folder.path / "run.json").read_bytes())
    return dataclasses.replace(run, threads=record["threads"]), record["started"]


def _record(
    run: Run,
    images: ImageCache,
    prepared: Prepared,
    setting: Setting,
    started: str,
) -> dict[str, Any]:
    """run.json: the resolved settings, and all that is worth knowing of how they were run."""
    return {
        "suite": run.suite,
        "profile": run.profile,
        "experiment": _plain(run.experiment),
        "data": _plain(run.data),
        "seed": run.seed,
        "identity": run.identity,
        "configuration": run.configuration,
        "fingerprint": run.fingerprint,
        "recipe": RECIPE_VERSION,
        "classes": list(images.classes),
        "n_images": {name: len(images.split(name).labels) for name in ("train", "val", "test")},
        "skipped_images": [{"path": path, "reason": reason} for path, reason in images.bad],
        "notes": list(images.notes),
        **prepared.record,
        "device": device_name(setting.device),
        "precision": setting.precision,
        "threads": run.threads,
        "versions": versions(),
        "git_commit": git_commit(),
        **machine(),
        "started": started,
    }


def _plain(record: Any) -> dict[str, Any]:
    """A record as JSON has it, every field written out."""
    fields = dataclasses.asdict(record)
    return {key: str(value) if isinstance(value, Path) else value for key, value in fields.items()}


def _weights_notes(prepared: Prepared) -> list[str]:
    weights = prepared.record["weights"]
    named = {
        "missing": "are not in the weights' file and start at random",
        "unexpected": ("of the weights' file are not the network's and are left out"),
    }
    return [
        f"{len(weights[key])} tensors {what}: {', '.join(weights[key][:5])}"
        for key, what in named.items()
        if weights.get(key)
    ]


def _write_outcome(
    folder: RunFolder, progress: Progress, scored: dict[str, Scores], images: ImageCache
) -> None:
    from safetensors.torch import save

    folder.write("history.csv", _history(progress))
    state = {name: tensor.contiguous() for name, tensor in progress.best.state.items()}
    folder.write("model.safetensors", save(state))
    folder.write("predictions.parquet", _predictions(scored, images))
    training = sum(row["seconds"] for row in progress.history)
    folder.write_json(
        "metrics.json",
        {
            **{split: measures(scores) for split, scores in scored.items()},
            "selected_epoch": progress.best.epoch,
            "epochs": progress.next_epoch,
            "timings": {"total_seconds": progress.seconds, "training_seconds": training},
        },
    )


def _history(progress: Progress) -> str:
    import pandas as pd

    return pd.DataFrame(progress.history).to_csv(index=False, lineterminator="\n")


def _predictions(scored: dict[str, Scores], images: ImageCache) -> bytes:
    import numpy as np
    import pandas as pd

    classes = np.array(images.classes, dtype=object)
    frames = []
    for split, scores in scored.items():
        frame = pd.DataFrame(
            {
                "split": split,
                "path": list(images.split(split).paths),
                "true": classes[scores.labels],
                "predicted": classes[scores.predicted],
            }
        )
        for index, name in enumerate(images.classes):
            frame[f"p:{name}"] = scores.probabilities[:, index]
        frames.append(frame)
    buffer = io.BytesIO()
    pd.concat(frames, ignore_index=True).to_parquet(buffer, index=False)
    return buffer.getvalue()
