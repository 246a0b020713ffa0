"""What is familiar to a run: learnt from its data set once, and kept beside the results."""

import contextlib
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.familiarity import Familiarity, Seen, balanced, learn
from app.predictor import Predictor
from bench.errors import UserError
from bench.results.atomic import write_atomic
from runners.data.cache_files import Stale, read_cache
from runners.data.folders import SPLITS
from runners.data.photos import Photos, open_photos, recorded_data
from runners.data.places import images_folder

MOST_REFERENCES = 500
_FEW = 8
_BATCH = 32
_PAUSE_SECONDS = 0.001
_VERSION = "1"  # to be raised when what is learnt changes

Turn = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True)
class Sample:
    """The images to learn from: paths of training images, and of held-out ones."""

    photos: Photos
    training: tuple[str, ...]
    held_out: tuple[str, ...]

    @property
    def n_images(self) -> int:
        """How many there are."""
        return len(self.training) + len(self.held_out)


def reference_file(predictor: Predictor) -> Path:
    """Where what is familiar to a run is kept: `results/<suite>/familiarity/`."""
    folder = predictor.record.folder.path
    name = f"{folder.parent.name}-{folder.name}.safetensors"
    return folder.parents[1] / "familiarity" / name


def load_reference(predictor: Predictor) -> Familiarity | None:
    """What was learnt earlier; None where there is nothing, or nothing that can be used."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(reference_file(predictor), framework="numpy") as file:
            if file.metadata() != _metadata(predictor):
                return None
            return Familiarity(**{name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
    except (OSError, SafetensorError, TypeError):
        return None


def sample(predictor: Predictor, root: Path | None) -> Sample:
    """Chooses the images to learn from.

    Args:
        predictor: of the run.
        root: where the suite has the data set now; where it is None, the run says.

    Raises:
        UserError: the data set is not here, or is not what the run was trained on.
    """
    spec = predictor.record.spec
    data = recorded_data(spec)
    if root is not None and data.root is not None:
        data = replace(data, root=root)
    photos = open_photos(data, spec["fingerprint"])
    return Sample(photos, _chosen(photos, "train"), _chosen(photos, "val"))


def learn_reference(predictor: Predictor, chosen: Sample, turn: Turn = nullcontext) -> Familiarity:
    """Learns what is familiar to a run, and keeps it where that can be written.

    Args:
        predictor: of the run.
        chosen: what to learn from.
        turn: makes what is held while a batch is with the network, where others use it, too.

    Raises:
        UserError: of one split no image can be read.
    """
    fingerprint = predictor.record.spec["fingerprint"]
    training, held_out = (
        _seen(predictor, _read(chosen.photos, fingerprint, split, paths), turn)
        for split, paths in (("train", chosen.training), ("val", chosen.held_out))
    )
    found = learn(training, held_out)
    _keep(predictor, found)
    return found


def seconds_to_learn(predictor: Predictor, chosen: Sample, turn: Turn = nullcontext) -> float:
    """About how long `learn_reference` takes, by the first few images; `turn` as there."""
    few = replace(chosen, training=chosen.training[:_FEW], held_out=())
    begun = time.perf_counter()
    fingerprint = predictor.record.spec["fingerprint"]
    _seen(predictor, _read(few.photos, fingerprint, "train", few.training), turn)
    return (time.perf_counter() - begun) / few.n_images * chosen.n_images


def _chosen(photos: Photos, split: str) -> tuple[str, ...]:
    images = photos.folder.splits[split]
    labels = np.array([image.label for image in images], dtype=np.int64)
    return tuple(images[row].path for row in balanced(labels, MOST_REFERENCES))


def _read(photos: Photos, fingerprint: str, split: str, paths: Sequence[str]) -> NDArray[np.uint8]:
    """Images of a split, uint8 [N, S, S, 3]; from the decode cache where a run has filled it."""
    place = images_folder(fingerprint, photos.image_size)
    try:
        images, index = read_cache(place, photos.folder, photos.image_size)
    except (Stale, OSError):
        return _decoded(photos, split, paths)
    before = takewhile(lambda name: name != split, SPLITS)
    first = sum(len(index.paths[name]) for name in before)
    row_of = {path: first + row for row, path in enumerate(index.paths[split])}
    return np.stack([images[row_of[path]] for path in paths if path in row_of])


def _decoded(photos: Photos, split: str, paths: Sequence[str]) -> NDArray[np.uint8]:
    """The same where each file has to be read; those that cannot be are left out."""
    found, problem = [], ""
    for path in paths:
        try:
            found.append(photos.read(split, path))
        except UserError as error:
            problem = str(error)
    if not found:
        raise UserError(problem)
    return np.stack(found)


def _seen(predictor: Predictor, images: NDArray[np.uint8], turn: Turn) -> Seen:
    features = []
    for first in range(0, len(images), _BATCH):
        with turn():
            features.append(predictor.classifier.features(images[first : first + _BATCH]))
        # A lock is not fair: without a pause who waits for a turn would hardly ever get one.
        time.sleep(_PAUSE_SECONDS)
    return Seen(images, np.concatenate(features))


def _keep(predictor: Predictor, found: Familiarity) -> None:
    from safetensors.numpy import save

    file = reference_file(predictor)
    arrays = {name: np.ascontiguousarray(array) for name, array in found.arrays().items()}
    # Where results may only be read it is learnt anew at the next start, and nothing else is lost.
    with contextlib.suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        write_atomic(file, save(arrays, _metadata(predictor)))


def _metadata(predictor: Predictor) -> dict[str, str]:
    spec = predictor.record.spec
    return {
        "version": _VERSION,
        "identity": str(spec["identity"]),
        "fingerprint": str(spec["fingerprint"]),
    }
