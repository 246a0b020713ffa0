"""From the folder of a run to answers: what is on a photo, and how sure that is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.results.records import RunRecord, predictions_frame

if TYPE_CHECKING:
    from PIL.Image import Image

    from runners.models.trained import TrainedClassifier

_EVEN = 0.5


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
class Threshold:
    """Where "sure" begins, in calibrated confidence.

    `accuracy_above` and `accuracy_below` are the shares of right answers among the validation
    images on either side, NaN where there is none. `n` is how many validation images there are.
    """

    confidence: float
    accuracy_above: float
    accuracy_below: float
    n: int


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


def threshold(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> Threshold:
    """The confidence that best parts right answers from wrong ones.

    It is the one with the largest share of right answers at or above it less the share of wrong
    ones there; of equals the lowest. Where all answers are right, or all wrong, nothing tells, and
    it is 0.5. Source: W. J. Youden, "Index for rating diagnostic tests", Cancer 3, 1950.

    Args:
        confidence: float64 [N], calibrated, of validation images.
        right: bool [N], whether the answer was right.
    """
    chosen = _EVEN
    if right.any() and not right.all():
        candidates, at = np.unique(confidence, return_inverse=True)
        n_right, n_wrong = (
            np.bincount(at[these], minlength=len(candidates)) for these in (right, ~right)
        )
        above_right, above_wrong = (n[::-1].cumsum()[::-1] for n in (n_right, n_wrong))
        # The difference of the two shares, in whole numbers: rounding must not part equals.
        difference = above_right * n_wrong.sum() - above_wrong * n_right.sum()
        chosen = float(candidates[int(difference.argmax())])
    sure = confidence >= chosen
    return Threshold(chosen, _share(right[sure]), _share(right[~sure]), len(right))


def _share(right: NDArray[np.bool_]) -> float:
    return float(right.mean()) if len(right) else float("nan")
