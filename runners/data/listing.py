"""Lists class folders and the images in them."""

import os
from dataclasses import dataclass
from pathlib import Path, PurePath

from bench.errors import UserError

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})

# Where what cannot be listed is noted; None where it is an error.
Trouble = list[str] | None


@dataclass(frozen=True)
class ClassFolder:
    """A class and its images.

    `folder` is relative to the data set's root; `paths` to the folder that the class lies in, so
    that each begins with the class. Both have forward slashes.
    """

    name: str
    folder: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Listing:
    """The classes in a folder, sorted by name.

    `ignored` are the files that are not images, relative to the data set's root. `n_loose` counts
    images that lie in no class folder. `notes` says what was taken or left out, a line each.
    """

    classes: tuple[ClassFolder, ...]
    ignored: tuple[str, ...]
    n_loose: int
    notes: tuple[str, ...]


def show(path: Path | str) -> str:
    """A path as an error prints it: quoted, on one line, whatever characters are in it."""
    return repr(str(path))


def subfolders(folder: Path, where: str, trouble: Trouble = None) -> list[str]:
    """The names of the visible folders in a folder, sorted.

    Args:
        folder: the folder to look into.
        where: what an error begins with.
        trouble: as for `list_classes`.

    Raises:
        UserError: the folder is not there, is no folder, or cannot be read.
    """
    return [entry.name for entry in _entries(folder, where, trouble) if _is_folder(entry)]


def list_classes(root: Path, part: str, where: str, trouble: Trouble = None) -> Listing:
    """Lists the class folders in `root / part` and the images in each.

    Args:
        root: the data set's root.
        part: a folder in it, or '' for the root itself.
        where: what an error begins with.
        trouble: where it is a list, what would be an error is added there and left out instead.

    Raises:
        UserError: something cannot be read, or has a name that is not UTF-8.
    """
    prefix = f"{part}/" if part else ""
    classes: list[ClassFolder] = []
    ignored: list[str] = []
    loose: list[str] = []
    for entry in _entries(root / part, where, trouble):
        if _is_folder(entry):
            paths: list[str] = []
            others: list[str] = []
            _collect(entry, entry.name, where, (), paths, others, trouble)
            classes.append(ClassFolder(entry.name, prefix + entry.name, tuple(sorted(paths))))
            ignored += [prefix + path for path in sorted(others)]
        elif _is_image(entry):
            loose.append(prefix + entry.name)
        else:
            ignored.append(prefix + entry.name)
    return Listing(tuple(classes), tuple(ignored), len(loose), _notes(classes, loose, prefix))


def _collect(
    folder: os.DirEntry[str],
    path: str,
    where: str,
    above: tuple[tuple[int, int], ...],
    images: list[str],
    others: list[str],
    trouble: Trouble,
) -> None:
    """Adds what lies in a folder, at any depth, to `images` and `others`."""
    status = folder.stat()
    identity = (status.st_dev, status.st_ino)
    if identity in above:
        link = f"{show(path)} is a link to a folder above it; remove the link"
        _refuse(UserError(f"{where}: {link}"), trouble)
        return
    for entry in _entries(Path(folder.path), where, trouble):
        inner = f"{path}/{entry.name}"
        if _is_folder(entry):
            _collect(entry, inner, where, (*above, identity), images, others, trouble)
        else:
            (images if _is_image(entry) else others).append(inner)


def _refuse(error: UserError, trouble: Trouble) -> None:
    if trouble is None:
        raise error
    trouble.append(str(error))


def _entries(folder: Path, where: str, trouble: Trouble) -> list[os.DirEntry[str]]:
    """What is visible in a folder, sorted by name."""
    try:
        entries = _scanned(folder, where)
    except UserError as error:
        _refuse(error, trouble)
        return []
    named = []
    for entry in entries:
        if _is_utf8(entry.name):
            named.append(entry)
        else:
            wrong = f"{show(entry.path)} has a name that is not UTF-8; rename it"
            _refuse(UserError(f"{where}: {wrong}"), trouble)
    return sorted(named, key=lambda entry: entry.name)


def _scanned(folder: Path, where: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as scan:
            return [entry for entry in scan if not entry.name.startswith(".")]
    except FileNotFoundError as error:
        raise UserError(f"{where}: there is no such folder") from error
    except NotADirectoryError as error:
        raise UserError(f"{where}: is a file; needs the folder of the data set") from error
    except OSError as error:
        raise UserError(f"{where}: cannot read {show(folder)}: {error.strerror}") from error


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _is_image(entry: os.DirEntry[str]) -> bool:
    if PurePath(entry.name).suffix.lower() not in IMAGE_SUFFIXES:
        return False
    if not entry.is_symlink():
        return entry.is_file()
    # A broken link counts, so that it is reported as unreadable and not silently left out. One to
    # a pipe or a device does not: to read it may never end.
    return os.path.isfile(entry.path) or not os.path.exists(entry.path)  # noqa: PTH110, PTH113


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _notes(classes: list[ClassFolder], loose: list[str], prefix: str) -> tuple[str, ...]:
    """Says which images were found where one may not have looked for them."""
    notes = []
    deeper = [prefix + path for found in classes for path in found.paths if path.count("/") > 1]
    if deeper:
        notes.append(f"images in folders below a class count as that class: {_first(deeper)}")
    if loose:
        notes.append(f"images in no class folder, left out: {_first(loose)}")
    return tuple(notes)


def _first(paths: list[str]) -> str:
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"{show(paths[0])}{more}"
