"""Files are there whole or not at all."""

import hashlib

import pytest

from bench.results.atomic import sha256_file, write_atomic


@pytest.mark.parametrize(
    ("content", "written"),
    [
        (b"\x00\xff", b"\x00\xff"),
        ("räv\n", b"r\xc3\xa4v\n"),
        (lambda file: file.write(b"by a function"), b"by a function"),
        (b"", b""),
    ],
)
def test_content_is_written_as_it_is_and_nothing_else_is_left(tmp_path, content, written):
    write_atomic(tmp_path / "file", content)
    assert (tmp_path / "file").read_bytes() == written
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_was_there_is_replaced(tmp_path):
    write_atomic(tmp_path / "file", "the first, which is longer")
    write_atomic(tmp_path / "file", "second")
    assert (tmp_path / "file").read_text() == "second"


@pytest.mark.parametrize("error", [OSError("disk full"), ValueError("bug"), KeyboardInterrupt()])
def test_where_writing_fails_the_old_content_stays_and_nothing_is_left(tmp_path, error):
    write_atomic(tmp_path / "file", "old")

    def write(file):
        file.write(b"half of the new")
        file.flush()
        assert (tmp_path / "file").read_text() == "old"
        raise error

    with pytest.raises(type(error)):
        write_atomic(tmp_path / "file", write)
    assert (tmp_path / "file").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_where_the_first_writing_fails_there_is_no_file(tmp_path):
    def write(file):
        file.write(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomic(tmp_path / "file", write)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_sees_the_whole_old_or_the_whole_new(tmp_path):
    write_atomic(tmp_path / "file", "old")
    with (tmp_path / "file").open() as reader:
        write_atomic(tmp_path / "file", "new")
        assert reader.read() == "old"
    assert (tmp_path / "file").read_text() == "new"


def test_the_folder_must_exist(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_atomic(tmp_path / "nowhere" / "file", b"")


def test_sha256_of_a_file(tmp_path):
    # The example of FIPS 180-4.
    (tmp_path / "abc").write_bytes(b"abc")
    assert sha256_file(tmp_path / "abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    (tmp_path / "long").write_bytes(b"x" * 3_000_000)
    assert sha256_file(tmp_path / "long") == hashlib.sha256(b"x" * 3_000_000).hexdigest()
