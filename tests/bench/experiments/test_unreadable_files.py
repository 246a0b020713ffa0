"""Files that are no suite at all."""

import os
import sys

import pytest

from bench.errors import UserError
from bench.experiments.config import load_suite
from tests.bench.suites import GOOD, mistakes, write


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[suite\n", "is not valid TOML: "),
        (b"[suite]\n[suite]\n", "is not valid TOML: "),
        (b"a = 1\na = 2\n", "is not valid TOML: "),
        (b"a = 2020-13-45\n", "is not valid TOML: "),
        (b"a = " + b"9" * 5000, "is not valid TOML: "),
        (b"\x00", "is not valid TOML: "),
        (b"a = 1\n# \xff", "is not UTF-8 text (byte 8)"),
        (b"a = " + b"[" * 2000 + b"]" * 2000, "nested too deeply"),
        (GOOD.encode().replace(b"3\n", b"[" * 90 + b"]" * 90 + b"\n", 1), "nested too deeply"),
        (b"", "suite.name: missing"),
    ],
    ids=range(10),
)
def test_what_is_no_suite_at_all(tmp_path, content, said):
    lines = mistakes(tmp_path, content)
    assert lines[0].startswith("FILE: ")
    assert said in lines[0]
    assert len(lines) == (2 if content == b"" else 1)


def test_a_file_that_cannot_be_read(tmp_path):
    write(tmp_path)
    (tmp_path / "folder").mkdir()
    for name, said in {
        "folder": "cannot be read: Is a directory",
        "nothing.toml": "no such file; name a suite file with -f FILE",
        "suite.toml/inside": "cannot be read: Not a directory",
        "x" * 300: "cannot be read: File name too long",
    }.items():
        with pytest.raises(UserError, match=rf"{name}: {said}$"):
            load_suite(tmp_path / name)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read(tmp_path):
    write(tmp_path).chmod(0)
    with pytest.raises(UserError, match="cannot be read: Permission denied"):
        load_suite(tmp_path / "suite.toml")
