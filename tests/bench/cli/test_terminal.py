"""Where standard output is full, closed, or read by nobody, a command says so, or just works."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.bench.cli.command import BENCH, environment

COMMANDS = [["list", "--json"], ["list"], ["init", "new"]]


def answer(home, arguments, **streams):
    return subprocess.run(
        [*BENCH, *arguments], cwd=home, env=environment(), timeout=60, check=False, **streams
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_full_output_is_one_line(home, arguments):
    with Path("/dev/full").open("w") as full:
        ended = answer(home, arguments, stdout=full, stderr=subprocess.PIPE)
    assert ended.returncode == 2
    (line,) = ended.stderr.decode().splitlines()
    assert line == "bench: standard output: cannot be written to: No space left on device"


@pytest.mark.parametrize("arguments", COMMANDS)
def test_output_that_nobody_reads_ends_the_command_as_a_shell_has_it(home, arguments):
    read, write = os.pipe()
    os.close(read)
    try:
        ended = answer(home, arguments, stdout=write, stderr=subprocess.PIPE)
    finally:
        os.close(write)
    assert (ended.returncode, ended.stderr) == (141, b"")


def test_an_encoding_that_lacks_letters_spoils_no_table_and_no_document(home):
    env = {**environment(), "PYTHONIOENCODING": "ascii"}
    asked = [*BENCH, "list", "--results", "zwölf"]
    told = subprocess.run(asked, cwd=home, env=env, capture_output=True, check=False)
    assert (told.returncode, told.stderr) == (0, b"")
    assert b" planned     ? " in told.stdout  # which is a dash elsewhere
    told = subprocess.run([*asked, "--json"], cwd=home, env=env, capture_output=True, check=False)
    assert told.returncode == 2
    assert told.stderr.decode().strip() == (
        "bench: standard output: its encoding, ascii, has no '\\xf6'; PYTHONIOENCODING=utf-8 sets "
        "one that has"
    )


def test_a_command_works_without_an_output(home):
    shut = ["sh", "-c", '"$@" >&- 2>&-', "sh"]
    ended = subprocess.run([*shut, *BENCH, "init", "new"], cwd=home, env=environment(), check=False)
    assert ended.returncode == 0
    assert (home / "new" / "experiments.toml").exists()
