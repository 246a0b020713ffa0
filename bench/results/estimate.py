"""How long a run will take, from runs like it.

A run costs what it is set up for, so much for each training image and epoch, so much for each
image that is scored (validation in every epoch, and both splits at the end), and so much for an
epoch's bookkeeping. Runs tell these from their timings; what is planned adds them up for its own
images and epochs.
"""

import json
import socket
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from bench.experiments.spec import Run
from bench.results.begun import Begun
from bench.results.likeness import Kind, is_cpu
from bench.results.records import RunRecord
from bench.results.store import DamagedError, RunFolder

_MEASURED_PARTS = ("setup_seconds", "data_seconds", "compute_seconds", "evaluation_seconds")
_MAY_STOP_EARLY = "may stop early"


@dataclass(frozen=True)
class Estimate:
    """Seconds that a run still needs; `doubts` say in words what makes that a rough figure."""

    seconds: float
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cost:
    """What a run has cost, in seconds: once, an epoch, a training image and epoch, a scored image.

    `epochs` is how many it trained; None for one that is not complete. `is_split` says whether
    its parts were measured: otherwise what was not training counts as scoring, and all as
    training where even that is not known.
    """

    once: float
    per_epoch: float
    per_trained: float
    per_scored: float
    epochs: int | None
    is_split: bool

    @classmethod
    def of_complete(cls, record: RunRecord) -> "Cost":
        """From the timings of a complete run.

        Raises:
            DamagedError, KeyError, ZeroDivisionError: where they are not there to be read.
        """
        metrics, timings = record.metrics, record.metrics["timings"]
        epochs, total = int(metrics["epochs"]), float(timings["total_seconds"])
        n_trained = int(record.spec["n_images"]["train"]) * epochs
        n_scored = _n_scored(metrics["val"]["n"], metrics["test"]["n"], epochs)
        is_split = all(name in timings for name in _MEASURED_PARTS)
        if is_split:
            once, data, compute, scoring = (float(timings[name]) for name in _MEASURED_PARTS)
            training = data + compute
        else:
            once, training = 0.0, min(total, float(timings.get("training_seconds", total)))
            scoring = total - training
        per_epoch = max(0.0, total - once - training - scoring) / epochs
        return cls(once, per_epoch, training / n_trained, scoring / n_scored, epochs, is_split)

    @classmethod
    def of_begun(cls, spec: Mapping[str, Any], done: Begun) -> "Cost":
        """From the epochs that a run has done which is not complete.

        Raises:
            KeyError, ZeroDivisionError: where run.json, whose content `spec` is, does not say how
                many images there are.
        """
        n_images, n = spec["n_images"], done.paced_epochs
        scoring = max(0.0, done.seconds - done.training_seconds)
        per_trained = done.training_seconds / (int(n_images["train"]) * n)
        return cls(0.0, 0.0, per_trained, scoring / (int(n_images["val"]) * n), None, False)

    def seconds(self, n_images: Mapping[str, int], epochs: float, scale: float) -> float:
        """What so many epochs would have cost over so many images, each `scale` times as dear."""
        n_val, n_test = n_images["val"], n_images["test"]
        by_image = self.per_trained * n_images["train"] * epochs
        by_image += self.per_scored * _n_scored(n_val, n_test, epochs)
        return self.once + self.per_epoch * epochs + scale * by_image


def _n_scored(n_val: int, n_test: int, epochs: float) -> float:
    return n_val * epochs + n_val + n_test


@dataclass
class Throughput:
    """What the runs of a suite have cost, by model and kind.

    `device` is where this machine's newest run computed; empty where none did. Runs of another
    device are asked only where there are no others, and make a rough estimate.
    """

    device: str = ""
    by_kind: dict[str, dict[Kind, list[Cost]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    _newest: str = ""
    _chosen: dict[tuple[str, Kind], list[tuple[Kind, Cost]]] = field(default_factory=dict)

    @classmethod
    def measured(
        cls,
        records: Iterable[RunRecord],
        unfinished: Iterable[tuple[RunFolder, Begun]] = (),
    ) -> "Throughput":
        """Reads what runs have cost.

        Args:
            records: complete runs; damaged ones and those without an epoch do not count.
            unfinished: others, which count with the epochs that they have done.
        """
        found = cls()
        for record in records:
            with suppress(DamagedError, KeyError, ZeroDivisionError):
                found._add(record.spec, Cost.of_complete(record))
        for folder, done in unfinished:
            with suppress(OSError, ValueError, TypeError, KeyError, ZeroDivisionError):
                spec = json.loads((folder.path / "run.json").read_bytes())
                found._add(spec, Cost.of_begun(spec, done))
        return found

    def _add(self, spec: Mapping[str, Any], cost: Cost) -> None:
        self.by_kind[str(spec["experiment"]["model"])][Kind.measured(spec)].append(cost)
        started = str(spec.get("started", ""))
        if spec.get("host") == socket.gethostname() and started >= self._newest:
            self._newest, self.device = started, str(spec.get("device", ""))

    def estimate(
        self, run: Run, n_images: Mapping[str, int], done: Begun | None = None
    ) -> Estimate | None:
        """How long a run will take; None where no run of its model has been.

        Among the runs of the most alike kind, those count whose parts were measured, if there are
        any; the estimate is the mean of what each says.

        Args:
            run: with the threads that it will have.
            n_images: of each split.
            done: how far it has come, where it is to be gone on with.
        """
        own = Kind.planned(run, self.device)
        alike = self._most_alike(run.experiment.model, own)
        if not alike:
            return None
        nearest = alike[0][0]
        same = nearest.configuration == own.configuration
        seconds = fmean(
            cost.seconds(n_images, _epochs_left(run, cost, done, same), _scale(own, kind))
            for kind, cost in alike
        )
        may_stop = run.experiment.early_stopping is not None and not same
        doubts = (*own.differences(nearest), *([_MAY_STOP_EARLY] if may_stop else []))
        return Estimate(seconds, doubts)

    def _most_alike(self, model: str, own: Kind) -> list[tuple[Kind, Cost]]:
        """The model's runs that differ from this one in the least decisive fields."""
        key = (model, own)
        if key not in self._chosen:
            kinds = self.by_kind.get(model, {})
            unlikeness = {kind: own.unlikeness(kind) for kind in kinds}
            least = min(unlikeness.values(), default=())
            nearest = [kind for kind in kinds if unlikeness[kind] == least]
            alike = [(kind, cost) for kind in nearest for cost in kinds[kind]]
            self._chosen[key] = [each for each in alike if each[1].is_split] or alike
        return self._chosen[key]


def _epochs_left(run: Run, cost: Cost, done: Begun | None, same: bool) -> float:
    """Epochs to go: to where runs of the same configuration ended, which may have been early."""
    epochs = run.experiment.epochs
    if same and cost.epochs is not None:
        epochs = min(epochs, cost.epochs)
    if done is None:
        return epochs
    every = run.experiment.checkpoint_every
    return max(0, epochs - done.epochs // every * every)


def _scale(own: Kind, measured: Kind) -> float:
    """How much dearer an image is for a run than for another one, as far as that can be said.

    In proportion to its pixels, and on a CPU to the threads that share the work.
    """
    pixels = (own.image_size / measured.image_size) ** 2
    shared = is_cpu(measured.device) and own.threads and measured.threads
    return pixels * (measured.threads / own.threads if shared else 1.0)
