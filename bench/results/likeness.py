"""How like two runs are in what decides how long they take."""

import dataclasses
import json
from collections.abc import Mapping
from operator import ne
from typing import Any, NamedTuple

from bench.experiments.spec import Run

# What is said of a run that differs in a field.
_DIFFERENCES = {
    "device": "another machine",
    "image_size": "another image size",
    "freezing": "other freezing",
    "precision": "another precision",
    "threads": "another number of threads",
    "frozen_epochs": "other freezing",
    "batch_size": "another batch size",
}


class Kind(NamedTuple):
    """What the time of a model's runs hangs on, the most decisive first.

    `freezing` is its settings as JSON, empty where all blocks train; `frozen_epochs` the planned
    epochs where what is frozen changes with them, since they decide how long each block trains,
    else 0. `threads` is 0 on a GPU, where they hardly count.
    """

    device: str
    image_size: int
    freezing: str
    precision: str
    threads: int
    frozen_epochs: int
    batch_size: int

    @classmethod
    def measured(cls, spec: Mapping[str, Any]) -> "Kind":
        """That of a run which has been.

        Args:
            spec: the content of its run.json.
        """
        experiment, device = spec["experiment"], str(spec.get("device", ""))
        freezing = experiment.get("freezing")
        return cls(
            device=device,
            image_size=int(spec["data"]["image_size"]),
            freezing=_canonical(freezing),
            precision=str(spec.get("precision") or experiment.get("precision", "auto")),
            threads=int(spec.get("threads", 0)) if is_cpu(device) else 0,
            frozen_epochs=int(experiment["epochs"]) if _changes(freezing) else 0,
            batch_size=int(experiment["batch_size"]),
        )

    @classmethod
    def planned(cls, run: Run, device: str, precision: str = "") -> "Kind":
        """That of a run which is to be.

        Args:
            run: the run.
            device: where it will compute, as run.json calls it; empty where that is not known.
            precision: what `auto` comes to there; empty where that is not known.
        """
        experiment = run.experiment
        freezing = dataclasses.asdict(experiment.freezing) if experiment.freezing else None
        is_auto = experiment.precision == "auto"
        return cls(
            device=device,
            image_size=run.data.image_size,
            freezing=_canonical(freezing),
            precision=precision if precision and is_auto else experiment.precision,
            threads=run.threads if is_cpu(device) or not device else 0,
            frozen_epochs=experiment.epochs if _changes(freezing) else 0,
            batch_size=experiment.batch_size,
        )

    def unlikeness(self, other: "Kind") -> tuple[bool, ...]:
        """In which fields the two differ; what compares as the lowest is the most alike."""
        return tuple(map(ne, self, other))

    def differences(self, other: "Kind") -> tuple[str, ...]:
        """In words, what may make the time of the other one a bad guide."""
        pairs = zip(_DIFFERENCES.values(), self.unlikeness(other), strict=True)
        return tuple(dict.fromkeys(words for words, differs in pairs if differs))


def is_cpu(device: str) -> bool:
    """Whether a device, as run.json calls it, is a CPU."""
    return device.startswith("cpu")


def _canonical(freezing: Mapping[str, Any] | None) -> str:
    return json.dumps(freezing, sort_keys=True) if freezing else ""


def _changes(freezing: Mapping[str, Any] | None) -> bool:
    """Whether what is frozen changes from epoch to epoch."""
    if not freezing:
        return False
    return bool(freezing.get("every_epochs")) or len(freezing.get("phases", ())) > 1
