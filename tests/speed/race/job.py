"""What every contestant of the race is given to do, and what it gives back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, time


@dataclass(frozen=True)
class Job:
    """One training, the same for all.

    `folder` holds train/, val/ and test/ of class folders. `model` and `weights` are named as in
    experiments.toml. All blocks but the last `trainable_blocks` and the head are frozen; None
    trains all. `precision`, "bf16" or "fp32", is what the device is fastest in. `workers` are the
    processes that a peer may load images with.
    """

    folder: str
    model: str
    weights: str
    image_size: int
    epochs: int
    lr: float
    batch_size: int = 32
    trainable_blocks: int | None = None
    precision: str = "bf16"
    threads: int = 2
    workers: int = 2
    seed: int = 0

    @property
    def train(self) -> Path:
        """The folder of training images."""
        return Path(self.folder) / "train"

    @property
    def val(self) -> Path:
        """The folder of validation images."""
        return Path(self.folder) / "val"


@dataclass(frozen=True)
class Result:
    """How it went.

    `n_images` is what an epoch trains on. `epoch_seconds` are the wall times of the training
    epochs, data work included, validation left out. `start_seconds` is the time from the start of
    the process until the first batch is asked for. `accuracy` is on the validation images after
    the last epoch. `computed_in` is what was seen in the network while it trained.
    """

    n_images: int
    epoch_seconds: list[float]
    start_seconds: float
    accuracy: float
    computed_in: str = ""


class Stopwatch:
    """Takes the times of a contestant whose process began at `began`, in seconds of the epoch."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.epoch_seconds: list[float] = []
        self.start_seconds = 0.0
        self._epoch_began: float | None = None

    @contextmanager
    def epoch(self) -> Iterator[None]:
        """Around a training epoch."""
        self.start_epoch()
        yield
        self.end_epoch()

    def start_epoch(self) -> None:
        """Called before an epoch's first batch is asked for."""
        if self._epoch_began is None:
            self.start_seconds = time() - self.began
        self._epoch_began = perf_counter()

    def end_epoch(self) -> None:
        """Called after an epoch's last step."""
        import torch

        if torch.cuda.is_available():
            torch.cuda.synchronize()
        assert self._epoch_began is not None
        self.epoch_seconds.append(perf_counter() - self._epoch_began)

    def result(self, n_images: int, accuracy: float) -> Result:
        """What was measured, at the end."""
        return Result(n_images, self.epoch_seconds, self.start_seconds, accuracy)


Train = Callable[[Job, Stopwatch], Result]
