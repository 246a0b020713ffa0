"""The one entry: turns one planned run into the files of its folder."""

import dataclasses
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from bench.experiments.identity import RECIPE_VERSION
from bench.experiments.spec import Run
from bench.results.store import RunFolder
from runners import checkpoint
from runners.checkpoint import Progress
from runners.clock import Clock
from runners.data.cache import ImageCache
from runners.data.loader import on_device
from runners.data.manifest import is_drawn
from runners.data.places import root_of
from runners.device import (
    choose_device,
    device_name,
    only_deterministic_kernels,
    peak_bytes,
    resolve_precision,
)
from runners.environment import git_commit, machine, versions
from runners.evaluation import Scores, measures
from runners.fitting import fit
from runners.freezing import FreezableClassifier
from runners.memory import keep_freed_memory
from runners.preparation import Prepared, open_images, prepare_model
from runners.setting import Emit, Setting
from runners.validation import evaluate

# The selected network is scored once, so it can afford it: bf16 logits of two classes are often
# equal, and a tie would go to the class that comes first.
SCORING_PRECISION = "fp32"
_RESUMED = "resumed with another"


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
    clock = Clock()
    if run.experiment.deterministic:
        only_deterministic_kernels()
    device = choose_device()
    if device.type == "cpu":
        keep_freed_memory()
    progress, said = checkpoint.load(folder, run.identity)
    clock.add(progress.seconds, progress.seconds_by_part)
    begun = _begun(folder, run)
    if not progress.next_epoch:
        begun = {}  # nothing was finished, so that nothing has to be as it was
    run = dataclasses.replace(run, threads=begun.get("threads", run.threads))
    torch.set_num_threads(run.threads)
    images, notes = open_images(run)
    prepared = prepare_model(run, len(images.classes), device)
    setting = Setting(
        experiment=run.experiment,
        augment=run.data.augment,
        normalization=prepared.normalization,
        seed=run.seed,
        device=device,
        precision=begun.get("precision", resolve_precision(run.experiment, device)),
    )
    record = _record(run, images, prepared, setting)
    own_notes = [*_weights_notes(prepared), *_resume_notes(begun, record)]
    record |= {"notes": [*notes, *own_notes], "started": begun.get("started", record["started"])}
    folder.write_json("run.json", record)
    # What is to be said of the data was said when the suite was checked, once for all its runs.
    for note in [*own_notes, *([said] if said else [])]:
        emit({"event": "note", "text": note})
    emit({"event": "start", "epochs": run.experiment.epochs, "epoch": progress.next_epoch})
    told: list[str] = []
    tell = _hearing_notes(emit, told)
    _fit_and_score(run, folder, setting, prepared.model, images, progress, clock, tell)
    if told:
        folder.write_json("run.json", record | {"notes": [*record["notes"], *told]})


def _fit_and_score(
    run: Run,
    folder: RunFolder,
    setting: Setting,
    model: FreezableClassifier,
    images: ImageCache,
    progress: Progress,
    clock: Clock,
    emit: Emit,
) -> None:
    train, val = (on_device(images.split(name), setting.device) for name in ("train", "val"))
    with checkpoint.Writer(folder, run.identity) as writer:
        best = fit(setting, model, train, val, progress, writer.save, emit, clock)
    clock.begin("evaluation")
    test = on_device(images.split("test"), setting.device)
    model.network.load_state_dict(best.state)
    scored = {
        "val": evaluate(setting, model, val, SCORING_PRECISION, emit),
        "test": evaluate(setting, model, test, SCORING_PRECISION, emit),
    }
    clock.begin("tracking")
    _write_outcome(folder, progress, scored, images, clock, peak_bytes(setting.device))
    emit({"event": "finish", "selected_epoch": best.epoch, **measures(scored["test"])})


def _hearing_notes(emit: Emit, notes: list[str]) -> Emit:
    """The same, and what is said in notes is kept."""

    def tell(event: dict[str, object]) -> None:
        if event["event"] == "note":
            notes.append(str(event["text"]))
        emit(event)

    return tell


def _begun(folder: RunFolder, run: Run) -> dict[str, Any]:
    """What run.json says of the run that is resumed; nothing where it cannot be read.

    A resumed run keeps its threads and precision, whatever the machine would give it now, since
    others round otherwise.
    """
    try:
        begun = json.loads((folder.path / "run.json").read_bytes())
    except (OSError, ValueError):
        return {}
    is_own = isinstance(begun, dict) and begun.get("identity") == run.identity
    return begun if is_own else {}


def _resume_notes(begun: dict[str, Any], record: dict[str, Any]) -> list[str]:
    """What is not as it was when the run began."""
    earlier = [note for note in begun.get("notes", []) if note.startswith(_RESUMED)]
    now = [
        f"{_RESUMED} {key}: {record[key]}, begun with {begun[key]}"
        for key in ("device", "versions")
        if key in begun and begun[key] != record[key]
    ]
    return list(dict.fromkeys([*earlier, *now]))


def _record(run: Run, images: ImageCache, prepared: Prepared, setting: Setting) -> dict[str, Any]:
    """run.json: the resolved settings, and all that is worth knowing of how they were run."""
    return {
        "suite": run.suite,
        "profile": run.profile,
        "experiment": _plain(run.experiment),
        "data": _plain(run.data),
        "drawn": is_drawn(root_of(run.data)),
        "seed": run.seed,
        "identity": run.identity,
        "configuration": run.configuration,
        "fingerprint": run.fingerprint,
        "recipe": RECIPE_VERSION,
        "classes": list(images.classes),
        "n_images": {name: len(images.split(name).labels) for name in ("train", "val", "test")},
        "skipped_images": [{"path": path, "reason": reason} for path, reason in images.bad],
        **prepared.record,
        "device": device_name(setting.device),
        "precision": setting.precision,
        "scoring_precision": SCORING_PRECISION,
        "threads": run.threads,
        "versions": versions(),
        "git_commit": git_commit(),
        **machine(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
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
    folder: RunFolder,
    progress: Progress,
    scored: dict[str, Scores],
    images: ImageCache,
    clock: Clock,
    peak: int | None,
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
            "timings": {
                "total_seconds": clock.total,
                "training_seconds": training,
                **{f"{part}_seconds": seconds for part, seconds in clock.seconds.items()},
            },
            "memory": {"peak_bytes": peak},
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
