"""The state to resume from: tensors and plain data only, replaced after each epoch."""

import io
from dataclasses import dataclass, field
from typing import Any

import torch

from bench.results.store import CHECKPOINT, RunFolder

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
    `seconds` is the time spent so far, over all the processes that worked on the run.
    """

    next_epoch: int = 0
    history: list[dict[str, float | int]] = field(default_factory=list)
    best: Best = field(default_factory=Best)
    model: State = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


def save(folder: RunFolder, identity: str, progress: Progress) -> None:
    """Replaces the folder's checkpoint.

    Raises:
        OSError: such as a full disk; the checkpoint before it is still there.
    """
    content = {
        "format": _FORMAT,
        "identity": identity,
        "next_epoch": progress.next_epoch,
        "history": progress.history,
        "best": vars(progress.best),
        "model": progress.model,
        "optimizer": progress.optimizer,
        "seconds": progress.seconds,
    }
    # By way of memory, since torch hides a full disk behind an error of its own.
    buffer = io.BytesIO()
    torch.save(content, buffer)
    folder.write(CHECKPOINT, lambda file: file.write(buffer.getbuffer()))


def load(folder: RunFolder, identity: str) -> tuple[Progress, str]:
    """The progress to go on from, and what to say of it.

    A checkpoint that cannot be read, or is another run's, is not used, and that is said.
    """
    path = folder.path / CHECKPOINT
    if not path.exists():
        return Progress(), ""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        if (content["format"], content["identity"]) != (_FORMAT, identity):
            return Progress(), f"{CHECKPOINT} is another run's and is not used: started anew"
        progress = Progress(
            next_epoch=content["next_epoch"],
            history=content["history"],
            best=Best(**content["best"]),
            model=content["model"],
            optimizer=content["optimizer"],
            seconds=content["seconds"],
        )
    except Exception as error:  # noqa: BLE001 - a torn file raises many kinds
        reason = " ".join(str(error).split())[:120]
        return Progress(), f"{CHECKPOINT} cannot be read ({reason}): started anew"
    return progress, f"resumed at epoch {progress.next_epoch}"
