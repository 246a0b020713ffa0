"""Which suite file and which profile a command means."""

from pathlib import Path

import pytest

from bench.cli.options import DEFAULT_RESULTS, Request, requested
from bench.errors import UserError
from bench.experiments.packaged import packaged_suite
from bench.experiments.spec import Suite
from tests.bench.cli.command import SUITE, bench, refused, rows
from tests.bench.suites import STUDY

QUICK = """
[profile.quick.defaults]
epochs = 1
[profile.small.defaults]
epochs = 3
"""


@pytest.fixture
def quick_home(home):
    (home / "experiments.toml").write_text(SUITE + QUICK)
    return home


def asked(
    file: Path | None = None,
    *,
    results: Path = DEFAULT_RESULTS,
    profile: str | None = None,
    quick: bool = False,
    assignments: list[str] | None = None,
) -> Request:
    return requested(file, results, profile, quick, assignments)


def loaded(**options) -> Suite:
    return asked(**options).suite()


class TestQuick:
    def test_it_is_the_profile_quick(self, quick_home):
        assert rows(quick_home, "--quick") == rows(quick_home, "--profile", "quick")
        assert rows(quick_home, "--quick") != rows(quick_home)

    def test_both_ways_to_say_it_together_are_one(self, quick_home, monkeypatch):
        monkeypatch.chdir(quick_home)
        assert loaded(quick=True, profile="quick") == loaded(quick=True) == loaded(profile="quick")
        assert {one.epochs for one in loaded(quick=True).experiments} == {1}

    def test_another_profile_beside_it_is_refused(self, quick_home):
        for command in (["run", "--all"], ["list"], ["report"], ["sync"], ["doctor"]):
            answer = bench(quick_home, *command, "--quick", "--profile", "small")
            refused(answer, "--quick means --profile quick", "--profile small")

    def test_a_file_without_it_says_which_profiles_there_are(self, home):
        refused(bench(home, "run", "--all", "--quick"), "profile.quick: there is no such profile")


class TestPackagedSuite:
    """Where there is no experiments.toml, the repository's own is used, and that is said."""

    def test_it_is_the_repositorys_own(self):
        assert packaged_suite().read_bytes() == STUDY.read_bytes()

    def test_it_is_used_and_said_so_in_one_line(self, tmp_path):
        answer = bench(tmp_path, "list", "--json")
        assert answer.returncode == 0
        assert '"experiment": "resnet18-baseline"' in answer.stdout
        (line,) = answer.stderr.splitlines()
        assert "the one that comes with bench" in line
        assert "`bench init` puts a copy here" in line

    def test_its_paths_are_meant_from_the_current_folder(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        assert loaded().data.root == tmp_path / "data" / "OpenAnimalTracks"
        assert len(capsys.readouterr().err.splitlines()) == 1

    def test_a_file_of_ones_own_is_used_in_silence(self, home, monkeypatch, capsys):
        monkeypatch.chdir(home)
        assert loaded().name == "tiny"
        assert loaded().data.root == home / "photos"
        assert capsys.readouterr().err == ""

    @pytest.mark.parametrize(
        ("file", "hint"),
        [
            ("experiments.toml", "`bench init` makes one"),
            ("a b/experiments.toml", "`bench init 'a b'` makes one"),
            ("mine.toml", "name a suite file with -f FILE"),
        ],
    )
    def test_a_file_that_is_named_must_be_there(self, tmp_path, file, hint):
        refused(bench(tmp_path, "list", "-f", file), f"{file}: no such file", hint)

    def test_a_link_that_leads_nowhere_is_not_passed_over(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "experiments.toml").symlink_to("gone.toml")
        with pytest.raises(UserError, match=r"experiments\.toml: no such file"):
            loaded()


class TestRunAll:
    """The command to type, with the options that matter."""

    def test_without_options_it_is_short(self, home, monkeypatch):
        monkeypatch.chdir(home)
        assert asked().command("run", "--all") == "bench run --all"

    def test_each_option_is_in_it_as_a_shell_takes_it(self, home, monkeypatch):
        monkeypatch.chdir(home)
        request = asked(
            file=Path("my suite.toml"),
            results=Path("out"),
            quick=True,
            assignments=["suite.seeds=[0, 1]"],
        )
        assert request.command("run", "--all") == (
            "bench run --all -f 'my suite.toml' --quick --results out --set 'suite.seeds=[0, 1]'"
        )
        assert asked(profile="small").command("run", "--all") == "bench run --all --profile small"
