"""The tests' own way to start a command: nothing tells it from a Python that starts anew."""

import subprocess

import pytest

from tests.bench.cli import warm
from tests.bench.cli.command import bench, bench_anew, environment


@pytest.mark.parametrize("arguments", [["list"], ["run", "--all", "--set", "x=1"], ["--help"]])
def test_it_says_what_a_new_python_says(home, arguments):
    one, other = bench(home, *arguments), bench_anew(home, *arguments)
    assert (one.returncode, one.stdout, one.stderr) == (
        other.returncode,
        other.stdout,
        other.stderr,
    )


def test_each_command_is_a_process_with_its_own_folder_environment_and_end(tmp_path):
    (tmp_path / "say.py").write_text(
        "import os, sys\n"
        "print(os.getpid(), os.getcwd(), os.environ['SAID'], *sys.argv[1:], __name__)\n"
        "os.environ['SAID'] = os.environ['LEFT'] = 'nothing'\n"
        "sys.exit(int(sys.argv[1]))\n"
    )
    said = [
        warm.run("say", [code], tmp_path, {**environment(), "SAID": code}, timeout=60)
        for code in ("0", "3")
    ]
    assert [one.returncode for one in said] == [0, 3]
    pids, folders, words, arguments, names = zip(*(s.stdout.split() for s in said), strict=True)
    assert len(set(pids)) == 2
    assert set(folders) == {str(tmp_path)}
    assert words == arguments == ("0", "3")
    assert set(names) == {"__main__"}


def test_one_that_takes_too_long_is_killed(tmp_path):
    (tmp_path / "wait.py").write_text("import time\ntime.sleep(60)\n")
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run("wait", [], tmp_path, environment(), timeout=0.2)
    (tmp_path / "fail.py").write_text("raise ValueError('so')\n")
    failed = warm.run("fail", [], tmp_path, environment(), timeout=60)
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1] == "ValueError: so"
