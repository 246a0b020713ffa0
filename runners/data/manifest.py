"""What a drawn data set says of itself, in `manifest.json` beside its splits."""

import importlib.metadata
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.experiments.spec import Synthetic
from bench.results.atomic import write_atomic

FILE = "manifest.json"
_MAKER = "trackbench"
_WHAT = "Footprints drawn by a program. They look like tracks and say nothing about real ones."


@dataclass(frozen=True)
class Manifest:
    """How a data set was drawn, and what is in it.

    `classes` and `splits` count photos. `photos` has for each its `split`, `path` in that split,
    `sha256`, `ground`, and `n_prints`.
    """

    synthetic: Synthetic
    generator_version: int
    classes: dict[str, int]
    splits: dict[str, int]
    photos: tuple[dict[str, Any], ...]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes `manifest.json`.

    Raises:
        OSError: such as a full disk.
    """
    document = {
        "what": _WHAT,
        "drawn_by": _MAKER,
        **asdict(manifest),
        "versions": {name: importlib.metadata.version(name) for name in ("numpy", "pillow")},
    }
    write_atomic(folder / FILE, json.dumps(document, indent=1) + "\n")


def is_drawn(root: Path) -> bool:
    """Whether the data set at `root` says that a program has drawn it."""
    try:
        document = json.loads((root / FILE).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and document.get("drawn_by") == _MAKER
