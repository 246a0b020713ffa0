"""A trained network as graphs that run without this project: ONNX and torch.export.

Two graphs: one takes images as the network does, the other photos as they were decoded.
"""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from runners.models.trained import TrainedClassifier

if TYPE_CHECKING:
    from torch.export import ExportedProgram

IMAGES, PHOTOS = "images", "photos"
# The dimensions of each graph's input that may be of any size.
_FREE = {IMAGES: ("batch",), PHOTOS: ("batch", "height", "width")}
OUTPUTS = ("logits", "probabilities", "calibrated")
# The newest one that the exporter writes without converting.
OPSET = 23
_FIXED_POINT = 1 << 22


class Answering(nn.Module):
    """A network with the probabilities that belong to its logits.

    Images float32 [B, 3, S, S], normalised, become logits, probabilities as trained, and
    probabilities after temperature scaling, each float32 [B, n_classes].
    """

    def __init__(self, classifier: TrainedClassifier, temperature: float) -> None:
        super().__init__()
        self.network = classifier.network
        self.temperature = temperature

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, probabilities, calibrated probabilities."""
        logits = self.network(images)
        calibrated = torch.softmax(logits / self.temperature, dim=1)
        return logits, torch.softmax(logits, dim=1), calibrated


class AnsweringPhotos(nn.Module):
    """The same for decoded photos: uint8 [B, H, W, 3], RGB and upright, H and W of any size."""

    def __init__(self, classifier: TrainedClassifier, temperature: float) -> None:
        super().__init__()
        self.answering = Answering(classifier, temperature)
        self.side = classifier.image_size
        scaling = classifier.normalization
        self.mean = nn.Buffer(torch.tensor(scaling.mean).view(1, 3, 1, 1))
        self.std = nn.Buffer(torch.tensor(scaling.std).view(1, 3, 1, 1))

    def forward(self, photos: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, probabilities, calibrated probabilities."""
        images = resized(photos, self.side).to(torch.float32) / 255
        found: tuple[Tensor, Tensor, Tensor] = self.answering((images - self.mean) / self.std)
        return found


def resized(photos: Tensor, side: int) -> Tensor:
    """Photos as Pillow's bilinear resizing makes them: across first, then down.

    To the byte what `Image.resize((S, H)).resize((S, S))` gives, and so what `Image.resize((S,
    S))` does, but for photos taller than wide: some of these newer versions of Pillow (13.0 does)
    resize down first, which changes some pixels by one level. ONNX's own `Resize` with `antialias`
    is up to 19 levels off in onnxruntime 1.32.

    Args:
        photos: uint8 [B, H, W, 3].
        side: S, in pixels.

    Returns:
        float64 [B, 3, S, S], whole numbers from 0 to 255.
    """
    pixels = photos.permute(0, 3, 1, 2).to(torch.float64)
    across = torch.floor(pixels @ _shares(photos.shape[2], side).T + 0.5)
    return torch.floor(_shares(photos.shape[1], side) @ across + 0.5)


def _shares(n: int, side: int) -> Tensor:
    """How much each of `n` pixels in a row adds to each of `side`: a triangle, in fixed point.

    Its half-width is a pixel of the result, or of the photo where that is larger. float64
    [side, n]; with 22 bits after the point as Pillow has them, sums are exact.
    """
    # A tensor, and no number: the exporter divides symbols in float32.
    scale = torch.scalar_tensor(n, dtype=torch.float64) / side
    reach = scale.clamp(min=1)
    centre = (torch.arange(side, dtype=torch.float64) + 0.5) * scale
    at = torch.arange(n, dtype=torch.float64) + 0.5
    share = torch.clamp(1 - (at - centre[:, None]).abs() / reach, min=0)
    return torch.floor(share / share.sum(1, keepdim=True) * _FIXED_POINT + 0.5) / _FIXED_POINT


def images_program(classifier: TrainedClassifier, temperature: float) -> "ExportedProgram":
    """The graph that takes normalised images, in batches of any size."""
    side = classifier.image_size
    example = torch.zeros(2, 3, side, side)
    return _program(Answering(classifier, temperature), example, _FREE[IMAGES])


def photos_program(classifier: TrainedClassifier, temperature: float) -> "ExportedProgram":
    """The graph that takes photos of any size, in batches of any size."""
    example = torch.zeros(2, 100, 140, 3, dtype=torch.uint8)
    return _program(AnsweringPhotos(classifier, temperature), example, _FREE[PHOTOS])


def _program(model: nn.Module, example: Tensor, names: tuple[str, ...]) -> "ExportedProgram":
    dynamic = {at: torch.export.Dim(name, min=1) for at, name in enumerate(names)}
    with _quiet():
        return torch.export.export(model.eval(), (example,), dynamic_shapes=(dynamic,))


def program_bytes(program: "ExportedProgram") -> bytes:
    """The program as `torch.export.save` writes it."""
    buffer = io.BytesIO()
    with _quiet():
        torch.export.save(program, buffer)
    return buffer.getvalue()


def load_program(content: bytes) -> nn.Module:
    """A program read back. Only for files of one's own: torch may unpickle parts of them."""
    with _quiet():
        return torch.export.load(io.BytesIO(content)).module()


def onnx_bytes(program: "ExportedProgram", name: str, metadata: dict[str, str]) -> bytes:
    """The program in ONNX.

    Args:
        program: one of the two.
        name: of its input, `IMAGES` or `PHOTOS`.
        metadata: goes into `metadata_props`.
    """
    from onnx.helper import set_model_props

    with _quiet():
        exported = torch.onnx.export(
            program,
            dynamo=True,
            input_names=[name],
            output_names=list(OUTPUTS),
            opset_version=OPSET,
            verbose=False,
        )
    assert exported is not None  # it is with dynamo
    model = exported.model_proto
    _name_dimensions(model, _FREE[name])
    set_model_props(model, metadata)
    return bytes(model.SerializeToString())


def _name_dimensions(model: Any, names: tuple[str, ...]) -> None:
    """Calls the input's free dimensions by their names everywhere, where torch numbered them."""
    graph = model.graph
    free = [one.dim_param for one in graph.input[0].type.tensor_type.shape.dim if one.dim_param]
    known = dict(zip(free, names, strict=True))
    for value in (*graph.input, *graph.output, *graph.value_info):
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param in known:
                dimension.dim_param = known[dimension.dim_param]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps what the exporters log and warn of to itself: it is about their own insides."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
