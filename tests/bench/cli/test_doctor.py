"""`bench doctor` as a person uses it."""

import json

import pytest

from tests.bench.cli.command import SUITE, bench

NAMES = ["Python", "torch", "device", "precision", "memory", "disk", "results", "cache"]


@pytest.fixture(autouse=True)
def torch_home(monkeypatch, tmp_path_factory):
    """A hub's cache of this test's own, and no store but the results' own."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    folder = tmp_path_factory.mktemp("torch")
    monkeypatch.setenv("TORCH_HOME", str(folder))
    return folder


def test_a_machine_with_all_that_the_suite_needs_is_ready(home, torch_home):
    answer = bench(home, "doctor", "--set", "suite.seeds=[0, 1]")
    assert answer.returncode == 0, answer.stdout
    lines = answer.stdout.splitlines()
    assert lines[-1] == "ready: bench run --all --set 'suite.seeds=[0, 1]'"
    assert lines[0].split()[:2] == ["✓", "Python"]
    assert "48 images of 3 classes: 24 train, 12 val, 12 test" in answer.stdout
    assert sorted(path.name for path in home.iterdir()) == ["experiments.toml", "photos"]
    assert list(torch_home.iterdir()) == []


def test_json_has_every_check_and_the_exit_code_says_whether_it_is_ready(home):
    (home / "photos").unlink()
    answer = bench(home, "doctor", "--json", "--results", "experiments.toml")
    assert answer.returncode == 1
    document = json.loads(answer.stdout)
    assert document.keys() == {"ready", "checks"}
    assert document["ready"] is False
    checks = document["checks"]
    assert [one["name"] for one in checks] == [*NAMES, "data set", "weights", "weights", "MLflow"]
    assert all(one.keys() == {"name", "status", "found", "advice"} for one in checks)
    missing = {one["name"]: one for one in checks if one["status"] == "missing"}
    assert missing.keys() == {"results", "data set"}
    assert all(one["advice"] for one in missing.values())


def test_a_finding_that_is_an_error_is_no_traceback(home):
    model = "experiment.one.model=torchvision:resnet19"
    answer = bench(home, "doctor", "--set", model)
    assert answer.returncode == 1
    assert "did you mean 'resnet18'?" in " ".join(answer.stdout.split())
    assert answer.stdout.splitlines()[-1] == "1 thing is missing"
    assert answer.stderr == ""


def test_a_broken_suite_file_is_a_mistake_as_elsewhere(home):
    (home / "experiments.toml").write_text(SUITE.replace("epochs = 2", "epochs = 0"))
    answer = bench(home, "doctor")
    assert answer.returncode == 2
    assert len(answer.stderr.splitlines()) == 1
