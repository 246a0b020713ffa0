"""Images with what a trained classifier says of them, what its filters answer, where it looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.explain.activations import activation_maps, kernels
from analysis.explain.choose import choose
from analysis.explain.layers import convolutions, first_and_deepest, named
from analysis.explain.saliency import saliency
from bench.results.records import RunRecord
from runners.data.photos import Photos, read_photo
from runners.models.trained import TrainedClassifier, load_trained

N_IMAGES = 4
_SPLIT = "test"


@dataclass(frozen=True)
class Seen:
    """An image and what a classifier says of it.

    `image` is RGB, uint8 [S, S, 3], as the classifier gets it; `path` is relative to the split,
    or the file's name; `true` is None where nobody said. `confidence` is the probability of the
    predicted class.
    """

    image: NDArray[np.uint8]
    path: str
    true: str | None
    predicted: str
    confidence: float

    @property
    def is_correct(self) -> bool | None:
        """Whether the prediction is right; None where nobody said."""
        return None if self.true is None else self.true == self.predicted


@dataclass(frozen=True)
class SaliencyExample(Seen):
    """The same with where the classifier looked: `map` float64 [S, S] in [0, 1].

    `method` says how the map came about, and how fine it really is.
    """

    map: NDArray[np.float64]
    method: str


@dataclass(frozen=True)
class FilterView:
    """What the first filters of a convolution look for, and what they answer to some images.

    `kernels` [n, k, k, 3] where it takes an image's colours, else [n, k, k], the mean over its
    `n_inputs` input channels; `maps` [images, n, h, w]; of `n_filters` in all. `seen` are the
    images.
    """

    layer: str
    n_filters: int
    n_inputs: int
    kernels: NDArray[np.float32]
    maps: NDArray[np.float32]
    seen: tuple[Seen, ...]


def trained_of(record: RunRecord) -> TrainedClassifier:
    """The classifier of a complete run.

    Raises:
        DamagedError: its files are not what was sealed.
        UserError: as `load_trained` does.
    """
    return load_trained(record.spec, record.folder.read("model.safetensors"))


def test_images(record: RunRecord, photos: Photos, n: int) -> list[Seen]:
    """The test images that a run was surest of: right ones, then wrong ones.

    Args:
        record: the run; what it said is read from its predictions.
        photos: its data set.
        n: of each kind, at most.

    Raises:
        UserError: an image cannot be read.
    """
    predictions = record.predictions()
    chosen = choose(predictions[predictions["split"] == _SPLIT], n)
    return [_seen(row, photos) for _, row in chosen.iterrows()]


def _seen(row: pd.Series, photos: Photos) -> Seen:
    return Seen(
        image=photos.read(_SPLIT, str(row["path"])),
        path=str(row["path"]),
        true=str(row["true"]),
        predicted=str(row["predicted"]),
        confidence=float(row["confidence"]),
    )


def own_images(trained: TrainedClassifier, files: Sequence[Path]) -> list[Seen]:
    """Any image files, with what the classifier says of them.

    Raises:
        UserError: one of them cannot be read as an image.
    """
    images = np.stack([read_photo(file, trained.image_size) for file in files])
    probabilities = trained.predict(images)
    return [
        Seen(image, file.name, None, trained.classes[row.argmax()], float(row.max()))
        for image, file, row in zip(images, files, probabilities, strict=True)
    ]


def saliency_examples(
    record: RunRecord, photos: Photos, n: int = N_IMAGES
) -> list[SaliencyExample]:
    """Where a run's classifier looked in the test images that it was surest of.

    Args:
        record: a complete run.
        photos: its data set.
        n: right ones, and as many wrong ones, at most.

    Returns:
        Right ones first, each kind as `choose` orders it; empty without test images.

    Raises:
        DamagedError: the run's files are not what was sealed.
        UserError: the weights do not fit what is built here, an image cannot be read, or there is
            no saliency map of such a network.
    """
    return with_saliency(trained_of(record), test_images(record, photos, n))


def with_saliency(
    trained: TrainedClassifier, seen: Sequence[Seen], layer: str | None = None
) -> list[SaliencyExample]:
    """Adds where the classifier looked when it said what it said; see `saliency`."""
    if not seen:
        return []
    targets = [trained.classes.index(one.predicted) for one in seen]
    inputs = trained.inputs(np.stack([one.image for one in seen]))
    found = saliency(trained, inputs, targets, layer)
    return [
        SaliencyExample(
            one.image, one.path, one.true, one.predicted, one.confidence, place, found.method
        )
        for one, place in zip(seen, found.maps, strict=True)
    ]


def filter_views(
    trained: TrainedClassifier,
    seen: Sequence[Seen],
    layers: Sequence[str] = (),
    n_filters: int = 8,
) -> list[FilterView]:
    """The first filters of some convolutions, and what they answer to images.

    Args:
        trained: the classifier.
        seen: the images, at least one.
        layers: names of convolutions; where there are none, the first and the deepest.
        n_filters: how many of each convolution, at most.

    Returns:
        A view a layer; none for a network without convolutions.

    Raises:
        UserError: a layer is no convolution of the network.
    """
    passed = convolutions(trained.network, trained.image_size)
    chosen = named(passed, layers) if layers else first_and_deepest(passed)
    inputs = trained.inputs(np.stack([one.image for one in seen]))
    maps = activation_maps(trained.network, [one.name for one in chosen], inputs)
    return [
        FilterView(
            layer=one.name,
            n_filters=one.module.out_channels,
            n_inputs=one.module.weight.shape[1],
            kernels=kernels(one.module, n_filters),
            maps=maps[one.name][:, :n_filters],
            seen=tuple(seen),
        )
        for one in chosen
    ]
