"""Where the caches lie."""

import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from bench.experiments.spec import DataSpec, Synthetic
from runners.data.places import (
    cache_home,
    drawn_folder,
    fingerprint_memo,
    images_folder,
    root_of,
)


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


def test_each_drawn_data_set_has_its_own_folder_in_the_cache(monkeypatch):
    monkeypatch.setenv("TRACKBENCH_CACHE", "/big/disk")
    folder = drawn_folder(Synthetic())
    assert folder.parent == Path("/big/disk/drawn")
    assert folder == drawn_folder(Synthetic())
    assert folder != drawn_folder(Synthetic(seed=1))


def test_a_data_set_lies_where_the_user_says_or_where_it_is_drawn():
    assert root_of(DataSpec(name="mine", root=Path("/photos"))) == Path("/photos")
    drawn = DataSpec(name="drawn", synthetic=Synthetic())
    assert root_of(drawn) == drawn_folder(Synthetic())


def test_places_are_known_without_numpy():
    code = (
        "import sys; from bench.experiments.spec import Synthetic;"
        "from runners.data.places import drawn_folder; drawn_folder(Synthetic());"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert not set(done.stdout.split()) & {"numpy", "PIL", "torch"}
