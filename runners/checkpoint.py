"""The state to resume from: tensors and plain data only, the newest one and the one before it."""

import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from bench.results.store import CHECKPOINT, PREVIOUS_CHECKPOINT, RunFolder
from runners.tensors import NotWhole, read_tensors, write_tensors

_FORMAT = 1
State = dict[str, torch.Tensor]


@dataclass
class Best:
    """The selected epoch so far: best validation accuracy, then lower loss, then the earlier."""

    epoch: int = -1
    val_accuracy: float = -1.0
    val_loss: float = float("inf")
    state: State = field(default_factory=dict)

    def is_beaten_by(self, accuracy: float, loss: float) -> bool:
        """Whether a later epoch with these validation figures is the better one."""
        return (accuracy, -loss) > (self.val_accuracy, -self.val_loss)


@dataclass
class Progress:
    """All that changes while a run trains. Random numbers are not in it: they hang on the epoch.

    `optimizer` is the optimizer's state over the parameters that train, in the network's order;
    `seconds` is the time spent so far, over all the processes that worked on the run, and
    `seconds_by_part` what `Clock` charged it to.
    """

    next_epoch: int = 0
    history: list[dict[str, float | int]] = field(default_factory=list)
    best: Best = field(default_factory=Best)
    model: State = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    seconds_by_part: dict[str, float] = field(default_factory=dict)


class Unusable(Exception):  # noqa: N818 - a state of the file, not a mistake
    """A checkpoint that is torn, damaged, or another run's; its text is the reason."""


def save(folder: RunFolder, identity: str, progress: Progress) -> None:
    """Replaces the folder's checkpoint and keeps the one before it.

    Raises:
        OSError: such as a full disk; the checkpoint before it is still there.
    """
    content = {
        "format": _FORMAT,
        "identity": identity,
        "progress": {**vars(progress), "best": vars(progress.best)},
    }
    folder.write(CHECKPOINT, lambda file: write_tensors(file, content), keep=PREVIOUS_CHECKPOINT)


class Writer:
    """Writes checkpoints while the next epoch trains. A context, which waits for the last one.

    Where the process is killed while one is written, the one before it is there.
    """

    def __init__(self, folder: RunFolder, identity: str) -> None:
        self._folder = folder
        self._identity = identity
        self._pool = ThreadPoolExecutor(1, "checkpoint")
        self._writing: Future[None] | None = None

    def save(self, progress: Progress, then: Callable[[], None]) -> None:
        """Begins to write what `progress` is now, which may change afterwards.

        Args:
            progress: to be written.
            then: called, in another thread, when it is on the disk.

        Raises:
            OSError: what befell the one before it, such as a full disk.
        """
        self._wait()
        # The model's and the best state are copies already.
        still = replace(
            progress,
            history=list(progress.history),
            best=replace(progress.best),
            optimizer=_copy(progress.optimizer),
        )
        self._writing = self._pool.submit(self._write, still, then)

    def _write(self, progress: Progress, then: Callable[[], None]) -> None:
        save(self._folder, self._identity, progress)
        then()

    def _wait(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._wait()
        finally:
            self._pool.shutdown()


def _copy(value: Any) -> Any:
    """An optimizer's state whose tensors do not change any more, on the CPU."""
    if isinstance(value, torch.Tensor):
        return value.detach().to("cpu", copy=True)
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, (list, tuple)) else value


def load(folder: RunFolder, identity: str) -> tuple[Progress, str]:
    """The progress to go on from, and what to say of it.

    A checkpoint that is not whole, or another run's, is removed, and the one before it used; that
    is said.
    """
    said = []
    for name in (CHECKPOINT, PREVIOUS_CHECKPOINT):
        path = folder.path / name
        if not path.exists():
            continue
        try:
            progress = _read(path, identity)
        except Unusable as reason:
            said.append(f"{name} is not used: {reason}")
            with contextlib.suppress(OSError):  # else it would take the place of the good one
                path.unlink()
            continue
        return progress, "; ".join([*said, f"resumed at epoch {progress.next_epoch}"])
    return Progress(), "; ".join([*said, "started anew"]) if said else ""


def _read(path: Path, identity: str) -> Progress:
    try:
        content = read_tensors(path.read_bytes())
    except OSError as error:
        raise Unusable(f"it cannot be read ({error.strerror})") from error
    except NotWhole as error:
        raise Unusable(str(error)) from error
    if content["format"] != _FORMAT:
        raise Unusable("it was written by another version of trackbench")
    if content["identity"] != identity:
        raise Unusable("it is another run's")
    progress = content["progress"]
    return Progress(**{**progress, "best": Best(**progress["best"])})
