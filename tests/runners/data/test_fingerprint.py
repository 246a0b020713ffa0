"""What the fingerprint covers, and when its memory is trusted."""

import hashlib
import json
import os
import time
from pathlib import Path

import pytest

from bench.errors import UserError
from bench.experiments.spec import DataSpec
from runners.data import fingerprint as fingerprint_module
from runners.data.fingerprint import fingerprint
from runners.data.folders import ImageFolder, scan

FILES = {
    f"{split}/{name}/{number}.jpg": f"{split} {name} {number}"
    for split in ("train", "val", "test")
    for name in ("a", "b")
    for number in range(2)
}


def write(root: Path, files: dict[str, str]) -> ImageFolder:
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return scan(DataSpec(name="tracks", root=root))


@pytest.fixture
def later(monkeypatch) -> None:
    """Ten seconds from now, when the files are old enough to be remembered."""
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 10_000_000_000)


@pytest.fixture
def hashed(monkeypatch) -> list[str]:
    """The files whose content is read from here on."""
    read: list[str] = []
    original = fingerprint_module._hash
    monkeypatch.setattr(
        fingerprint_module, "_hash", lambda file: (read.append(file), original(file))[1]
    )
    return read


def test_it_is_the_hash_of_paths_and_contents_split_by_split(tmp_path):
    expected = hashlib.sha256()
    for split in ("train", "val", "test"):
        expected.update(f"{split}\0004\n".encode())
        for path in ("a/0.jpg", "a/1.jpg", "b/0.jpg", "b/1.jpg"):
            content = hashlib.sha256(FILES[f"{split}/{path}"].encode()).hexdigest()
            expected.update(f"{path}\0{content}\n".encode())
    assert fingerprint(write(tmp_path, FILES)) == expected.hexdigest()


def test_it_does_not_depend_on_where_the_files_lie_or_what_val_is_called(tmp_path):
    here = fingerprint(write(tmp_path / "here", FILES))
    renamed = {path.replace("val/", "valid/"): content for path, content in FILES.items()}
    assert fingerprint(write(tmp_path / "there", renamed | {"train/a/readme.txt": "x"})) == here


@pytest.mark.parametrize(
    "changed",
    [
        FILES | {"train/a/0.jpg": "another content"},
        FILES | {"test/b/2.jpg": "one more"},
        {path: content for path, content in FILES.items() if path != "val/b/1.jpg"},
        {path.replace("a/0.jpg", "a/9.jpg"): content for path, content in FILES.items()},
        FILES | {"train/a/0.jpg": FILES["train/b/0.jpg"], "train/b/0.jpg": FILES["train/a/0.jpg"]},
        FILES | {"train/a/0.jpg": FILES["val/a/0.jpg"], "val/a/0.jpg": FILES["train/a/0.jpg"]},
    ],
    ids=["content", "added", "removed", "renamed", "labels swapped", "splits swapped"],
)
def test_it_changes_with_whatever_changes_the_data(tmp_path, changed):
    before = fingerprint(write(tmp_path / "before", FILES))
    assert fingerprint(write(tmp_path / "after", changed)) != before


def test_the_second_time_nothing_is_read(tmp_path, hashed, later):
    folder, memo = write(tmp_path / "photos", FILES), tmp_path / "memo" / "m.json"
    first = fingerprint(folder, memo)
    assert len(hashed) == len(FILES)
    assert fingerprint(folder, memo) == first
    assert len(hashed) == len(FILES)
    assert [file.name for file in memo.parent.iterdir()] == ["m.json"]


def test_a_changed_file_is_read_again_even_with_its_old_size_and_date(tmp_path, hashed, later):
    folder, memo = write(tmp_path / "photos", FILES), tmp_path / "m.json"
    first = fingerprint(folder, memo)
    hashed.clear()
    file = tmp_path / "photos/train/a/0.jpg"
    before = file.stat()
    while file.stat().st_ctime_ns == before.st_ctime_ns:  # within one tick of the clock
        file.write_text("TRAIN a 0")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert fingerprint(folder, memo) != first
    assert hashed == [str(file)]


def test_what_was_written_a_moment_ago_is_not_remembered(tmp_path, hashed):
    folder, memo = write(tmp_path / "photos", FILES), tmp_path / "m.json"
    fingerprint(folder, memo)
    fingerprint(folder, memo)
    assert len(hashed) == 2 * len(FILES)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"files": 3}',
        '{"files": {"x": [1]}}',
        '{"files": {"x": [1,2,3,4,5]}}',
        "\xff",
    ],
)
def test_a_corrupt_memo_is_ignored_and_written_anew(tmp_path, content, later):
    folder, memo = write(tmp_path / "photos", FILES), tmp_path / "m.json"
    memo.write_bytes(content.encode("latin-1"))
    assert fingerprint(folder, memo) == fingerprint(folder)
    assert len(json.loads(memo.read_text())["files"]) == len(FILES)


def test_removed_files_leave_the_memo(tmp_path, later):
    folder, memo = write(tmp_path / "photos", FILES), tmp_path / "m.json"
    fingerprint(folder, memo)
    (tmp_path / "photos/train/a/0.jpg").unlink()
    fingerprint(write(tmp_path / "photos", {}), memo)
    assert len(json.loads(memo.read_text())["files"]) == len(FILES) - 1


def test_a_memo_that_cannot_be_written_costs_nothing(tmp_path, later):
    folder = write(tmp_path / "photos", FILES)
    (tmp_path / "file").touch()
    assert fingerprint(folder, tmp_path / "file" / "m.json") == fingerprint(folder)
    (tmp_path / "m.json").mkdir()
    assert fingerprint(folder, tmp_path / "m.json") == fingerprint(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "m.json", "photos"]


@pytest.mark.parametrize("remembered", [False, True])
def test_a_vanished_file_is_named(tmp_path, remembered, later):
    folder, memo = write(tmp_path / "photos", FILES), tmp_path / "m.json"
    if remembered:
        fingerprint(folder, memo)
    (tmp_path / "photos/val/b/1.jpg").unlink()
    with pytest.raises(UserError, match=r"cannot read '.*val/b/1\.jpg': No such file"):
        fingerprint(folder, memo)
