"""Asks the models of runs about their test images, as they are and corrupted."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from typing import TYPE_CHECKING

from bench.chosen import Chosen, photos_of
from bench.errors import UserError
from bench.results.records import RunRecord
from bench.results.robustness import CLEAN, COLUMNS, Measured, Told, read
from bench.results.store import DamagedError
from bench.robustness.keeping import ordered, refuse_loss
from bench.robustness.stored import MODEL, outdated

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from runners.data.corruptions.corruption import Corruption
    from runners.data.photos import Photos
    from runners.models.trained import TrainedClassifier

_BATCH = 32
_Row = tuple[str, int, str, str, str, float]


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be measured of a run.

    `names` are the corruptions that are not known yet; where there are none, `known` holds all
    that was asked for. `images` are a row a test image: `path, true, predicted`, the last as the
    run named it when it was scored; `n_test` is how many there are in all. `discards` says that
    nothing of what is stored is to be kept; `notes` are lines on what is done otherwise than asked.
    """

    chosen: Chosen
    names: tuple[str, ...]
    images: "pd.DataFrame"
    n_test: int
    known: Measured | None
    discards: bool = False
    notes: tuple[str, ...] = ()

    @property
    def n_answers(self) -> int:
        """How many times an image will go through the model."""
        from runners.data.corruptions.catalogue import STRENGTHS

        return len(self.images) * (1 + len(self.names) * len(STRENGTHS)) if self.names else 0


def plan(
    chosen: Chosen,
    names: Sequence[str],
    n_images: int | None,
    again: bool,
    discard: bool = False,
) -> Task:
    """Looks at what is known of a run already.

    All answers of a run are on the same images. Where more are known than are asked for, they are
    what is measured on; where fewer are, all that is known has to be asked for as well.

    Args:
        chosen: the run.
        names: of the corruptions that are asked for.
        n_images: how many test images, as many of each class as there are; all where None.
        again: whether to measure also what is known. Answers on other corruptions are kept.
        discard: whether nothing of what is stored is to be kept, or even read.

    Raises:
        UserError: a file of the run is not what was sealed, or what is stored cannot be used or
            would be lost.
    """
    record = chosen.record
    try:
        test = _test_images(record)
        stored = None if discard else read(record)
        reason = outdated(record, stored) if stored is not None else ""
    except DamagedError as error:
        raise UserError(error.with_remedy()) from None
    n_wanted = min(n_images or len(test), len(test))
    if stored is None or reason:
        notes = (_replaced(stored, reason),) if stored is not None else ()
        images = balanced(test, n_wanted)
        return Task(chosen, tuple(names), images, len(test), None, discard, notes)
    n_known = stored.told.n_images
    if n_known < n_wanted:
        refuse_loss(stored, names, n_wanted)
        return Task(chosen, tuple(names), balanced(test, n_wanted), len(test), None)
    lacking = tuple(name for name in names if again or name not in stored.told.amounts)
    notes = (_more(n_known, n_wanted),) if n_known > n_wanted else ()
    return Task(chosen, lacking, balanced(test, n_known), len(test), stored, notes=notes)


def _test_images(record: RunRecord) -> "pd.DataFrame":
    """A row a test image, by path: `path, true, predicted`."""
    frame = record.predictions()
    test = frame.loc[frame["split"] == "test", ["path", "true", "predicted"]]
    return test.sort_values("path", ignore_index=True)


def _replaced(stored: Measured, reason: str) -> str:
    kinds = ", ".join(stored.told.amounts)
    return f"what is stored on corrupted images ({kinds}) is {reason}, and is replaced"


def _more(n_known: int, n_wanted: int) -> str:
    return (
        f"{n_known} images are stored, and used in place of {n_wanted}; --discard drops what is "
        "stored"
    )


