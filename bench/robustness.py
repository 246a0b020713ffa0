"""Asks the models of runs about corrupted test images."""

import re
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from importlib.metadata import version
from itertools import islice
from typing import TYPE_CHECKING

from bench.chosen import Chosen, choose_run, photos_of
from bench.errors import UserError
from bench.results.records import RunRecord
from bench.results.robustness import CLEAN, COLUMNS, Measured, Told, read
from bench.results.store import DamagedError
from bench.survey import Survey, to_report

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from runners.data.corruptions.corruption import Corruption
    from runners.data.photos import Photos
    from runners.models.trained import TrainedClassifier

_BATCH = 32
_GLOB = re.compile(r"[*?\[]")
# Called after each batch with how many answers it gave.
Progress = Callable[[int], None]


def choose_runs(asked: Sequence[str], survey: Callable[[], Survey]) -> list[Chosen]:
    """The complete runs that are meant, each once, in the order asked for.

    Args:
        asked: as `choose_run` takes them, but that an experiment's name means all its seeds, and a
            glob those of all experiments that match; all runs of the suite where empty.
        survey: the suite held against its results; is asked unless all are paths.

    Raises:
        UserError: there is no such run, or it is not complete or damaged.
    """
    found: dict[object, Chosen] = {}
    for text in asked or ("*",):
        for chosen in _of_experiments(text, survey) or [choose_run(text, survey)]:
            found.setdefault(chosen.record.folder.path.resolve(), chosen)
    return list(found.values())


def _of_experiments(text: str, survey: Callable[[], Survey]) -> list[Chosen]:
    """All complete runs of the experiments of this name or glob; none where it is neither."""
    if "/" in text:
        return []
    suite = survey()
    records, lines = to_report(suite)
    found = [
        Chosen(record, suite.suite.data)
        for record in records
        if fnmatchcase(record.experiment, text)
    ]
    if not found and _GLOB.search(text):
        detail = f"; {lines[0]}" if lines and not records else ""
        raise UserError(
            f"{text}: no experiment with a complete run in {suite.suite_folder} matches{detail}"
        )
    return found


def stored(record: RunRecord, names: Sequence[str], n_images: int | None) -> Measured | None:
    """What is known already of a run, as far as it serves for what is asked.

    Args:
        record: the run.
        names: of the corruptions that are asked for.
        n_images: how many test images are; all where None.

    Returns:
        The answers, perhaps of a part of the corruptions alone, or of others; None where there are
        none or they are of other pixels, or of fewer images.

    Raises:
        UserError: as `bench.results.robustness.read` does.
    """
    from runners.data.corruptions.catalogue import VERSION, corruptions

    measured = read(record)
    if measured is None or measured.told.corruptions_version != VERSION:
        return None
    told = measured.told
    if told.n_images < min(told.n_test, n_images or told.n_test):
        return None
    known = {one.name: list(one.amounts) for one in corruptions()}
    if any(known.get(name) != amounts for name, amounts in told.amounts.items()):
        return None
    return measured if set(names) & set(told.amounts) else None


def lacking(measured: Measured | None, names: Sequence[str]) -> list[str]:
    """The corruptions that are not known yet."""
    return [name for name in names if measured is None or name not in measured.told.amounts]


def n_answers(record: RunRecord, names: Sequence[str], n_images: int | None) -> int:
    """How many answers `measure` will get."""
    from runners.data.corruptions.catalogue import STRENGTHS

    return len(_images(record, n_images)) * (1 + len(names) * len(STRENGTHS))


def measure(
    chosen: Chosen,
    names: Sequence[str],
    n_images: int | None = None,
    before: Measured | None = None,
    on_answers: Progress = lambda _: None,
) -> Measured:
    """Asks a run's model about its test images, as they are and corrupted.

    No more than a batch of images is held at a time.

    Args:
        chosen: the run.
        names: of corruptions.
        n_images: how many images, as many of each class as there are; all where None.
        before: answers that are known already, on the same images, and are kept.
        on_answers: is told of progress.

    Raises:
        UserError: the images are not here, or cannot be read, or the model cannot be built.
    """
    import pandas as pd

    from runners.data.corruptions.catalogue import corruptions
    from runners.models.trained import load_trained

    try:
        images = _images(chosen.record, n_images if before is None else before.told.n_images)
        weights = chosen.record.folder.read("model.safetensors")
    except DamagedError as error:
        raise UserError(str(error)) from None
    classifier = load_trained(chosen.record.spec, weights)
    photos = photos_of(chosen)
    wanted = corruptions(names)
    parts = list(_ask(classifier, photos, images, wanted, on_answers))
    if before is not None:
        parts.append(before.answers.loc[before.answers["corruption"] != CLEAN])
    answers = pd.concat(parts, ignore_index=True)
    return Measured(_told(chosen.record, answers, images), _ordered(answers))


def _images(record: RunRecord, n_images: int | None) -> "pd.DataFrame":
    """The test images that the run was scored on, or some of them: `path, true, predicted`."""
    frame = record.predictions()
    test = frame.loc[frame["split"] == "test", ["path", "true", "predicted"]]
    test = test.sort_values("path", ignore_index=True)
    return test if n_images is None else balanced(test, n_images)


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
    on_answers: Progress,
) -> "Iterator[pd.DataFrame]":
    """The answers on each batch and variant of it."""
    import numpy as np

    rows = iter(zip(images["path"], images["true"], strict=True))
    while batch := list(islice(rows, _BATCH)):
        paths = [path for path, _ in batch]
        clean = [photos.read("test", path) for path in paths]
        for name, strength, pixels in _variants(clean, paths, wanted):
            probabilities = classifier.predict(np.stack(pixels), _BATCH)
            yield _answers(classifier.classes, batch, name, strength, probabilities)
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
) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(
        {
            "corruption": name,
            "strength": strength,
            "path": [path for path, _ in batch],
            "true": [true for _, true in batch],
            "predicted": [classes[k] for k in probabilities.argmax(axis=1)],
            "confidence": probabilities.max(axis=1),
        }
    )


def _told(record: RunRecord, answers: "pd.DataFrame", images: "pd.DataFrame") -> Told:
    from runners.data.corruptions.catalogue import CORRUPTIONS, VERSION

    measured = set(answers["corruption"])
    clean = answers.loc[answers["corruption"] == CLEAN].set_index("path")["predicted"]
    as_scored = images.set_index("path")["predicted"]
    return Told(
        identity=str(record.spec["identity"]),
        fingerprint=str(record.spec["fingerprint"]),
        corruptions_version=VERSION,
        amounts={one.name: list(one.amounts) for one in CORRUPTIONS if one.name in measured},
        n_images=len(images),
        n_test=len(_images(record, None)),
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
