"""`bench compare` as it is typed."""

import json
from pathlib import Path

import pytest

from bench.experiments.config import load_suite
from bench.survey import take
from tests.bench.cli.command import bench, refused
from tests.bench.finished_runs import PREDICTIONS, finish

BETTER = [(split, path, true, true, 0.5, 0.5) for split, path, true, *_ in PREDICTIONS]


@pytest.fixture
def compared(home):
    """A folder where one was run, and two, and one before."""
    suite = load_suite(home / "experiments.toml")
    for folder, one, two in (("results", BETTER, PREDICTIONS), ("before", PREDICTIONS, None)):
        for planned in take(suite, home / folder, 1).runs:
            predictions = one if planned.run.experiment.name == "one" else two
            if predictions:
                finish(planned.folder, planned.run, predictions=predictions, drawn=True)
    return home


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_it_prints_and_writes_nothing_unless_asked(compared):
    there = names_in(compared)
    answer = bench(compared, "compare", "one", "two")
    assert answer.returncode == 0, answer.stderr
    for part in ("one → two", "drawn footprints", "B (two)", "Confused pairs", "bear/1.png"):
        assert part in answer.stdout
    assert "these trained networks only" in " ".join(answer.stdout.split())
    assert "--out FOLDER writes" in answer.stdout
    assert names_in(compared) == there


def test_before_and_after_written_and_as_json(compared):
    answer = bench(compared, "compare", "before", "results", "--out", "diff", "--json")
    assert answer.returncode == 0, answer.stderr
    document = json.loads(answer.stdout)
    assert document["headline"][0].startswith("From before to results")
    assert document["missing"] == ["before: two: no complete run"]
    assert document["overall"][0]["difference"] == 0.25
    assert document["one.images"][0]["change"] == "fixed"
    assert names_in(compared / "diff") == {
        *("NOTICE.txt", "report.md", "overall.csv"),
        *("one.classes.csv", "one.pairs.csv", "one.images.csv"),
    }


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["onne", "two"], ["onne: is no experiment", "did you mean 'one'?"]),
        (["before", "one"], ["before: is a folder of results", "one@before"]),
        (["two@before", "two"], ["two@before: has no complete run in before/tiny"]),
        (["one", "two", "--out", "experiments.toml"], ["experiments.toml: cannot be written to"]),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(compared, arguments, parts):
    refused(bench(compared, "compare", *arguments), *parts)
