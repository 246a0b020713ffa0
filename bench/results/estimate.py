"""How long a run will take, from runs like it that are done."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import mean

from bench.experiments.spec import Run
from bench.results.records import RunRecord
from bench.results.store import DamagedError

_Like = tuple[str, int, int]


@dataclass
class Throughput:
    """Seconds that finished runs took: whole runs by configuration, and per image by likeness.

    Runs are alike in model, image size and batch size; their seconds per image and epoch cover
    training, validation and all else that a run does.
    """

    by_configuration: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    per_image: dict[_Like, list[float]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def measured(cls, records: Iterable[RunRecord]) -> "Throughput":
        """Reads the timings of complete runs; damaged ones do not count."""
        found = cls()
        for record in records:
            try:
                found._add(record)
            except (DamagedError, KeyError, ZeroDivisionError):
                continue
        return found

    def _add(self, record: RunRecord) -> None:
        spec, seconds = record.spec, record.metrics["timings"]["total_seconds"]
        like = (
            spec["experiment"]["model"],
            spec["data"]["image_size"],
            spec["experiment"]["batch_size"],
        )
        n_seen = spec["n_images"]["train"] * record.metrics["epochs"]
        seconds_per_image = seconds / n_seen
        self.by_configuration[spec["configuration"]].append(seconds)
        self.per_image[like].append(seconds_per_image)

    def estimate(self, run: Run, n_train: int) -> float | None:
        """Seconds for a run over `n_train` training images; None where nothing like it is done."""
        if run.configuration in self.by_configuration:
            return mean(self.by_configuration[run.configuration])
        like = (run.experiment.model, run.data.image_size, run.experiment.batch_size)
        if like in self.per_image:
            return mean(self.per_image[like]) * n_train * run.experiment.epochs
        return None