def measure(task: Task, on_answers: Callable[[int], None] = lambda _: None) -> Measured:
    """Asks a run's model about its test images, as they are and corrupted.

    No more than a batch of images is held at a time. Nothing is written (`keeping.keep`).

    Args:
        task: what `plan` returned, with corruptions to measure.
        on_answers: called after each batch with how many answers it gave.

    Returns:
        The answers, without those that were known.

    Raises:
        UserError: the images are not here or cannot be read, or the model cannot be built.
    """
    import pandas as pd

    from runners.data.corruptions.catalogue import corruptions
    from runners.models.trained import load_trained

    record = task.chosen.record
    try:
        weights = record.folder.read(MODEL)
    except DamagedError as error:
        raise UserError(error.with_remedy()) from None
    classifier = load_trained(record.spec, weights)
    photos = photos_of(task.chosen, advice="")
    rows = list(_ask(classifier, photos, task.images, corruptions(task.names), on_answers))
    answers = ordered(pd.DataFrame(rows, columns=list(COLUMNS)))
    return Measured(_told(task, answers, hashlib.sha256(weights).hexdigest()), answers)


def balanced(images: "pd.DataFrame", n_images: int) -> "pd.DataFrame":
    """Some images, as many of each class as far as there are; always the same ones.

    Fewer are a part of more.

    Args:
        images: a row an image: `path, true`.
        n_images: how many; all where there are no more.

    Returns:
        Their rows, by path.
    """
    from runners.data.synthetic.draws import Draws

    drawn = images.assign(draw=[Draws("some images", path).uniform() for path in images["path"]])
    drawn = drawn.sort_values("draw", kind="stable")
    # Every class's first image, then every class's second one, and so on.
    drawn["turn"] = drawn.groupby("true").cumcount()
    chosen = drawn.sort_values(["turn", "draw"], kind="stable").head(n_images)
    return chosen.sort_values("path", ignore_index=True)[list(images.columns)]


def _ask(
    classifier: "TrainedClassifier",
    photos: "Photos",
    images: "pd.DataFrame",
    wanted: "Sequence[Corruption]",
    on_answers: Callable[[int], None],
) -> Iterator[_Row]:
    """The answers, a row each as `COLUMNS` has them.

    Not data frames: small ones, made between large tensors, keep the memory of those from being
    used again.
    """
    import numpy as np

    rows = iter(zip(images["path"], images["true"], strict=True))
    while batch := list(islice(rows, _BATCH)):
        paths = [path for path, _ in batch]
        clean = [photos.read("test", path) for path in paths]
        for name, strength, pixels in _variants(clean, paths, wanted):
            probabilities = classifier.predict(np.stack(pixels), _BATCH)
            yield from _answers(classifier.classes, batch, name, strength, probabilities)
            on_answers(len(batch))


def _variants(
    clean: "list[NDArray[np.uint8]]", paths: Sequence[str], wanted: "Sequence[Corruption]"
) -> "Iterator[tuple[str, int, list[NDArray[np.uint8]]]]":
    from runners.data.corruptions.catalogue import STRENGTHS, corrupt

    yield CLEAN, 0, clean
    for corruption in wanted:
        for strength in STRENGTHS:
            yield (
                corruption.name,
                strength,
                [
                    corrupt(image, corruption, strength, path)
                    for image, path in zip(clean, paths, strict=True)
                ],
            )


def _answers(
    classes: Sequence[str],
    batch: Sequence[tuple[str, str]],
    name: str,
    strength: int,
    probabilities: "NDArray[np.float64]",
) -> list[_Row]:
    predicted = probabilities.argmax(axis=1).tolist()
    confidence = probabilities.max(axis=1).tolist()
    return [
        (name, strength, path, true, classes[k], sure)
        for (path, true), k, sure in zip(batch, predicted, confidence, strict=True)
    ]


def _told(task: Task, answers: "pd.DataFrame", model: str) -> Told:
    from runners.data.corruptions.catalogue import CORRUPTIONS, VERSION

    clean = answers.loc[answers["corruption"] == CLEAN].set_index("path")["predicted"]
    as_scored = task.images.set_index("path")["predicted"]
    return Told(
        identity=str(task.chosen.record.spec["identity"]),
        model=model,
        fingerprint=str(task.chosen.record.spec["fingerprint"]),
        corruptions_version=VERSION,
        amounts={one.name: list(one.amounts) for one in CORRUPTIONS if one.name in task.names},
        n_images=len(task.images),
        n_test=task.n_test,
        n_changed=int((clean.loc[as_scored.index] != as_scored).sum()),
        versions={name: version(name) for name in ("numpy", "pillow", "scipy", "torch")},
    )
