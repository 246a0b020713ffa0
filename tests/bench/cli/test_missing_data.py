"""What the commands say where the photos are not."""

import pytest

from tests.bench.cli.command import SUITE, bench, refused, rows

OBTAIN = 'root = "photos"\nobtain = "ask the zoo"'
QUICK = "[profile.quick.data.drawn]\nsynthetic = { images = 90 }\n"


@pytest.fixture
def empty_home(home):
    (home / "photos").unlink()
    (home / "experiments.toml").write_text(SUITE.replace('root = "photos"', OBTAIN) + QUICK)
    return home


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_run_says_what_to_do_and_exits_with_2(empty_home, more):
    answer = bench(empty_home, "run", "--all", *more)
    assert answer.returncode == 2
    assert answer.stdout == ""
    lines = answer.stderr.splitlines()
    assert lines[0] == (
        f"bench: experiments.toml: data.drawn.root = '{empty_home / 'photos'}': "
        "there is no such folder"
    )
    assert len(lines) < 12
    for said in ("ask the zoo", "--set data.drawn.root=FOLDER", "bench run --all --quick"):
        assert said in answer.stderr


def test_a_folder_that_is_named_and_not_there_is_the_same(home):
    answer = bench(home, "run", "one", "--set", "data.drawn.root=nowhere")
    assert answer.returncode == 2
    assert "nowhere': there is no such folder" in answer.stderr.splitlines()[0]
    assert "train/CLASS/" in answer.stderr
    assert "--quick" not in answer.stderr


def test_a_folder_with_the_wrong_things_in_it_is_one_line(home):
    (home / "empty").mkdir()
    answer = bench(home, "run", "--all", "--set", "data.drawn.root=empty")
    refused(answer, "empty': it has no class folders")


def test_list_says_it_in_short(empty_home):
    answer = bench(empty_home, "list")
    assert answer.returncode == 0
    assert answer.stderr == ""
    assert [line.strip() for line in answer.stdout.splitlines()[-2:]] == [
        "to get it: ask the zoo",
        "without it: bench run --all --quick (works now)",
    ]


def test_list_json_says_why(empty_home):
    for row in rows(empty_home):
        assert row["identity"] is None
        assert row["state"] == "planned"
        assert "there is no such folder" in row["problem"]
