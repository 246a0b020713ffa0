"""Asks the models of runs about their test images, as they are and corrupted."""

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
from bench.robustness.stored import is_current

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
    run named it when it was scored; `n_test` is how many there are in all.
    """

    chosen: Chosen
    names: tuple[str, ...]
    images: "pd.DataFrame"
    n_test: int
    known: Measured | None

    @property
    def n_answers(self) -> int:
        """How many times an image will go through the model."""
        from runners.data.corruptions.catalogue import STRENGTHS

        return len(self.images) * (1 + len(self.names) * len(STRENGTHS)) if self.names else 0


def plan(chosen: Chosen, names: Sequence[str], n_images: int | None, again: bool) -> Task:
    """Looks at what is known of a run already.

    Args:
        chosen: the run.
        names: of the corruptions that are asked for.
        n_images: how many test images, as many of each class as there are; all where None.
        again: whether to measure also what is known. Answers on other corruptions and the same
            images are kept.

    Raises:
        UserError: a file of the run is not what was sealed, or what is stored cannot be used.
    """
    try:
        frame = chosen.record.predictions()
    except DamagedError as error:
        raise UserError(str(error)) from None
    test = frame.loc[frame["split"] == "test", ["path", "true", "predicted"]]
    test = test.sort_values("path", ignore_index=True)
    n_wanted = min(n_images or len(test), len(test))
    known = _usable(chosen.record, n_wanted, exactly=again)
    if known is None:
        return Task(chosen, tuple(names), balanced(test, n_wanted), len(test), None)
    lacking = [name for name in names if again or name not in known.told.amounts]
    return Task(chosen, tuple(lacking), balanced(test, known.told.n_images), len(test), known)


def _usable(record: RunRecord, n_wanted: int, exactly: bool) -> Measured | None:
    """What is stored of a run, if it is of these corruptions and of so many images, or more."""
    measured = read(record)
    if measured is None or not is_current(measured):
        return None
    n_known = measured.told.n_images
    return None if n_known < n_wanted or (exactly and n_known != n_wanted) else measured


def measure(task: Task, on_answers: Callable[[int], None] = lambda _: None) -> Measured:
    """Asks a run's model about its test images, as they are and corrupted.

    No more than a batch of images is held at a time.

    Args:
        task: what `plan` returned, with corruptions to measure.
        on_answers: called after each batch with how many answers it gave.

    Returns:
        The answers, with those that were known and are kept.

    Raises:
        UserError: the images are not here or cannot be read, or the model cannot be built.
    """
    import pandas as pd

    from runners.data.corruptions.catalogue import corruptions
    from runners.models.trained import load_trained

    record = task.chosen.record
    try:
        weights = record.folder.read("model.safetensors")
    except DamagedError as error:
        raise UserError(str(error)) from None
    classifier = load_trained(record.spec, weights)
    photos = photos_of(task.chosen, advice="")
    rows = list(_ask(classifier, photos, task.images, corruptions(task.names), on_answers))
    parts = [pd.DataFrame(rows, columns=list(COLUMNS))]
    if task.known is not None:
        kept = task.known.answers
        parts.append(kept.loc[~kept["corruption"].isin([CLEAN, *task.names])])
    answers = _ordered(pd.concat(parts, ignore_index=True))
    return Measured(_told(task, answers), answers)


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


def _told(task: Task, answers: "pd.DataFrame") -> Told:
    from runners.data.corruptions.catalogue import CORRUPTIONS, VERSION

    measured = set(answers["corruption"])
    clean = answers.loc[answers["corruption"] == CLEAN].set_index("path")["predicted"]
    as_scored = task.images.set_index("path")["predicted"]
    return Told(
        identity=str(task.chosen.record.spec["identity"]),
        fingerprint=str(task.chosen.record.spec["fingerprint"]),
        corruptions_version=VERSION,
        amounts={one.name: list(one.amounts) for one in CORRUPTIONS if one.name in measured},
        n_images=len(task.images),
        n_test=task.n_test,
        n_changed=int((clean.loc[as_scored.index] != as_scored).sum()),
        versions={name: version(name) for name in ("numpy", "pillow", "scipy", "torch")},
    )


def _ordered(answers: "pd.DataFrame") -> "pd.DataFrame":
    """Images as they are first, then in the catalogue's order, by strength and path."""
    from runners.data.corruptions.catalogue import CORRUPTIONS

    place = {CLEAN: -1} | {one.name: k for k, one in enumerate(CORRUPTIONS)}
    keyed = answers.assign(place=answers["corruption"].map(place))
    ordered = keyed.sort_values(["place", "strength", "path"], ignore_index=True)
    return ordered[list(COLUMNS)]
