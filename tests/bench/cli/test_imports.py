"""Commands that answer at once load nothing heavy."""

import subprocess
import sys

import pytest

from tests.bench.cli.command import environment


@pytest.mark.parametrize("arguments", [["--help"], ["list"]])
def test_help_and_list_import_nothing_heavy(home, arguments):
    code = (
        "import sys; sys.argv = ['bench', *sys.argv[1:]]\n"
        "from bench.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "names = {'torch', 'mlflow', 'numpy', 'pandas', 'sklearn', 'timm', 'PIL'}\n"
        "heavy = names & set(sys.modules)\n"
        "print('HEAVY', sorted(heavy))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(),
    )
    assert answer.stdout.splitlines()[-1] == "HEAVY []", answer.stderr
