"""Finds the images of a data set as it is, sound or not."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.errors import UserError
from runners.data.folders import SPLITS, split_folders
from runners.data.listing import Listing, list_classes, show, subfolders
from runners.data.splits import MIN_IMAGES, split_class


@dataclass(frozen=True)
class FoundImage:
    """An image file. `path` is relative to the data set's root, with forward slashes."""

    split: str
    label: str
    path: str


@dataclass(frozen=True)
class Inventory:
    """What lies in a data set's folder.

    `splits` are those that there are, in order; `layout` says how they came about. `images` are
    in the order of splits and paths, `others` the files that are not images.
    """

    root: Path
    layout: str
    splits: tuple[str, ...]
    classes: tuple[str, ...]
    images: tuple[FoundImage, ...]
    others: tuple[str, ...]
    notes: tuple[str, ...]


def take_inventory(root: Path, split_seed: int) -> Inventory:
    """Lists a data set in either layout; what `scan` would refuse is listed, or noted.

    Args:
        root: the folder.
        split_seed: how class folders alone are split, as `scan` does it.

    Raises:
        UserError: there is no such folder, or it holds no images in folders.
    """
    where = show(root)
    found = subfolders(root, where)
    trouble: list[str] = []
    candidates = split_folders(root, found, where, trouble)
    if candidates:
        inventory = _with_splits(root, candidates, found, trouble)
    else:
        inventory = _without_splits(root, split_seed, trouble)
    if not inventory.images:
        raise UserError(
            f"{where}: holds no images in class folders; needs train/CLASS/*.jpg and so on, or"
            " CLASS/*.jpg"
        )
    return inventory


def _with_splits(
    root: Path, candidates: dict[str, list[str]], found: list[str], trouble: list[str]
) -> Inventory:
    images: list[FoundImage] = []
    listings: list[Listing] = []
    notes: list[str] = []
    for split in SPLITS:
        folders = candidates[split]
        if len(folders) != 1:
            both = " and ".join(f"{name}/" for name in folders)
            notes.append(f"{both} both serve as {split}" if folders else f"no {split} split")
        for folder in folders:
            listing = list_classes(root, folder, show(root), trouble)
            listings.append(listing)
            images += [
                FoundImage(split, one.name, f"{folder}/{path}")
                for one in listing.classes
                for path in one.paths
            ]
    unused = sorted(set(found) - {name for names in candidates.values() for name in names})
    if unused:
        notes.append(f"beside the splits and not looked at: {', '.join(unused)}")
    present = tuple(split for split in SPLITS if candidates[split])
    return _inventory(root, f"{', '.join(present)} folders", present, images, listings,
                      [*notes, *trouble])  # fmt: skip


def _without_splits(root: Path, split_seed: int, trouble: list[str]) -> Inventory:
    listing = list_classes(root, "", show(root), trouble)
    images: list[FoundImage] = []
    notes: list[str] = []
    for one in listing.classes:
        if len(one.paths) < MIN_IMAGES:
            notes.append(f"{one.name}: too few images to be split; they count as train here")
            parts: Iterable[tuple[str, ...]] = (one.paths, (), ())
        else:
            parts = split_class(one.paths, split_seed)
        for split, paths in zip(SPLITS, parts, strict=True):
            images += [FoundImage(split, one.name, path) for path in paths]
    layout = f"class folders alone, split 70/10/20 with split_seed = {split_seed}"
    return _inventory(root, layout, SPLITS, images, [listing], [*notes, *trouble])


def _inventory(
    root: Path,
    layout: str,
    splits: tuple[str, ...],
    images: list[FoundImage],
    listings: list[Listing],
    notes: list[str],
) -> Inventory:
    order = {split: number for number, split in enumerate(SPLITS)}
    return Inventory(
        root=root,
        layout=layout,
        splits=splits,
        classes=tuple(sorted({one.name for listing in listings for one in listing.classes})),
        images=tuple(sorted(images, key=lambda image: (order[image.split], image.path))),
        others=tuple(path for listing in listings for path in listing.ignored),
        notes=(*(note for listing in listings for note in listing.notes), *notes),
    )
