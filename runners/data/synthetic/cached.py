"""Drawn data sets in the cache folder: drawn when they are first needed."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import filelock

from bench.errors import UserError
from bench.experiments.spec import Synthetic
from runners.data import manifest, places
from runners.data.synthetic.writing import write_drawings

Progress = Callable[[int, int], None]


def is_there(synthetic: Synthetic) -> bool:
    """Whether the data set has been drawn."""
    return (places.drawn_folder(synthetic) / manifest.FILE).is_file()


@dataclass(frozen=True)
class Cached:
    """The folder of a drawn data set; `note` says that and why it was drawn now, if it was."""

    folder: Path
    note: str


def ensure(synthetic: Synthetic, n_processes: int, on_progress: Progress | None = None) -> Cached:
    """The folder of a drawn data set, drawn now if it is not there or not as it was drawn.

    Two processes do not draw at once: the second waits.

    Args:
        synthetic: what to draw.
        n_processes: that draw at a time.
        on_progress: called with (images done, images in all) while drawing.

    Raises:
        UserError: too few images, or a cache folder that cannot be written.
    """
    folder = places.drawn_folder(synthetic)
    if is_there(synthetic) and not _damage(folder):
        places.touch(folder)
        return Cached(folder, "")
    note = ""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder.with_name(f"{folder.name}.lock")):
            damage = _damage(folder) if folder.exists() else ""
            if damage:
                shutil.rmtree(folder)
            if not folder.exists():
                write_drawings(synthetic, folder, n_processes, on_progress)
                note = f"{synthetic.images} footprints were drawn into {folder}"
    except OSError as error:
        raise UserError(
            f"{folder}: cannot be written ({error.strerror or error}); "
            "set TRACKBENCH_CACHE to another folder"
        ) from None
    return Cached(folder, f"{note}, since {damage}" if damage else note)


def _damage(folder: Path) -> str:
    """What is missing of a drawn data set, or "". Changed photos change the fingerprint."""
    try:
        photos = json.loads((folder / manifest.FILE).read_bytes())["photos"]
        missing = [p["path"] for p in photos if not (folder / p["split"] / p["path"]).is_file()]
    except (OSError, ValueError, KeyError, TypeError):
        return f"its {manifest.FILE} could not be read"
    if not missing:
        return ""
    return f"photos of it were gone ({len(missing)} of {len(photos)}, such as {missing[0]})"
