"""From the folder of a run to answers: what is on a photo, and how sure that is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.threshold import Threshold, threshold
from bench.results.records import RunRecord, predictions_frame

if TYPE_CHECKING:
    from PIL.Image import Image

    from runners.models.trained import TrainedClassifier

__all__ = ["Answer", "Predictor", "Ranked", "Threshold", "load_predictor", "threshold"]


@dataclass(frozen=True)
class Ranked:
    """A class that an image may show, with its calibrated probability."""

    name: str
    probability: float


@dataclass(frozen=True, eq=False)
class Answer:
    """What a run's model says of one image.

    `raw` float64 [n_classes] are the probabilities as `predictions.parquet` has them;
    `calibrated`, the same after temperature scaling, are those to believe. Both sum to 1, in the
    order of `classes`, and name the same class. `is_sure` says whether the calibrated confidence
    reaches the run's threshold.
    """

    classes: tuple[str, ...]
    raw: NDArray[np.float64]
    calibrated: NDArray[np.float64]
    is_sure: bool

    @property
    def predicted(self) -> str:
        """The most probable class; the first of equals."""
        return self.classes[int(self.raw.argmax())]

    @property
    def confidence(self) -> float:
        """The calibrated probability of the predicted class."""
        return float(self.calibrated[int(self.raw.argmax())])

    def top(self, n: int) -> tuple[Ranked, ...]:
        """The `n` most probable classes, the most probable first; all where there are fewer."""
        order = np.argsort(-self.raw, kind="stable")[:n]
        return tuple(Ranked(self.classes[at], float(self.calibrated[at])) for at in order)


@dataclass(frozen=True)
class Predictor:
    """The selected model of a run, ready to answer.

    `temperature` and `threshold` were fitted on the run's validation images.
    """

    record: RunRecord
    classifier: "TrainedClassifier"
    temperature: float
    threshold: Threshold

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that it can name, in the order of all probabilities."""
        return self.classifier.classes

    def square(self, image: "Image") -> NDArray[np.uint8]:
        """An RGB image as the run's own images were made: uint8 [S, S, 3]."""
        from runners.data.decode import to_square

        return to_square(image, self.classifier.image_size)

    def answer(self, image: "Image") -> Answer:
        """What an RGB image, decoded by `runners.data.decode`, shows."""
        return self.answer_all([self.square(image)])[0]

    def answer_all(self, images: Sequence[NDArray[np.uint8]]) -> list[Answer]:
        """What each of several images shows.

        Args:
            images: each uint8 [S, S, 3], as `square` gives it. They go through the network as one
                batch; for many, see `answer_stream`.
        """
        from analysis.calibration import scale

        if not images:
            return []
        raw = self.classifier.predict(np.stack(images), batch_size=len(images))
        calibrated = scale(raw, self.temperature)
        sure = calibrated.max(axis=1) >= self.threshold.confidence
        return [
            Answer(self.classes, as_trained, to_believe, bool(is_sure))
            for as_trained, to_believe, is_sure in zip(raw, calibrated, sure, strict=True)
        ]

    def answer_stream(
        self, images: Iterable[NDArray[np.uint8]], batch_size: int = 32
    ) -> Iterator[Answer]:
        """As `answer_all`, for any number of images: no more than a batch is held at a time."""
        waiting = iter(images)
        while batch := list(islice(waiting, batch_size)):
            yield from self.answer_all(batch)


def load_predictor(record: RunRecord) -> Predictor:
    """Makes the model of a complete run ready. Runs no code from a file.

    Raises:
        UserError: the model cannot be built or read here.
        DamagedError: a file of the run is not what was sealed.
    """
    from analysis.calibration import fit_temperature, scale
    from analysis.probabilities import answers_by_run
    from runners.models.trained import load_trained

    classifier = load_trained(record.spec, record.folder.read("model.safetensors"))
    validation = answers_by_run(predictions_frame([record], "val"), [record.experiment])
    answers = validation[record.experiment][record.seed]
    temperature = fit_temperature(answers)
    confidence = scale(answers.probabilities, temperature).max(axis=1)
    return Predictor(record, classifier, temperature, threshold(confidence, answers.right))
