"""The decode cache: every image of a data set, decoded and resized once, shared by all runs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import filelock
import numpy as np
from numpy.typing import NDArray

from bench.errors import UserError
from bench.experiments.spec import DataSpec
from runners.data import places
from runners.data.cache_files import Index, Stale, read_cache, write_cache
from runners.data.folders import SPLITS, ImageFolder
from runners.data.listing import show

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Split:
    """The images of one split, row by row.

    `images` uint8 [N, S, S, 3] in RGB, read-only and mapped from the disk; `labels` int64 [N], rows
    of `classes`; `paths` relative to the split's folder.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    paths: tuple[str, ...]
    classes: tuple[str, ...]


@dataclass(frozen=True)
class ImageCache:
    """The decoded images of a data set: those of train, then of val, then of test.

    `images` uint8 [N, S, S, 3] in RGB, read-only and mapped from the disk; `labels` int64 [N], rows
    of `classes`; `paths` relative to the folder of their split; `rows` the rows of each split.
    `bad` are the images that were left out, as (`split/path`, reason). `notes` says why the cache
    was built anew, where one lay there already.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    paths: tuple[str, ...]
    classes: tuple[str, ...]
    rows: dict[str, range]
    bad: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()

    def split(self, name: str) -> Split:
        """The images of `train`, `val` or `test`; views, no copies."""
        rows = slice(self.rows[name].start, self.rows[name].stop)
        return Split(self.images[rows], self.labels[rows], self.paths[rows], self.classes)


def open_cache(
    data: DataSpec,
    folder: ImageFolder,
    fingerprint: str,
    on_progress: Progress | None = None,
) -> ImageCache:
    """Opens the decoded images of a data set, decoding them first where that was never done.

    Each image is what torchvision's `Resize((S, S))` makes of the PIL image, to the byte. Two
    processes do not build at once: the second waits and then reads. A cache that is torn, or of
    another program, is built anew.

    Args:
        data: `name`, `image_size` and `on_bad_image` are read.
        folder: what `scan` found.
        fingerprint: of that folder; with the size it is the cache's name.
        on_progress: called with (images done, images in all) while decoding.

    Returns:
        The images; with `on_bad_image = "skip"`, those that can be read.

    Raises:
        UserError: images are unreadable (all are named), a class or split has none left, or the
            cache cannot be written.
    """
    place = places.images_folder(fingerprint, data.image_size)
    try:
        cache = _open(place, folder, data.image_size, on_progress)
        places.touch(place)
    except OSError as error:
        raise UserError(
            f"cannot use the image cache {show(place)}: {error.strerror or error}; make room"
            " there, or set TRACKBENCH_CACHE to another folder"
        ) from error
    _check_bad(data, folder, cache)
    return cache


def _open(
    place: Path, folder: ImageFolder, image_size: int, on_progress: Progress | None
) -> ImageCache:
    try:
        return _cache(*read_cache(place, folder, image_size), folder)
    except Stale:
        pass
    place.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(place.with_name(f"{place.name}.lock")):
        notes: tuple[str, ...] = ()
        try:  # another process may have built it meanwhile
            return _cache(*read_cache(place, folder, image_size), folder)
        except Stale as stale:
            if place.exists():
                notes = (f"the image cache was built anew: {stale}",)
        write_cache(place, folder, image_size, on_progress)
    return replace(_cache(*read_cache(place, folder, image_size), folder), notes=notes)


def _cache(images: NDArray[np.uint8], index: Index, folder: ImageFolder) -> ImageCache:
    label_of = {
        (split, image.path): image.label for split in SPLITS for image in folder.splits[split]
    }
    keys = [(split, path) for split in SPLITS for path in index.paths[split]]
    rows, start = {}, 0
    for split in SPLITS:
        rows[split] = range(start, start + len(index.paths[split]))
        start = rows[split].stop
    return ImageCache(
        images=images,
        labels=np.array([label_of[key] for key in keys], dtype=np.int64),
        paths=tuple(path for _, path in keys),
        classes=folder.classes,
        rows=rows,
        bad=index.bad,
    )


def _check_bad(data: DataSpec, folder: ImageFolder, cache: ImageCache) -> None:
    """Refuses unreadable images, or those whose loss leaves nothing to learn or measure."""
    if not cache.bad:
        return
    named = "; ".join(f"{show(path)} ({reason})" for path, reason in cache.bad)
    n_images = sum(len(images) for images in folder.splits.values())
    subject = f"data.{data.name}: {len(cache.bad)} of {n_images} images cannot be read"
    if data.on_bad_image == "error":
        raise UserError(
            f'{subject}; mend or remove them, or set on_bad_image = "skip" to leave them out:'
            f" {named}"
        )
    train = cache.split("train")
    emptied = [name for label, name in enumerate(cache.classes) if label not in train.labels]
    if emptied:
        raise UserError(
            f"{subject}, which leaves no image in train for {', '.join(map(repr, emptied))}; mend"
            f" them or remove the class: {named}"
        )
    for split in SPLITS:
        if not cache.rows[split]:
            raise UserError(f"{subject}, which leaves no image in {split}; mend them: {named}")
