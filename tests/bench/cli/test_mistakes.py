"""What is said to the person who asked for what cannot be."""

import json
import shutil
from pathlib import Path

import pytest

from tests.bench.cli.command import SUITE, bench, bench_here, refused


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["run"], ["name experiments, or say --all"]),
        (["run", "onne"], ["onne", "did you mean 'one'?"]),
        (["run", "--all", "-f", "no.toml"], ["no.toml: no such file"]),
        (["run", "--all", "--profile", "quick"], ["profile.quick: there is no such profile"]),
        (["run", "--all", "--seeds", "x"], ["--seeds x"]),
        (["run", "--all", "--set", "experiment.one.epochs=0"], ["experiment.one.epochs = 0"]),
        (["run", "--all", "--set", "experiment.one.epoch=1"], ["did you mean 'epochs'?"]),
        (["run", "one", "--set", "experiment.one.model=torchvision:resnet19"], ["'resnet18'?"]),
        (["run", "one", "--set", "experiment.one.weights=no.pth"], ["no.pth", "no such file"]),
        (
            ["run", "one", "--set", 'experiment.one.freezing.phases=[{epoch=0,trainable=["x"]}]'],
            ["experiment.one.freezing.phases.0.trainable: 'x' matches no block"],
        ),
        (["run", "--all", "--results", "experiments.toml"], ["experiments.toml", "cannot be"]),
        (["report"], ["holds no complete run"]),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(home, arguments, parts):
    refused(bench(home, *arguments), *parts)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["run", "--no-retri"],
            "bench run: no such option: --no-retri (Possible options: --no-ret",
        ),
        (["run", "--all", "--jobs", "0"], "bench run: invalid value for '--jobs': should be"),
        (["run", "--executor", "x"], "bench run: invalid value for '--executor': 'x' is not one"),
        (["explain"], "bench explain: missing argument 'RUN'; see `bench explain --help`"),
        (["reprot"], "bench: no such command 'reprot'. Did you mean 'report'"),
        (["data", "synht"], "bench data: no such command 'synht'. Did you mean 'synth'"),
    ],
)
def test_so_is_a_mistake_in_the_command_line_itself(home, arguments, said):
    answer = bench_here(home, *arguments)
    (line,) = answer.stderr.splitlines()
    assert line.startswith(said)
    assert (answer.returncode, answer.stdout) == (2, "")


def test_without_a_command_it_tells_what_there_is(home):
    for arguments in ([], ["data"]):
        answer = bench(home, *arguments)
        assert (answer.returncode, answer.stderr) == (2, "")
        assert "Usage: bench" in answer.stdout
    assert bench_here(home, "--version").stdout.split()[0] == "trackbench"


def test_two_experiments_of_the_same_settings_are_refused(home):
    twin = SUITE + '[experiment.three]\nmodel = "embedded:resnet18_slim"\n'
    (home / "experiments.toml").write_text(twin)
    refused(
        bench(home, "run", "--all"), "experiment.three: has the same settings as experiment.one"
    )


def test_all_unreadable_images_are_named_before_anything_runs(home, photos, tmp_path):
    (home / "photos").unlink()
    shutil.copytree(photos, home / "photos")
    for name in ("train/cat/0.png", "val/dog/1.png"):
        (home / "photos" / name).write_bytes(b"no image")
    answer = bench(home, "run", "--all")
    refused(answer, "train/cat/0.png", "val/dog/1.png", 'on_bad_image = "skip"')
    assert not list(home.glob("results/tiny/*/*"))
    skipped = bench(home, "run", "one", "--set", "data.drawn.on_bad_image=skip")
    assert skipped.returncode == 0, skipped.stderr
    spec = json.loads(next(home.glob("results/tiny/one/*/run.json")).read_text())
    left_out = sorted(Path(one["path"]).as_posix() for one in spec["skipped_images"])
    assert left_out == ["train/cat/0.png", "val/dog/1.png"]
