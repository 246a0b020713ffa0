"""Small data sets made on the spot, and a cache of their own for each test."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.experiments.spec import DataSpec
from runners.data import cache_files, places
from runners.data.cache import ImageCache, open_cache
from runners.data.fingerprint import fingerprint
from runners.data.folders import scan

MakeImages = Callable[..., Path]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch) -> Path:
    """Keeps the tests away from the user's cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("TRACKBENCH_CACHE", str(folder))
    return folder


@pytest.fixture
def noise() -> Callable[..., Image.Image]:
    """Makes an image of random pixels."""

    def make(seed: int = 0, size: tuple[int, int] = (40, 30)) -> Image.Image:
        width, height = size
        pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
        return Image.fromarray(pixels)

    return make


@pytest.fixture
def make_images(tmp_path, noise) -> MakeImages:
    """Writes images, all different, at the given paths below a new root."""

    def make(*paths: str, root: str = "photos") -> Path:
        folder = tmp_path / root
        folder.mkdir(exist_ok=True)
        for number, path in enumerate(paths):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            noise(number, (40 + number % 7, 30)).save(file)
        return folder

    return make


@pytest.fixture
def tracks(make_images) -> Path:
    """Two classes; 4 images of each in train, 2 in val, 3 in test."""
    sizes = {"train": 4, "val": 2, "test": 3}
    return make_images(
        *(
            f"{split}/{name}/{number}.png"
            for split, n in sizes.items()
            for name in ("bear", "fox")
            for number in range(n)
        )
    )


OpenImages = Callable[..., ImageCache]


@pytest.fixture
def spec() -> Callable[..., DataSpec]:
    """Describes the data set at a root, at 32 px."""

    def describe(root: Path, **changes) -> DataSpec:
        return replace(DataSpec(name="tracks", root=root, image_size=32), **changes)

    return describe


@pytest.fixture
def opened(spec) -> OpenImages:
    """Opens the cache of the data set at a root."""

    def open_images(root: Path, on_progress=None, **changes) -> ImageCache:
        data = spec(root, **changes)
        folder = scan(data)
        return open_cache(data, folder, fingerprint(folder), on_progress)

    return open_images


@pytest.fixture
def place(spec) -> Callable[[Path], Path]:
    """Says where the cache of a data set lies."""
    return lambda root: places.images_folder(fingerprint(scan(spec(root))), 32)


@pytest.fixture
def left_over(place) -> Callable[[Path], list[str]]:
    """Lists what lies beside a cache and its lock."""

    def others(root: Path) -> list[str]:
        cache = place(root)
        return [
            path.name for path in cache.parent.iterdir() if not path.name.startswith(cache.name)
        ]

    return others


@pytest.fixture
def decoded(monkeypatch) -> list[Path]:
    """The files that are decoded from here on."""
    files: list[Path] = []
    original = cache_files._decode_file
    monkeypatch.setattr(
        cache_files,
        "_decode_file",
        lambda file, size: (files.append(file), original(file, size))[1],
    )
    return files
