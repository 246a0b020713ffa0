"""The first step of the command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import main

PROJECT = Path(__file__).parents[2]


def test_an_interruption_while_the_command_is_imported_ends_it_plainly(monkeypatch, capsys):
    class Interrupting:
        @staticmethod
        def find_spec(name, *_):
            if name == "bench.cli":
                raise KeyboardInterrupt

    for name in [name for name in sys.modules if f"{name}.".startswith("bench.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("bench.cli", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupting, *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr() == ("", "")


def test_the_package_itself_is_the_command():
    told = subprocess.run(
        [sys.executable, "-m", "bench", "list", "--nonsense"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert "--nonsense" in told.stderr


def test_an_interruption_within_exec_leaves_the_exit_code_as_it_is(tmp_path):
    """As when a dataclass is made while a library is imported, under `python -m`."""
    script = (
        "import contextlib, sys\n"
        "import bench.cli\n"
        "def app(**_):\n"
        "    with contextlib.suppress(KeyboardInterrupt):\n"
        "        exec('raise KeyboardInterrupt')\n"
        "    sys.exit(3)\n"
        "bench.cli.app = app\n"
        "bench.cli.main()\n"
    )
    (tmp_path / "interrupted.py").write_text(script)
    told = subprocess.run(
        [sys.executable, "-m", "interrupted"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        check=False,
    )
    assert told.returncode == 3


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM"])
def test_each_command_ends_plainly_when_it_is_asked_to(signal):
    script = (
        "import os, signal, sys\n"
        "from bench.__main__ import main\n"
        "from bench.cli import app\n"
        "@app.command()\n"
        "def wait():\n"
        "    os.kill(os.getpid(), signal.SIGNAL)\n"
        "    signal.pause()\n"
        "sys.argv[1:] = ['wait']\n"
        "main()\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script.replace("SIGNAL", signal)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stdout, told.stderr) == (130, "", "")
