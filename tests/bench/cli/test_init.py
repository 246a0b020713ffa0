"""`bench init`: a suite file to start from, and never over one that is there."""

import tomllib

from tests.bench.cli.command import SUITE, bench, refused
from tests.bench.suites import STUDY


def test_the_packaged_suite_is_copied_here(tmp_path):
    answer = bench(tmp_path, "init")
    assert answer.returncode == 0
    assert (tmp_path / "experiments.toml").read_bytes() == STUDY.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["experiments.toml"]
    for said in ("experiments.toml", "bench run --all --quick", "bench doctor"):
        assert said in answer.stdout


def test_another_folder_is_made_and_to_be_gone_to(tmp_path):
    answer = bench(tmp_path, "init", "my studies/new")
    assert answer.returncode == 0
    assert (tmp_path / "my studies/new/experiments.toml").is_file()
    assert "cd 'my studies/new'" in answer.stdout


def test_what_it_makes_can_be_listed(tmp_path):
    bench(tmp_path, "init")
    answer = bench(tmp_path, "list")
    assert answer.returncode == 0
    assert answer.stderr == ""
    named = tomllib.loads(STUDY.read_text())["experiment"]
    assert all(name in answer.stdout for name in named)


def test_one_that_is_there_is_replaced_on_request_only(home):
    file = home / "experiments.toml"
    refused(bench(home, "init"), "experiments.toml: is there already; --force replaces it")
    assert file.read_text() == SUITE
    assert bench(home, "init", "--force").returncode == 0
    assert file.read_bytes() == STUDY.read_bytes()


def test_where_nothing_can_be_written_it_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    refused(bench(tmp_path, "init", "file"), "file/experiments.toml: cannot be written")
