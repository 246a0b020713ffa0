"""How well edited copies of a photo are found, and how often different photos are taken for copies.

    python -m tests.speed.copies FOLDER [EVERY]

FOLDER holds images at any depth, all of different photos; of every EVERY-th (1) the copies are
made in memory. Prints the share found of each kind of edit, and the pairs found among the
photos themselves, which are all false where no photo is there twice.
"""

import io
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from runners.data.check.alike import find_pairs
from runners.data.check.reading import thumbnail_of
from runners.data.check.turns import TURNS
from runners.data.decode import decode, decode_bytes
from runners.data.listing import IMAGE_SUFFIXES


def as_jpeg(image: Image.Image, quality: int = 90) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def resized(image: Image.Image, wide: float, high: float) -> Image.Image:
    size = (max(8, round(image.width * wide)), max(8, round(image.height * high)))
    return image.resize(size, Image.Resampling.LANCZOS)


def cropped(image: Image.Image, left: float, right: float) -> Image.Image:
    """Without these parts of its sides at the left and top, and at the right and bottom."""
    box = (left * image.width, left * image.height)
    return image.crop(
        (*map(round, box), round((1 - right) * image.width), round((1 - right) * image.height))
    )


def edits(image: Image.Image) -> Iterator[tuple[str, bytes]]:
    """Each kind of edit and the file that it leaves."""
    for quality in (30, 60, 95):
        yield f"JPEG {quality}", as_jpeg(image, quality)
    for scale in (0.3, 0.5, 1.5):
        yield f"resized × {scale}", as_jpeg(resized(image, scale, scale))
    yield "squeezed to 4/5", as_jpeg(resized(image, 1, 0.8))
    yield "mirrored", as_jpeg(ImageOps.mirror(image))
    yield "upside down", as_jpeg(ImageOps.flip(image))
    for degrees in (90, 180, 270):
        yield f"turned {degrees}°", as_jpeg(image.rotate(degrees, expand=True))
    yield "mirrored and turned", as_jpeg(image.transpose(Image.Transpose.TRANSPOSE))
    for percent in (2, 5, 10):
        yield f"cropped {percent} % in all", as_jpeg(cropped(image, percent / 200, percent / 200))
        yield f"cropped {percent} % at one side", as_jpeg(cropped(image, percent / 100, 0))
    for factor in (0.7, 0.9, 1.1, 1.3):
        yield f"brightness × {factor}", as_jpeg(ImageEnhance.Brightness(image).enhance(factor))
    yield "contrast × 0.8", as_jpeg(ImageEnhance.Contrast(image).enhance(0.8))
    yield "grey", as_jpeg(image.convert("L"))
    mixed = ImageEnhance.Brightness(resized(ImageOps.mirror(image), 0.6, 0.6)).enhance(0.95)
    yield "mirrored, × 0.6, darker, JPEG 60", as_jpeg(mixed, 60)


def thumbnail(content: bytes) -> np.ndarray:
    return thumbnail_of(decode_bytes(content, at_least=64))


def main() -> None:
    folder = Path(sys.argv[1])
    every = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    files = sorted(f for f in folder.rglob("*") if f.suffix.lower() in IMAGE_SUFFIXES)
    originals = np.array([thumbnail(file.read_bytes()) for file in files])
    found: dict[str, list[bool]] = {}
    for file, original in list(zip(files, originals, strict=True))[::every]:
        for kind, content in edits(decode(file)):
            pair = np.array([original, thumbnail(content)])
            found.setdefault(kind, []).append(bool(find_pairs(pair)))
    for kind, hits in found.items():
        print(f"{kind:34} found {sum(hits):5} of {len(hits)}  {100 * np.mean(hits):6.1f} %")
    began = time.perf_counter()
    pairs = find_pairs(originals)
    seconds = time.perf_counter() - began
    print(f"{len(files)} photos compared in {seconds:.1f} s: {len(pairs)} pairs taken for copies")
    for pair in pairs:
        names = [str(files[row].relative_to(folder)) for row in (pair.first, pair.second)]
        print(f"  {pair.likeness:.3f} {TURNS[pair.turn] or 'as it is'}: {' = '.join(names)}")


if __name__ == "__main__":
    main()
