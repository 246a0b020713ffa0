"""Writes a drawn data set as a folder in the standard layout, with a manifest."""

import hashlib
import itertools
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.errors import UserError
from bench.experiments.spec import Synthetic
from runners.data.manifest import Manifest, write_manifest
from runners.data.synthetic.camera import jpeg
from runners.data.synthetic.processes import side_by_side
from runners.data.synthetic.recipe import Drawing, drawings, least_images
from runners.data.synthetic.version import GENERATOR_VERSION

Progress = Callable[[int, int], None]
JPEG_QUALITY = 92
_CHUNK = 32


@dataclass(frozen=True)
class _Drawn:
    """A drawn photo on its way to the disk."""

    drawing: Drawing
    content: bytes
    facts: dict[str, Any]


def write_drawings(
    synthetic: Synthetic,
    folder: Path,
    n_processes: int = 1,
    on_progress: Progress | None = None,
) -> None:
    """Draws a data set into a new folder: whole, or not at all.

    The bytes depend on `synthetic` alone, not on how many processes draw.

    Args:
        synthetic: what to draw.
        folder: does not exist yet, or is empty.
        n_processes: that draw at a time.
        on_progress: called with (images done, images in all).

    Raises:
        UserError: too few images for its species, a folder that is not empty, or one that cannot
            be written.
    """
    least = least_images(synthetic)
    if synthetic.images < least:
        raise UserError(
            f"images = {synthetic.images}: too few; {least // 3} species in three splits need at "
            f"least {least}"
        )
    folder = folder.absolute()
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        _check_empty(folder)
        part.mkdir(parents=True)
        _write_all(synthetic, part, n_processes, on_progress)
        part.replace(folder)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written: {error.strerror or error}") from None
    except EOFError:
        raise UserError(f"{folder}: a drawing process was killed; is memory short?") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _check_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder}: is there already and not an empty folder; name another")


def _write_all(
    synthetic: Synthetic, folder: Path, n_processes: int, on_progress: Progress | None
) -> None:
    planned = list(drawings(synthetic))
    for parent in sorted({f"{one.split}/{one.species.name}" for one in planned}):
        (folder / parent).mkdir(parents=True)
    photos = []
    for done, drawn in enumerate(_draw_all(synthetic, planned, n_processes), start=1):
        one = drawn.drawing
        (folder / one.split / one.path).write_bytes(drawn.content)
        digest = hashlib.sha256(drawn.content).hexdigest()
        photos.append({"split": one.split, "path": one.path, "sha256": digest, **drawn.facts})
        if on_progress:
            on_progress(done, len(planned))
    write_manifest(folder, _manifest(synthetic, photos))


def _draw_all(synthetic: Synthetic, planned: list[Drawing], n_processes: int) -> Iterator[_Drawn]:
    draw = partial(_draw_chunk, synthetic)
    chunks = [planned[i : i + _CHUNK] for i in range(0, len(planned), _CHUNK)]
    n_processes = min(n_processes, len(chunks))
    drawn = map(draw, chunks) if n_processes == 1 else side_by_side(draw, chunks, n_processes)
    return itertools.chain.from_iterable(drawn)


def _draw_chunk(synthetic: Synthetic, chunk: list[Drawing]) -> list[_Drawn]:
    drawn = []
    for one in chunk:
        photo = one.draw(synthetic)
        content = jpeg(photo.pixels, JPEG_QUALITY)
        drawn.append(_Drawn(one, content, {"ground": photo.ground, "n_prints": photo.n_prints}))
    return drawn


def _manifest(synthetic: Synthetic, photos: list[dict[str, Any]]) -> Manifest:
    classes = Counter(photo["path"].partition("/")[0] for photo in photos)
    return Manifest(
        synthetic=synthetic,
        generator_version=GENERATOR_VERSION,
        classes=dict(sorted(classes.items())),
        splits=dict(Counter(photo["split"] for photo in photos)),
        photos=tuple(photos),
    )
