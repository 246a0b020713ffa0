"""The photos of the race: a balanced part of a folder, or drawn ones as large as a camera's."""

import hashlib
import itertools
import multiprocessing
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from bench.errors import UserError
from bench.experiments.spec import DataSpec, Synthetic
from bench.survey import cpus
from runners.data.folders import ImageFolder, scan
from runners.data.synthetic.writing import write_drawings
from tests.speed.race.cases import Case

DRAWN, DRAWN_SIDE, SIDE = 240, 448, 896
_QUALITY, _GRAIN = 92, 6.0


def read(folder: Path) -> ImageFolder:
    """The images of a folder of train/, val/ and test/.

    Raises:
        UserError: as `scan` does.
    """
    return scan(DataSpec(name="photos", root=folder))


def link_part(source: ImageFolder, case: Case, to: Path) -> None:
    """Makes a folder of links to as many photos as the case uses, the classes alike.

    The test split has as many as the validation; only this project scores it.

    Raises:
        UserError: there are too few.
    """
    wanted = {"train": case.n_train, "val": case.n_val, "test": case.n_val}
    for split, n in wanted.items():
        images = source.splits[split]
        if split == "train" and len(images) < n:
            raise UserError(f"{source.root}: {case.title} needs {n} photos to train; {len(images)}")
        by_class: dict[str, list[str]] = {name: [] for name in source.classes}
        for image in images:
            by_class[source.classes[image.label]].append(image.path)
        for name, paths in balanced(by_class, n).items():
            (to / split / name).mkdir(parents=True)
            for number, path in enumerate(paths):
                link = to / split / name / f"{number}{Path(path).suffix.lower()}"
                link.symlink_to((source.folders[split] / path).resolve())


def balanced(paths: Mapping[str, Sequence[str]], n: int) -> dict[str, list[str]]:
    """`n` paths, or all where there are fewer: from each class in turn, as long as it has any.

    Which of a class hangs on a hash of their names.
    """
    ordered = [
        [(name, path) for path in sorted(found, key=_rank)] for name, found in sorted(paths.items())
    ]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*ordered))
    chosen: dict[str, list[str]] = {name: [] for name in sorted(paths)}
    for name, path in itertools.islice(filter(None, turns), n):
        chosen[name].append(path)
    return chosen


def _rank(path: str) -> bytes:
    return hashlib.sha256(path.encode()).digest()


def draw(folder: Path, n: int = DRAWN, drawn_side: int = DRAWN_SIDE, side: int = SIDE) -> None:
    """Draws footprints and enlarges them under fresh grain, so that they decode as photos do.

    Args:
        folder: is not there yet.
        n: photos in all.
        drawn_side: pixels at which they are drawn.
        side: pixels at which they are stored.
    """
    write_drawings(Synthetic(images=n, size=drawn_side), folder, cpus())
    files = sorted(folder.rglob("*.jpg"))
    with multiprocessing.get_context("spawn").Pool(cpus()) as pool:
        pool.starmap(_enlarge, [(file, side) for file in files], chunksize=16)


def _enlarge(file: Path, side: int) -> None:
    rng = np.random.default_rng(list(hashlib.sha256(file.name.encode()).digest()))
    enlarged = Image.open(file).resize((side, side), Image.Resampling.BICUBIC)
    pixels = np.asarray(enlarged, np.float32) + rng.normal(0, _GRAIN, (side, side, 1))
    photo = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    photo.save(file, quality=_QUALITY)
