"""Five hundred broken images: each is read or refused with a reason, and none stops the check."""

import io
import time

import numpy as np

from bench.experiments.spec import DataSpec
from runners.data.check.check import check_data

from .drawn import picture

FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "BMP": "bmp", "TIFF": "tif"}
N_IMAGES = 1000


def encoded(number, name):
    buffer = io.BytesIO()
    picture(number, (64, 48)).save(buffer, name)
    return bytearray(buffer.getvalue())


def flip_bits(content, rng):
    for place in rng.integers(0, len(content), int(rng.integers(1, 30))):
        content[place] ^= 1 << int(rng.integers(0, 8))
    return content


def truncate(content, rng):
    return content[: int(rng.integers(0, len(content)))]


def splice(content, rng):
    other = encoded(int(rng.integers(0, 99)), list(FORMATS)[int(rng.integers(0, len(FORMATS)))])
    return other[: int(rng.integers(1, 200))] + content[int(rng.integers(1, 200)) :]


def enlarge(content, rng):
    """Writes large numbers where a header may keep its width and height."""
    for _ in range(int(rng.integers(1, 4))):
        start = int(rng.integers(4, min(200, len(content) - 4)))
        content[start : start + 4] = int(rng.integers(1, 2**31)).to_bytes(4, "big")
    return content


def pad(content, rng):
    return content + rng.bytes(int(rng.integers(1, 5000)))


MUTATIONS = (flip_bits, truncate, splice, enlarge, pad)


def test_a_check_of_mutated_images_ends_and_accounts_for_each(tmp_path):
    rng = np.random.default_rng(0)
    endings = list(FORMATS.values())
    for number in range(N_IMAGES):
        name = list(FORMATS)[number % len(FORMATS)]
        mutate = MUTATIONS[number // len(FORMATS) % len(MUTATIONS)]
        split = ("train", "train", "val", "test")[number % 4]
        folder = tmp_path / "photos" / split / ("bear", "fox")[number // 4 % 2]
        folder.mkdir(parents=True, exist_ok=True)
        ending = endings[int(rng.integers(0, len(endings)))]  # a wrong one, mostly
        content = mutate(encoded(number, name), rng)
        (folder / f"{number}.{ending}").write_bytes(bytes(content))
    began = time.monotonic()
    root = tmp_path / "photos"
    found = check_data(DataSpec(name="check", root=root), root)
    assert time.monotonic() - began < 120
    assert found.n_images == N_IMAGES
    assert 0 < len(found.unreadable) < N_IMAGES
    assert all(remark.reason and "\n" not in remark.reason for remark in found.unreadable)
    # Every other one was decoded: it has a size.
    refused = {remark.image.path for remark in found.unreadable}
    copied = [image for group in found.groups for image in group.images]
    assert all(image.width > 0 for image in copied if image.path not in refused)
