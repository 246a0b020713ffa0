"""How the decode cache lies on disk: when it is trusted, and what it leaves behind."""

import json
import resource
import shutil
import signal
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from torchvision.transforms import Resize

from bench.errors import UserError
from runners.data.cache import open_cache
from runners.data.fingerprint import fingerprint
from runners.data.folders import scan

SIZE = 32


def test_the_second_time_nothing_is_decoded(tracks, decoded, opened, left_over):
    first = opened(tracks)
    assert len(decoded) == 18
    second = opened(tracks)
    assert len(decoded) == 18
    np.testing.assert_array_equal(first.images, second.images)
    assert first.notes == second.notes == ()
    assert left_over(tracks) == []


def test_another_size_or_content_has_its_own_cache(tracks, noise, decoded, opened):
    opened(tracks)
    assert opened(tracks, image_size=16).images.shape == (18, 16, 16, 3)
    noise(99).save(tracks / "val/fox/1.png")
    expected = np.asarray(Resize((SIZE, SIZE))(noise(99)))
    np.testing.assert_array_equal(opened(tracks).split("val").images[3], expected)
    assert len(decoded) == 3 * 18


def test_progress_counts_every_image(tracks, opened):
    calls: list[tuple[int, int]] = []
    opened(tracks, lambda done, total: calls.append((done, total)))
    assert calls == [(number, 18) for number in range(1, 19)]


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def wrong_shape(path: Path) -> None:
    np.save(path, np.zeros((18, SIZE, SIZE + 1, 3), dtype=np.uint8))


def wrong_type(path: Path) -> None:
    np.save(path, np.zeros((18, SIZE, SIZE, 3), dtype=np.float32))


def pickled(path: Path) -> None:
    np.save(path, np.array([{}], dtype=object), allow_pickle=True)


def change_index(**changes):
    def change(path: Path) -> None:
        index = path.with_name("index.json")
        index.write_text(json.dumps(json.loads(index.read_text()) | changes))

    return change


def write_index(text: str):
    return lambda path: path.with_name("index.json").write_text(text)


OTHERS = {"train": ["bear/x.png"] * 8, "val": ["bear/x.png"] * 4, "test": ["bear/x.png"] * 6}
DAMAGES = {
    "truncated": truncate,
    "empty": lambda path: path.write_bytes(b""),
    "images gone": lambda path: path.unlink(),
    "index gone": lambda path: path.with_name("index.json").unlink(),
    "shape": wrong_shape,
    "type": wrong_type,
    "pickle": pickled,
    "not JSON": write_index("{"),
    "not a record": write_index("[3]"),
    "no paths": write_index('{"format": 1}'),
    "paths of a wrong type": change_index(paths=3),
    "bad of a wrong type": change_index(bad=[3]),
    "other images": change_index(paths=OTHERS),
    "other Pillow": change_index(pillow="1.0"),
    "other format": change_index(format=0),
    "no format": change_index(format=None),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_or_foreign_cache_is_built_anew_and_says_so(
    tracks, decoded, damage, opened, place, left_over
):
    before = opened(tracks).images.copy()
    DAMAGES[damage](place(tracks) / "images.npy")
    decoded.clear()
    cache = opened(tracks)
    assert len(decoded) == 18
    np.testing.assert_array_equal(cache.images, before)
    assert len(cache.notes) == 1
    assert cache.notes[0].startswith("the image cache was built anew: ")
    assert opened(tracks).notes == ()
    assert left_over(tracks) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_build_leaves_nothing_behind(tracks, error, opened, place, left_over):
    def interrupt(done, total):
        if done == 5:
            raise error

    with pytest.raises(error):
        opened(tracks, interrupt)
    with pytest.raises(UserWarning):  # no longer silenced
        warnings.warn("heard", stacklevel=1)
    assert not place(tracks).exists()
    assert left_over(tracks) == []
    assert opened(tracks).images.shape[0] == 18


def test_what_a_killed_build_left_is_swept_away(tracks, opened, place, left_over):
    cache = place(tracks)
    torn = cache.parent / f".{cache.name}.dead"
    torn.mkdir(parents=True)
    (torn / "images.npy").touch()
    opened(tracks)
    assert left_over(tracks) == []


@contextmanager
def largest_file(n_bytes: int):
    """Lets writing fail beyond a size, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_is_an_error_of_one_line(tracks, place, left_over, spec):
    data = spec(tracks)
    folder = scan(data)
    digest = fingerprint(folder)
    with (
        largest_file(10_000),
        pytest.raises(UserError, match=r"cannot use the image cache .*TRACKBENCH_CACHE") as caught,
    ):
        open_cache(data, folder, digest)
    assert "\n" not in str(caught.value)
    assert not place(tracks).exists()
    assert left_over(tracks) == []


def test_a_cache_folder_that_cannot_be_made_is_an_error(tracks, tmp_path, monkeypatch, opened):
    (tmp_path / "file").touch()
    monkeypatch.setenv("TRACKBENCH_CACHE", str(tmp_path / "file"))
    with pytest.raises(UserError, match="cannot use the image cache"):
        opened(tracks)


def test_two_at_once_build_once(tracks, decoded, spec):
    data = spec(tracks)
    folder = scan(data)
    digest = fingerprint(folder)
    start = threading.Barrier(2)

    def build(_):
        start.wait()
        return open_cache(data, folder, digest)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(build, range(2))
    assert len(decoded) == 18
    np.testing.assert_array_equal(first.images, second.images)


def test_the_cache_can_move_with_the_images(tracks, tmp_path, decoded, opened):
    opened(tracks)
    shutil.move(tracks, tmp_path / "elsewhere")
    opened(tmp_path / "elsewhere")
    assert len(decoded) == 18
