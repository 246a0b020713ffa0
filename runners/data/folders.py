"""Finds the images of a data set: which there are, what they show, which split each is in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.errors import UserError
from bench.experiments.spec import DataSpec
from runners.data.listing import (
    IMAGE_SUFFIXES,
    ClassFolder,
    Listing,
    Trouble,
    list_classes,
    show,
    subfolders,
)
from runners.data.places import root_of
from runners.data.splits import MIN_IMAGES, split_class

__all__ = [
    "IMAGE_SUFFIXES",
    "SPLITS",
    "ImageFile",
    "ImageFolder",
    "scan",
    "split_folders",
    "where_of",
]

SPLITS = ("train", "val", "test")
_NAMES = {"train": ("train",), "val": ("val", "valid", "validation"), "test": ("test",)}


@dataclass(frozen=True)
class ImageFile:
    """One labelled image.

    `path` is relative to its split's folder, with forward slashes: `class/name.jpg`. `label` is
    the row of its class in `ImageFolder.classes`.
    """

    path: str
    label: int


@dataclass(frozen=True)
class ImageFolder:
    """What a data set holds; nothing has been opened yet.

    `splits` has the images of `train`, `val` and `test`, each sorted by path, and `folders` the
    folder that their paths are relative to. `ignored` names the files that are not images,
    relative to `root`; `notes` says what else the user may not have expected, a line each.
    """

    root: Path
    classes: tuple[str, ...]
    splits: dict[str, tuple[ImageFile, ...]]
    folders: dict[str, Path]
    ignored: tuple[str, ...]
    notes: tuple[str, ...]

    def file(self, split: str, image: ImageFile) -> Path:
        """Where an image of a split lies."""
        return self.folders[split] / image.path


def scan(data: DataSpec) -> ImageFolder:
    """Finds the images of a data set, in an order that does not depend on the file system.

    Two layouts serve: `train/ val/ test/` (or `valid`, `validation`) of class folders, and class
    folders alone, which are split here into 70/10/20 by `data.split_seed`. Folders below a class
    belong to it. What is hidden (a leading dot) is passed over.

    Args:
        data: the data set; `name`, `split_seed` and where it lies are read.

    Returns:
        The images, classes and splits.

    Raises:
        UserError: there is no such folder, or what it holds cannot be trained on. The text names
            the key, the folder, what is wrong, and what would be right.
    """
    root = root_of(data)
    where = where_of(data)
    found = subfolders(root, where)
    candidates = split_folders(root, found, where)
    if candidates:
        return _scan_splits(root, candidates, found, where)
    return _scan_classes(root, data.split_seed, where)


def where_of(data: DataSpec) -> str:
    """How an error begins that is about a data set: its key and its folder."""
    key = "root" if data.root is not None else "synthetic"
    return f"data.{data.name}.{key} = {show(root_of(data))}"


def split_folders(
    root: Path, found: list[str], where: str, trouble: Trouble = None
) -> dict[str, list[str]]:
    """The folders of each split; empty where the root holds class folders alone.

    A class may itself be called "train" (beside "car" and "bus"). So a name alone decides
    nothing: a split's folder holds class folders, or has none but splits beside it.

    Args:
        root: the data set's root.
        found: the folders in it.
        where: what an error begins with.
        trouble: as for `list_classes`.

    Returns:
        The names of the folders that could be each split; more than one is for the user to mend.
    """
    names = {split: [name for name in found if name.lower() in _NAMES[split]] for split in SPLITS}
    named = [name for of_split in names.values() for name in of_split]
    if not named:
        return {}
    if len(named) < len(found) and not any(
        subfolders(root / name, where, trouble) for name in named
    ):
        return {}
    return names


def _scan_splits(
    root: Path, candidates: Mapping[str, list[str]], found: list[str], where: str
) -> ImageFolder:
    names = {split: _one_folder(split, candidates[split], where) for split in SPLITS}
    listings = {split: list_classes(root, names[split], where) for split in SPLITS}
    for split in SPLITS:
        _check_filled(listings[split], f"{names[split]}/ has", where)
    classes = tuple(found_class.name for found_class in listings["train"].classes)
    for split in ("val", "test"):
        _check_known(listings[split], names[split], classes, where)
    _check_enough(listings["train"].classes, f"{names['train']}/ has", where)
    labels = {name: label for label, name in enumerate(classes)}
    notes = [_note_unused(sorted(set(found) - set(names.values())))]
    notes += [_note_absent(listings[split], names[split], classes) for split in ("val", "test")]
    notes += [note for listing in listings.values() for note in listing.notes]
    return ImageFolder(
        root=root,
        classes=classes,
        splits={split: _images(listings[split].classes, labels) for split in SPLITS},
        folders={split: root / names[split] for split in SPLITS},
        ignored=tuple(path for listing in listings.values() for path in listing.ignored),
        notes=tuple(note for note in notes if note),
    )


def _scan_classes(root: Path, split_seed: int, where: str) -> ImageFolder:
    listing = list_classes(root, "", where)
    _check_filled(listing, "it has", where)
    _check_enough(listing.classes, "it has", where)
    parts: dict[str, list[ImageFile]] = {split: [] for split in SPLITS}
    for label, found in enumerate(listing.classes):
        if len(found.paths) < MIN_IMAGES:
            raise UserError(
                f"{where}: class {found.name!r} has {_count(len(found.paths), 'image')}; to be"
                f" split into train, val and test a class needs at least {MIN_IMAGES}"
            )
        for split, paths in zip(SPLITS, split_class(found.paths, split_seed), strict=True):
            parts[split] += [ImageFile(path, label) for path in paths]
    notes = (f"no train/, val/ and test/: split 70/10/20 here, with split_seed = {split_seed}",)
    return ImageFolder(
        root=root,
        classes=tuple(found.name for found in listing.classes),
        splits={split: _by_path(images) for split, images in parts.items()},
        folders=dict.fromkeys(SPLITS, root),
        ignored=listing.ignored,
        notes=notes + listing.notes,
    )


def _one_folder(split: str, candidates: list[str], where: str) -> str:
    """The one folder that serves as a split."""
    if len(candidates) > 1:
        both = " and ".join(f"{name}/" for name in candidates)
        raise UserError(f"{where}: both {both} could be the {split} split; keep one of them")
    if not candidates:
        right = " or ".join(f"{name}/" for name in _NAMES[split])
        raise UserError(
            f"{where}: no {split} split; needs a folder {right} beside the others, or class"
            " folders alone, which are then split 70/10/20"
        )
    return candidates[0]


def _check_filled(listing: Listing, subject: str, where: str) -> None:
    """Refuses a split without classes, and a class without images."""
    if not listing.classes:
        loose = f", only {_count(listing.n_loose, 'loose image')}" if listing.n_loose else ""
        raise UserError(
            f"{where}: {subject} no class folders{loose}; needs a folder of images a class"
        )
    empty = [found for found in listing.classes if not found.paths]
    if empty:
        named = ", ".join(show(found.folder) for found in empty)
        raise UserError(f"{where}: no images in {named}; add some, or remove the empty class")


def _check_known(listing: Listing, folder: str, classes: tuple[str, ...], where: str) -> None:
    """Refuses a class that could never be learnt."""
    unknown = [found.name for found in listing.classes if found.name not in classes]
    if unknown:
        named = ", ".join(map(repr, unknown))
        raise UserError(
            f"{where}: {folder}/ has classes that are missing from train: {named}; train has"
            f" {_few(classes)}"
        )


def _check_enough(classes: tuple[ClassFolder, ...], subject: str, where: str) -> None:
    """Refuses what a classifier cannot be trained on."""
    n_images = sum(len(found.paths) for found in classes)
    if n_images < 2:
        raise UserError(f"{where}: {subject} only one image; training needs at least two")
    if len(classes) < 2:
        raise UserError(
            f"{where}: {subject} only one class, {classes[0].name!r}; a classifier needs at least"
            " two"
        )


def _note_absent(listing: Listing, folder: str, classes: tuple[str, ...]) -> str:
    present = {found.name for found in listing.classes}
    absent = [name for name in classes if name not in present]
    return f"{folder}/ has no images of {', '.join(absent)}" if absent else ""


def _note_unused(folders: list[str]) -> str:
    return f"beside the splits and not used: {', '.join(folders)}" if folders else ""


def _images(classes: Iterable[ClassFolder], labels: Mapping[str, int]) -> tuple[ImageFile, ...]:
    return _by_path(
        ImageFile(path, labels[found.name]) for found in classes for path in found.paths
    )


def _by_path(images: Iterable[ImageFile]) -> tuple[ImageFile, ...]:
    return tuple(sorted(images, key=lambda image: image.path))


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(map(repr, names[:10])) + (", …" if len(names) > 10 else "")
