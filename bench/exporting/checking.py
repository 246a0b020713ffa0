"""Does an exported model answer as the run's own does?"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Resampling

from bench.errors import UserError
from bench.exporting.samples import Samples

if TYPE_CHECKING:
    from app.predictor import Answer, Predictor

TOLERANCE = 1e-4
_BATCHES = (1, 7, 32)

Square = NDArray[np.uint8]
# From an input to probabilities as trained and calibrated, each [B, n_classes].
Ask = Callable[[NDArray[Any]], tuple[NDArray[np.float32], NDArray[np.float32]]]


@dataclass(frozen=True)
class Checked:
    """How far the answers of a file were from the run's own, at most, in probability.

    `n_down_first` of the `n` photos are taller than wide and Pillow resizes them down first, the
    file across first: with those the file was held against the run's network behind the file's
    order, and `difference_down_first` is how far it is from the run's own answers.
    """

    file: str
    n: int
    kind: str
    difference: float
    n_down_first: int = 0
    difference_down_first: float = 0.0

    def line(self) -> str:
        """All of it in a sentence."""
        line = f"{self.file}: differs by at most {self.difference:.1e} on {self.n} {self.kind}"
        if not self.n_down_first:
            return line
        return (
            f"{line}; {self.n_down_first} of them are resized in another order than Pillow's, and "
            f"differ by at most {self.difference_down_first:.1e} from what `bench predict` says"
        )


def check_images(file: str, ask: Ask, predictor: "Predictor", samples: Samples) -> Checked:
    """Checks a model that takes batches of normalised images, float32 [B, 3, S, S].

    Raises:
        UserError: an answer is not the run's.
    """
    squares = [predictor.square(photo) for photo in samples.photos]
    difference = 0.0
    for batch in _batches(squares):
        own = predictor.answer_all(batch)
        found = ask(predictor.classifier.inputs(np.stack(batch)).numpy())
        difference = max(difference, _difference(found, own))
    _refuse_wrong(file, difference, samples.kind)
    return Checked(file, len(squares), samples.kind, difference)


def check_photos(file: str, ask: Ask, predictor: "Predictor", samples: Samples) -> Checked:
    """Checks a model that takes photos of any size, uint8 [B, H, W, 3].

    Raises:
        UserError: an answer is not that of the run's network, photos resized across first.
    """
    differences, down_first = [0.0], []
    for photo in samples.photos:
        found = ask(np.asarray(photo)[None])
        square = predictor.square(photo)
        across_first = predictor.square(
            photo.resize((len(square), photo.height), Resampling.BILINEAR)
        )
        differences.append(_difference(found, predictor.answer_all([across_first])))
        if not np.array_equal(square, across_first):
            down_first.append(_difference(found, predictor.answer_all([square])))
    _refuse_wrong(file, max(differences), samples.kind)
    return Checked(
        file,
        len(samples.photos),
        samples.kind,
        max(differences),
        len(down_first),
        max(down_first, default=0.0),
    )


def _batches(squares: Sequence[Square]) -> Iterable[list[Square]]:
    """The images in batches of several sizes, a single one among them."""
    start, turn = 0, 0
    while start < len(squares):
        n = _BATCHES[turn % len(_BATCHES)]
        yield list(squares[start : start + n])
        start, turn = start + n, turn + 1


def _difference(
    found: tuple[NDArray[np.float32], NDArray[np.float32]], own: Sequence["Answer"]
) -> float:
    raw, calibrated = (np.stack(p) for p in zip(*((o.raw, o.calibrated) for o in own), strict=True))
    far = max(np.abs(found[0] - raw).max(), np.abs(found[1] - calibrated).max())
    # What is not a number is as wrong as can be.
    return float(far) if np.isfinite(far) else float("inf")


def _refuse_wrong(file: str, difference: float, kind: str) -> None:
    if not difference <= TOLERANCE:
        raise UserError(
            f"{file}: its probabilities differ from the run's by up to {difference:.1e} on "
            f"{kind}, and at most {TOLERANCE:.0e} is right; nothing was exported"
        )


def asking_onnx(content: bytes) -> Ask:
    """Asks a model by onnxruntime, on the CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def ask(batch: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        raw, calibrated = session.run(["probabilities", "calibrated"], {name: batch})
        return raw, calibrated

    return ask


def asking_program(content: bytes) -> Ask:
    """Asks a model by torch.export, on the CPU."""
    import torch

    from runners.models.export import load_program

    model = load_program(content)

    def ask(batch: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        with torch.inference_mode():
            _, raw, calibrated = model(torch.from_numpy(batch))
        return raw.numpy(), calibrated.numpy()

    return ask
