"""The decode cache: what it holds, and what becomes of images that cannot be read."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torchvision.transforms import Resize

from bench.errors import UserError
from runners.data.cache import open_cache
from runners.data.decode import decode
from runners.data.fingerprint import fingerprint
from runners.data.folders import scan

SIZE = 32


@pytest.mark.parametrize("size", [16, 30, 64, 100])
def test_images_equal_torchvisions_resize_to_the_byte(
    tmp_path, make_images, noise, size, opened, spec
):
    root = make_images("train/a/0.png", "train/b/0.png", "val/a/0.png", "test/b/0.png")
    noise(9, (613, 401)).save(root / "train/a/large.png")
    noise(8, (size, size)).save(root / "train/b/same.png")
    noise(7, (300, 31)).save(root / "train/b/flat.jpg")
    noise(6, (50, 50)).convert("RGBA").save(root / "val/a/alpha.webp")
    folder = scan(spec(root))
    cache = opened(root, image_size=size)
    files = [folder.file(split, image) for split in folder.splits for image in folder.splits[split]]
    assert cache.images.shape == (len(files), size, size, 3)
    for row, file in zip(cache.images, files, strict=True):
        np.testing.assert_array_equal(row, np.asarray(Resize((size, size))(decode(file))))


def test_rows_are_the_images_of_the_splits_in_order(tracks, opened):
    cache = opened(tracks)
    assert cache.images.dtype == np.uint8
    assert cache.labels.dtype == np.int64
    assert cache.classes == ("bear", "fox")
    val = cache.split("val")
    assert val.paths == ("bear/0.png", "bear/1.png", "fox/0.png", "fox/1.png")
    assert val.labels.tolist() == [0, 0, 1, 1]
    assert val.classes == cache.classes
    np.testing.assert_array_equal(val.images, cache.images[8:12])
    assert [len(cache.split(name).paths) for name in ("train", "val", "test")] == [8, 4, 6]
    assert not cache.images.flags.writeable


def test_class_folders_alone_are_cached_by_their_split(make_images, opened):
    root = make_images(*(f"{name}/{number}.png" for name in ("a", "b") for number in range(5)))
    cache = opened(root)
    assert [len(cache.split(name).paths) for name in ("train", "val", "test")] == [6, 2, 2]
    for name in ("train", "val", "test"):
        split = cache.split(name)
        for pixels, path in zip(split.images, split.paths, strict=True):
            expected = Resize((SIZE, SIZE))(decode(root / path))
            np.testing.assert_array_equal(pixels, np.asarray(expected))


def spoil(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).write_bytes(b"no image")


def test_all_bad_images_are_reported_at_once(tracks, decoded, opened):
    bad = ("train/bear/1.png", "train/fox/0.png", "val/fox/1.png", "test/bear/2.png")
    spoil(tracks, *bad)
    for _ in range(2):  # the second time from what the cache remembers
        with pytest.raises(UserError) as caught:
            opened(tracks)
        text = str(caught.value)
        assert text.startswith("data.tracks: 4 of 18 images cannot be read; ")
        assert all(path in text for path in bad)
        assert text.count("not a JPEG, PNG, WebP, BMP or TIFF image") == 4
        assert 'on_bad_image = "skip"' in text
        assert "\n" not in text
    assert len(decoded) == 18


def test_bad_images_can_be_left_out(tracks, opened):
    whole = opened(tracks)
    keep = [row for row in range(18) if row not in (0, 9)]
    expected_images, expected_paths = whole.images[keep], [whole.paths[row] for row in keep]
    spoil(tracks, "train/bear/0.png", "val/bear/1.png")
    cache = opened(tracks, on_bad_image="skip")
    np.testing.assert_array_equal(cache.images, expected_images)
    assert list(cache.paths) == expected_paths
    assert cache.split("train").labels.tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert cache.split("val").paths == ("bear/0.png", "fox/0.png", "fox/1.png")
    reason = "not a JPEG, PNG, WebP, BMP or TIFF image"
    assert cache.bad == (("train/bear/0.png", reason), ("val/bear/1.png", reason))


def test_skipping_may_not_empty_a_class_of_train(tracks, opened):
    spoil(tracks, *(f"train/fox/{number}.png" for number in range(4)))
    with pytest.raises(UserError, match=r"leaves no image in train for 'fox'; .*train/fox/3\.png"):
        opened(tracks, on_bad_image="skip")


def test_skipping_may_not_empty_a_split(tracks, opened):
    spoil(tracks, *(f"val/{name}/{number}.png" for name in ("bear", "fox") for number in range(2)))
    with pytest.raises(UserError, match="leaves no image in val"):
        opened(tracks, on_bad_image="skip")


def test_when_no_image_can_be_read_it_says_so(tracks, opened):
    spoil(tracks, *(str(path.relative_to(tracks)) for path in tracks.rglob("*.png")))
    with pytest.raises(UserError, match="18 of 18 images cannot be read"):
        opened(tracks)


def test_a_vanished_file_is_an_error_and_not_remembered_as_bad(tracks, noise, spec):
    data = spec(tracks, on_bad_image="skip")
    folder = scan(data)
    digest = fingerprint(folder)
    moved = tracks / "val/fox/1.png"
    moved.rename(tracks / "away")
    with pytest.raises(UserError, match=r"cannot read the image '.*val/fox/1\.png': No such file"):
        open_cache(data, folder, digest)
    (tracks / "away").rename(moved)
    assert open_cache(data, folder, digest).bad == ()


def test_odd_metadata_gives_no_warning(tracks, noise, opened):
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x09broken"
    noise().save(tracks / "train/fox/9.png", exif=exif)
    Image.new("P", (8, 8)).save(tracks / "train/fox/p.png", transparency=b"\0\1")
    assert opened(tracks).bad == ()
