"""Where the caches lie."""

from pathlib import Path

import platformdirs
import pytest

from runners.data.places import cache_home, fingerprint_memo, images_folder


def test_the_environment_decides(monkeypatch):
    monkeypatch.setenv("TRACKBENCH_CACHE", "/big/disk")
    assert cache_home() == Path("/big/disk")
    assert images_folder("f" * 64, 224) == Path("/big/disk/images") / f"{'f' * 64}-224"


@pytest.mark.parametrize("value", [None, ""])
def test_without_it_the_users_cache_serves(monkeypatch, value):
    monkeypatch.delenv("TRACKBENCH_CACHE")
    if value is not None:
        monkeypatch.setenv("TRACKBENCH_CACHE", value)
    assert cache_home() == platformdirs.user_cache_path("trackbench")


def test_each_root_has_its_own_memo(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert fingerprint_memo(Path("a")) == fingerprint_memo(tmp_path / "a")
    assert fingerprint_memo(Path("a")) != fingerprint_memo(Path("b"))


def test_each_size_has_its_own_images():
    assert images_folder("a", 224) != images_folder("a", 64)
