"""Small pictures that all differ, as a data set or alone, and edits of them."""

from pathlib import Path

import numpy as np
from PIL import Image

SPLITS = {"train": 5, "val": 2, "test": 3}
CLASSES = ("bear", "fox")


def picture(number: int, size: tuple[int, int] = (96, 72)) -> Image.Image:
    """Light and dark blotches on a slope, others for each number."""
    rng = np.random.default_rng(number)
    blotches = Image.fromarray(rng.integers(0, 256, (7, 9), dtype=np.uint8))
    values = np.asarray(blotches.resize(size, Image.Resampling.BICUBIC), np.float32)
    tint = rng.uniform(0.5, 1, 3)
    noise = rng.normal(0, 4, (size[1], size[0], 1))
    return Image.fromarray(
        np.clip(values[..., None] * tint + noise, 0, 255).astype(np.uint8), "RGB"
    )


def data_set(root: Path, splits=SPLITS, classes=CLASSES) -> Path:
    """train/ val/ test/ of pictures of which no two show the same."""
    number = 0
    for split, n_images in splits.items():
        for name in classes:
            folder = root / split / name
            folder.mkdir(parents=True)
            for image in range(n_images):
                picture(number).save(folder / f"{image}.png")
                number += 1
    return root


def leak_three(root: Path) -> list[tuple[str, str]]:
    """Copies three test images into train: re-encoded, resized, mirrored; (test, train) paths."""
    sources = sorted((root / "test").rglob("*.*"))
    chosen = [sources[0], sources[len(sources) // 2], sources[-1]]
    images = [Image.open(path).convert("RGB") for path in chosen]
    width, height = images[1].size
    images[1] = images[1].resize((width * 3 // 5, height * 3 // 5))
    images[2] = images[2].transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    made = []
    for number, (source, image) in enumerate(zip(chosen, images, strict=True)):
        target = root / "train" / source.parent.name / f"leaked-{number}.jpg"
        image.save(target, quality=60 if number == 0 else 90)
        made.append((source.relative_to(root).as_posix(), target.relative_to(root).as_posix()))
    return made
