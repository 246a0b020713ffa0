"""How long a run will take, from runs like it.

A run costs what it is set up for, so much for each training image and epoch, so much for each
image that is scored (validation in every epoch, and both splits at the end), and so much for an
epoch's bookkeeping. Runs tell these from their timings; what is planned adds them up for its own
images and epochs.
"""

import json
import socket
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from math import inf
from statistics import fmean
from typing import Any

from bench.experiments.spec import Run
from bench.results.begun import Begun
from bench.results.likeness import Kind, is_cpu
from bench.results.records import TIMINGS, RunRecord
from bench.results.store import DamagedError, RunFolder

_MEASURED_PARTS = ("setup_seconds", "data_seconds", "compute_seconds", "evaluation_seconds")
_MAY_STOP_EARLY = "may stop early"
_FIRST_EPOCHS = "from first epochs, in which less is trained"
# A run that went on from an earlier version's checkpoint measured the parts of its last process.
_LEAST_MEASURED = 0.9


@dataclass(frozen=True)
class Estimate:
    """Seconds that a run still needs; `doubts` say in words what makes that a rough figure."""

    seconds: float
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cost:
    """What a run has cost, in seconds: once, an epoch, a training image and epoch, a scored image.

    `epochs` is how many it trained, infinite for one that is not complete. `is_split` says whether
    its parts were measured: otherwise what was not training counts as scoring, and all as
    training where even that is not known.
    """

    once: float
    per_epoch: float
    per_trained: float
    per_scored: float
    epochs: float
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
        is_split &= sum(timings.get(name, 0.0) for name in TIMINGS[1:]) > _LEAST_MEASURED * total
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
        return cls(0.0, 0.0, per_trained, scoring / (int(n_images["val"]) * n), inf, False)

    @classmethod
    def mean(cls, costs: Sequence["Cost"]) -> "Cost":
        """What runs have cost on average: those whose parts were measured, if there are any."""
        told = [cost for cost in costs if cost.is_split] or costs
        return cls(
            once=fmean(cost.once for cost in told),
            per_epoch=fmean(cost.per_epoch for cost in told),
            per_trained=fmean(cost.per_trained for cost in told),
            per_scored=fmean(cost.per_scored for cost in told),
            epochs=fmean(cost.epochs for cost in told),
            is_split=told[0].is_split,
        )

    def seconds(self, n_images: Mapping[str, int], epochs: float, scale: float) -> float:
        """What so many epochs would have cost over so many images, each `scale` times as dear."""
        n_val, n_test = n_images["val"], n_images["test"]
        by_image = self.per_trained * n_images["train"] * epochs
        by_image += self.per_scored * _n_scored(n_val, n_test, epochs)
        return self.once + self.per_epoch * epochs + scale * by_image


def _n_scored(n_val: int, n_test: int, epochs: float) -> float:
    return n_val * epochs + n_val + n_test


@dataclass
class Like:
    """The runs of one kind, by configuration."""

    costs: dict[str, list[Cost]] = field(default_factory=dict)
    _means: dict[str, Cost] = field(default_factory=dict)

    def has_ended(self, configuration: str = "") -> bool:
        """Whether one is complete; only those of a configuration count where one is named."""
        own = [self.costs[configuration]] if configuration else self.costs.values()
        return any(cost.epochs < inf for cost in chain.from_iterable(own))

    def mean(self, configuration: str = "") -> Cost:
        """What they have cost on average; only those of a configuration where one is named."""
        if configuration not in self._means:
            own = [self.costs[configuration]] if configuration else self.costs.values()
            self._means[configuration] = Cost.mean([*chain.from_iterable(own)])
        return self._means[configuration]


@dataclass
class Throughput:
    """What the runs of a suite have cost, by model and kind.

    `device` is where this machine's newest run computed, and `precision` what `auto` came to in its
    newest run that asked for it; empty where none did. Runs of another device are asked only where
    there are no others, and make a rough estimate.
    """

    device: str = ""
    precision: str = ""
    by_model: dict[str, dict[Kind, Like]] = field(default_factory=dict)
    _newest: str = ""
    _newest_auto: str = ""

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
        kind, configuration = Kind.measured(spec), str(spec["configuration"])
        kinds = self.by_model.setdefault(str(spec["experiment"]["model"]), {})
        kinds.setdefault(kind, Like()).costs.setdefault(configuration, []).append(cost)
        started = str(spec.get("started", ""))
        if spec.get("host") != socket.gethostname():
            return
        if started >= self._newest:
            self._newest, self.device = started, kind.device
        if started >= self._newest_auto and spec["experiment"].get("precision") == "auto":
            self._newest_auto, self.precision = started, kind.precision

    def estimate(
        self, run: Run, n_images: Mapping[str, int], done: Begun | None = None
    ) -> Estimate | None:
        """How long a run will take; None where no run of its model has been.

        By what the runs of the most alike kind have cost on average, those of the same
        configuration where there are any. These may have stopped early, and so will it.

        Args:
            run: with the threads that it will have.
            n_images: of each split.
            done: how far it has come, where it is to be gone on with.
        """
        own = Kind.planned(run, self.device, self.precision)
        alike = self._most_alike(run.experiment.model, own)
        if not alike:
            return None
        configuration, epochs = run.configuration, float(run.experiment.epochs)
        same = {kind: like for kind, like in alike.items() if configuration in like.costs}
        told = []
        for kind, like in (same or alike).items():
            cost = like.mean(configuration if same else "")
            until = min(epochs, cost.epochs) if same else epochs
            told.append(cost.seconds(n_images, _left(run, until, done), _scale(own, kind)))
        ended = [like for like in same.values() if like.has_ended(configuration)]
        doubts = list(own.differences(next(iter(alike))))
        if run.experiment.early_stopping is not None and not ended:
            doubts.append(_MAY_STOP_EARLY)
        if own.frozen_epochs and not any(like.has_ended() for like in (same or alike).values()):
            doubts.append(_FIRST_EPOCHS)
        return Estimate(fmean(told), tuple(doubts))

    def _most_alike(self, model: str, own: Kind) -> dict[Kind, Like]:
        """The model's runs that differ from this one in the least decisive fields."""
        kinds = self.by_model.get(model, {})
        if own in kinds:
            return {own: kinds[own]}
        least = min((own.unlikeness(kind) for kind in kinds), default=())
        return {kind: like for kind, like in kinds.items() if own.unlikeness(kind) == least}


def _left(run: Run, epochs: float, done: Begun | None) -> float:
    """Epochs to go; what came after the last checkpoint is done again."""
    if done is None:
        return epochs
    every = run.experiment.checkpoint_every
    return max(0.0, epochs - done.epochs // every * every)


def _scale(own: Kind, measured: Kind) -> float:
    """How much dearer an image is for a run than for another one, as far as that can be said.

    In proportion to its pixels, and on a CPU to the threads that share the work.
    """
    pixels = (own.image_size / measured.image_size) ** 2
    shared = is_cpu(measured.device) and own.threads and measured.threads
    return pixels * (measured.threads / own.threads if shared else 1.0)
