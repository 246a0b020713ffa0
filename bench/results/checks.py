"""What a check of a data set has found, and where it is kept: `results/checks/`.

A data set that runs can be trained on is kept under its fingerprint, by which the runs know it.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from bench.results.atomic import write_atomic
from bench.results.plain_values import as_record

FOLDER = "checks"
FORMAT = 1  # of the JSON; another number is not read

Relation = Literal["same bytes", "same pixels", "near"]


@dataclass(frozen=True)
class CheckedImage:
    """An image of a finding.

    `path` is relative to the data set's root, with forward slashes. `width` and `height` are in
    pixels, upright; 0 where it cannot be read.
    """

    split: str
    label: str
    path: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Remark:
    """An image and what is the matter with it."""

    image: CheckedImage
    reason: str


@dataclass(frozen=True)
class Copy:
    """Two images of a group, by their rows in it, and how the second came from the first.

    `turn` says how it is turned or mirrored, '' where it is not. `likeness` is the correlation of
    what both show, 1 where they are the same.
    """

    first: int
    second: int
    relation: Relation
    turn: str
    likeness: float


@dataclass(frozen=True)
class CopyGroup:
    """Images that show the same photo. `copies` connects each with the others."""

    images: tuple[CheckedImage, ...]
    copies: tuple[Copy, ...]

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that it is in, each once."""
        return tuple(dict.fromkeys(image.split for image in self.images))

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes that it is in, each once; more than one is a conflict."""
        return tuple(dict.fromkeys(image.label for image in self.images))


@dataclass(frozen=True)
class Leak:
    """The images of a split that have a copy in another, which is learnt from or selected by.

    Attributes:
        split: whose images these are.
        source: where the copies are.
        n_leaked: images with a copy there.
        n_images: readable images of the split.
        macro_share: the share of each class that memory could get right, averaged over classes.
        n_conflicts: leaked images that no copy there has the class of: memory gets them wrong.
    """

    split: str
    source: str
    n_leaked: int
    n_images: int
    macro_share: float
    n_conflicts: int

    @property
    def share(self) -> float:
        """The most that memory could add to the accuracy on this split, as a fraction."""
        return (self.n_leaked - self.n_conflicts) / self.n_images if self.n_images else 0.0


@dataclass(frozen=True)
class Balance:
    """How evenly the training images fall on the classes.

    `ratio` is that of the largest class to the smallest that is not empty. `effective_classes` is
    the exponential of the entropy: so many classes of equal size would be as hard to guess.
    `majority_share` is the accuracy of always answering with the largest class, `chance` the macro
    accuracy of guessing.
    """

    largest: str
    smallest: str
    ratio: float
    effective_classes: float
    majority_share: float
    chance: float


@dataclass(frozen=True)
class DataCheck:
    """What a check found.

    Attributes:
        root: the folder that was checked.
        fingerprint: of the data set; '' where `refusal` says why no run can be trained on it.
        refusal: why `bench run` would refuse it; '' where it would not.
        made: when, in ISO 8601.
        layout: how the images are split.
        smallest_side: images with a shorter side below this many pixels are told as tiny.
        classes: names in order.
        counts: images by split and class, the unreadable ones included.
        n_images: in all.
        unreadable, tiny, long, blank: images, each with what is the matter.
        not_images: files that are not images, relative to the root.
        clashes: groups of files of one class whose names differ in case or ending only.
        named_copies: images whose name says that they are copies, and that are copies of none.
        groups: images that show the same photo, the worst first.
        leaks: of images between the splits.
        balance: of the training images; None where there are none.
        notes: what else the user may not have expected, a line each.
        seconds: that it took.
    """

    root: str
    fingerprint: str
    refusal: str
    made: str
    layout: str
    smallest_side: int
    classes: tuple[str, ...]
    counts: Mapping[str, Mapping[str, int]]
    n_images: int
    unreadable: tuple[Remark, ...]
    tiny: tuple[Remark, ...]
    long: tuple[Remark, ...]
    blank: tuple[Remark, ...]
    not_images: tuple[str, ...]
    clashes: tuple[tuple[str, ...], ...]
    named_copies: tuple[str, ...]
    groups: tuple[CopyGroup, ...]
    leaks: tuple[Leak, ...]
    balance: Balance | None
    notes: tuple[str, ...]
    seconds: float

    def leak(self, split: str, source: str) -> Leak | None:
        """The images of a split with copies in another; None where there are none."""
        found = (one for one in self.leaks if (one.split, one.source) == (split, source))
        return next(found, None)

    @property
    def conflicts(self) -> tuple[CopyGroup, ...]:
        """The groups whose images do not agree in their class."""
        return tuple(group for group in self.groups if len(group.labels) > 1)


def as_document(check: DataCheck) -> dict[str, Any]:
    """The check as plain values, ready for JSON."""
    leaks = [{**asdict(leak), "share": leak.share} for leak in check.leaks]
    return {"format": FORMAT, **asdict(check), "leaks": leaks}


def from_document(document: object) -> DataCheck:
    """A check from what `as_document` gave.

    Raises:
        ValueError: where it is something else.
    """
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise ValueError(f"it is not of format {FORMAT}")
    known = {key: value for key, value in document.items() if key != "format"}
    if isinstance(known.get("leaks"), list):
        known["leaks"] = [_without_share(leak) for leak in known["leaks"]]
    check: DataCheck = as_record(DataCheck, known)
    return check


def _without_share(leak: object) -> object:
    return {k: v for k, v in leak.items() if k != "share"} if isinstance(leak, Mapping) else leak


def place_of(results: Path, check: DataCheck, suffix: str) -> Path:
    """Where a check is kept: under its fingerprint, or under its path where it has none."""
    name = check.fingerprint[:12] or f"unscanned-{_digest(check.root)}"
    return results / FOLDER / f"{name}{suffix}"


def _digest(root: str) -> str:
    return hashlib.sha256(os.fsencode(root)).hexdigest()[:12]


def write_check(results: Path, check: DataCheck) -> Path:
    """Keeps a check. An earlier one of the same data goes.

    Raises:
        OSError: such as a full disk.
    """
    place = place_of(results, check, ".json")
    place.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(place, json.dumps(as_document(check), indent=1) + "\n")
    return place


def read_check(results: Path, fingerprint: str) -> DataCheck | None:
    """The check of a data set; None where there is none.

    Raises:
        ValueError: there is one, but it cannot be read.
    """
    place = _recorded(results, fingerprint)
    try:
        # A thousand nested brackets are more than Python's stack holds.
        check = from_document(json.loads(place.read_bytes()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, RecursionError) as error:
        raise ValueError(str(error)) from None
    return check if check.fingerprint == fingerprint else None


def _recorded(results: Path, fingerprint: str) -> Path:
    return results / FOLDER / f"{fingerprint[:12]}.json"


def leak_notice(results: Path, fingerprint: str) -> str:
    """The sentence that belongs beside any number of a data set; '' where no leak is known.

    Args:
        results: the folder of all results.
        fingerprint: of the data set.
    """
    try:
        check = read_check(results, fingerprint)
    except ValueError:
        place = _recorded(results, fingerprint)
        return f"The data check in {place} cannot be read; `bench data check` makes it again."
    leak = check.leak("test", "train") if check else None
    if check is None or leak is None:
        return ""
    return (
        f"A data check of {check.made[:10]} found that {leak.n_leaked} of {leak.n_images} test "
        f"images are also in train: up to {100 * leak.share:.1f} points of accuracy may be memory."
    )
