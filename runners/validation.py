"""Scoring a run's classifier on a split: at the end, and after each epoch."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from runners import front
from runners.data.cache import Split
from runners.data.loader import Batch, DeviceSplit, evaluation_batches
from runners.evaluation import Scores, score
from runners.freezing import FreezableClassifier
from runners.front import Features, Front, Unfit
from runners.setting import Emit, Setting, now_and_then


def evaluate(
    setting: Setting,
    model: FreezableClassifier,
    split: Split | DeviceSplit,
    precision: str,
    emit: Emit = lambda _: None,
) -> Scores:
    """The model's scores on a split, computed in the precision that is named.

    `emit` takes a `score` event now and then, which says that it goes on.
    """
    return score(model, _batches(setting, split), precision, _reporter(emit))


def _batches(setting: Setting, split: Split | DeviceSplit) -> Iterator[Batch]:
    return evaluation_batches(
        split,
        setting.normalization,
        setting.experiment.batch_size,
        setting.device,
        setting.experiment.channels_last,
    )


def _reporter(emit: Emit) -> Callable[[], None]:
    n_scored, is_time = 0, now_and_then()

    def report() -> None:
        nonlocal n_scored
        n_scored += 1
        if is_time():
            emit({"event": "score", "step": n_scored})

    return report


class Validation:
    """Scores the validation images after each epoch.

    While the front of the network is frozen, what it makes of them is kept, to the bit; the epochs
    after the first of a phase run the rest of the network alone.
    """

    def __init__(
        self,
        setting: Setting,
        model: FreezableClassifier,
        split: Split | DeviceSplit,
        emit: Emit = lambda _: None,
    ) -> None:
        self._setting = setting
        self._model = model
        self._split = split
        self._emit = emit
        self._trainable: frozenset[str] | None = None
        self._kept: list[Features] = []
        self._said: set[str] = set()

    def __call__(self) -> Scores:
        """The scores as the network is now."""
        if self._model.trainable != self._trainable:
            self._trainable = self._model.trainable
            self._kept = []
            self._front = Front(self._model)
            self._is_kept = bool(self._front)
        if self._kept:
            features = iter(self._kept)
            batches: Iterator[Batch] = (one.batch for one in self._kept)
            return self._score(batches, lambda _: self._front.replay(next(features)))
        return self._score(_batches(self._setting, self._split), self._record)

    def _score(self, batches: Iterator[Batch], classify: Callable[[Batch], Tensor]) -> Scores:
        precision, report = self._setting.precision, _reporter(self._emit)
        return score(self._model, batches, precision, report, classify)

    def _record(self, batch: Batch) -> Tensor:
        """The logits, and the features kept, for as long as they can be."""
        if self._is_kept:
            try:
                logits, features = self._front.record(batch)
                if not self._kept:
                    self._check(features, logits)
            except torch.OutOfMemoryError:
                raise
            except (Unfit, RuntimeError) as reason:
                self._give_up(str(reason).partition("\n")[0])
            else:
                self._kept.append(features)
                if sum(one.nbytes for one in self._kept) > front.BUDGET_BYTES:
                    self._give_up(f"they take more than {front.BUDGET_BYTES / 2**20:.0f} MB")
                return logits
        return self._model.forward(batch.images)

    def _check(self, features: Features, logits: Tensor) -> None:
        if not torch.equal(self._front.replay(features), logits):
            raise Unfit("the network uses more of its front than what the last module gives")

    def _give_up(self, reason: str) -> None:
        self._kept, self._is_kept = [], False
        text = f"features of the frozen front are computed anew each epoch: {reason}"
        if text not in self._said:
            self._said.add(text)
            self._emit({"event": "note", "text": text})
