"""The first step of the command."""

import subprocess
import sys

import pytest

from bench.__main__ import main


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
