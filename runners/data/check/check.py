"""Checks a data set: reads all of it once, and puts together what is wrong with it."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench.errors import UserError
from bench.experiments.spec import DataSpec
from bench.results.checks import CheckedImage, Copy, CopyGroup, DataCheck, Remark
from runners.data.check.alike import find_pairs
from runners.data.check.files import FoundImage, Inventory, take_inventory
from runners.data.check.grouping import Link, groups_of, near_links, same_bytes
from runners.data.check.leaks import balance_of, find_leaks, worst_first
from runners.data.check.names import clashes, says_copy
from runners.data.check.reading import Reading, read_all
from runners.data.fingerprint import fingerprint
from runners.data.folders import scan
from runners.data.places import fingerprint_memo

LEAST_SIDE = 32  # pixels; what is smaller is told as tiny unless the caller knows better
MOST_ASPECT = 4.0  # long side to short
LEAST_SPREAD = 2.0  # standard deviation of the luminance, of 255; less is told as blank

# Called with what is being done, how much of it is done, and all of it.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class _Read:
    """The images, in order: what was found of each, read of it, and what a finding says."""

    found: tuple[FoundImage, ...]
    readings: tuple[Reading, ...]
    images: tuple[CheckedImage, ...]
    files: tuple[Path, ...]

    def remarks(self, judge: Callable[[Reading], str]) -> tuple[Remark, ...]:
        """The images of which there is something to say, and what."""
        said = ((image, judge(one)) for image, one in zip(self.images, self.readings, strict=True))
        return tuple(Remark(image, reason) for image, reason in said if reason)


def check_data(
    data: DataSpec,
    root: Path,
    smallest_side: int = LEAST_SIDE,
    n_workers: int = 2,
    on_progress: Progress | None = None,
) -> DataCheck:
    """Checks a data set.

    Args:
        data: as a run would use it; `split_seed` splits class folders alone.
        root: where it lies.
        smallest_side: a shorter side below this many pixels is told.
        n_workers: threads that read and decode.
        on_progress: called as the work goes on.

    Raises:
        UserError: there is no such folder, or it holds no images in folders.
    """
    began = time.perf_counter()
    inventory = take_inventory(root, data.split_seed)
    read = _read(inventory, n_workers, on_progress)
    groups = _groups(read, on_progress)
    identity, refusal = _identity(data)
    readable = _counts(inventory, [one.thumbnail is not None for one in read.readings])
    counts = _counts(inventory, [True] * len(read.images))
    copied = {image.path for group in groups for image in group.images}
    return DataCheck(
        root=str(root.absolute()).encode(errors="backslashreplace").decode(),
        fingerprint=identity,
        refusal=refusal,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        layout=inventory.layout,
        smallest_side=smallest_side,
        classes=inventory.classes,
        counts=counts,
        n_images=len(read.images),
        unreadable=read.remarks(lambda one: one.reason),
        tiny=read.remarks(lambda one: _tiny(one, smallest_side)),
        long=read.remarks(_long),
        blank=read.remarks(_blank),
        not_images=inventory.others,
        clashes=clashes(image.path for image in inventory.images),
        named_copies=tuple(
            image.path
            for image in inventory.images
            if says_copy(image.path) and image.path not in copied
        ),
        groups=groups,
        leaks=find_leaks(groups, readable),
        balance=balance_of(counts.get("train", {})),
        notes=inventory.notes,
        seconds=time.perf_counter() - began,
    )


def _read(inventory: Inventory, n_workers: int, on_progress: Progress | None) -> _Read:
    files = tuple(inventory.root / image.path for image in inventory.images)
    readings: list[Reading] = []
    for reading in read_all(files, n_workers):
        readings.append(reading)
        if on_progress:
            on_progress("reading images", len(readings), len(files))
    images = tuple(
        CheckedImage(found.split, found.label, found.path, one.width, one.height)
        for found, one in zip(inventory.images, readings, strict=True)
    )
    return _Read(inventory.images, tuple(readings), images, files)


def _identity(data: DataSpec) -> tuple[str, str]:
    """The data set's fingerprint, or why a run would refuse it."""
    try:
        folder = scan(data)
        return fingerprint(folder, fingerprint_memo(folder.root)), ""
    except UserError as error:
        return "", str(error)


def _groups(read: _Read, on_progress: Progress | None) -> tuple[CopyGroup, ...]:
    # Two blank images are alike in nothing but being blank, be it to the byte.
    said = [one.thumbnail is not None and not _blank(one) for one in read.readings]
    links, rows = same_bytes(read.readings, np.flatnonzero(said).tolist())
    thumbnails = [one for row in rows if (one := read.readings[row].thumbnail) is not None]
    if thumbnails:
        say = on_progress
        pairs = find_pairs(
            np.stack(thumbnails), say and (lambda done, n: say("comparing images", done, n))
        )
        links += near_links(pairs, rows, read.readings, read.files)
    return worst_first([_group(read, group, own) for group, own in groups_of(links)])


def _group(read: _Read, rows: Sequence[int], links: Sequence[Link]) -> CopyGroup:
    place = {row: number for number, row in enumerate(rows)}
    copies = tuple(
        Copy(place[one.first], place[one.second], one.relation, one.turn, one.likeness)
        for one in links
    )
    return CopyGroup(tuple(read.images[row] for row in rows), copies)


def _counts(inventory: Inventory, counted: Sequence[bool]) -> dict[str, dict[str, int]]:
    """Images by split and class; 0 where a class has none in a split."""
    found = Counter(
        (image.split, image.label)
        for image, counts in zip(inventory.images, counted, strict=True)
        if counts
    )
    return {
        split: {label: found[split, label] for label in inventory.classes}
        for split in inventory.splits
    }


def _tiny(reading: Reading, smallest_side: int) -> str:
    is_tiny = 0 < min(reading.width, reading.height) < smallest_side
    return f"{reading.width} × {reading.height} pixels" if is_tiny else ""


def _long(reading: Reading) -> str:
    short, long = sorted((reading.width, reading.height))
    is_long = short > 0 and long > MOST_ASPECT * short
    return f"{reading.width} × {reading.height} pixels" if is_long else ""


def _blank(reading: Reading) -> str:
    if reading.thumbnail is None:
        return ""
    spread = float(reading.thumbnail.std())
    return f"luminance varies by {spread:.1f} of 255" if spread < LEAST_SPREAD else ""
