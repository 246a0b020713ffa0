"""The command as a person uses it: in a process of its own, on small real photos."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.runners.photos import draw

BENCH = [sys.executable, "-m", "bench.cli"]
SUITE = """
[suite]
name = "tiny"
data = "drawn"
seeds = [0]
[data.drawn]
root = "photos"
image_size = 32
[data.drawn.augment]
horizontal_flip = 0.5
[defaults]
epochs = 2
batch_size = 8
precision = "fp32"
threads = 1
[experiment.one]
model = "torchvision:resnet18"
[experiment.two]
model = "timm:vit_tiny_patch16_224"
freezing = { trainable_blocks = 1, every_epochs = 1, add_blocks = 1 }
"""


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return draw(tmp_path_factory.mktemp("data") / "photos")


@pytest.fixture
def home(tmp_path, photos):
    """A folder with a suite file and its photos, as a user has it."""
    (tmp_path / "photos").symlink_to(photos, target_is_directory=True)
    (tmp_path / "experiments.toml").write_text(SUITE)
    return tmp_path


def bench(home, *arguments, timeout=240):
    return subprocess.run(
        [*BENCH, *arguments],
        cwd=home,
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def rows(home, *arguments):
    answer = bench(home, "list", "--json", *arguments)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)["runs"]


def refused(answer, *parts):
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    assert "Traceback" not in answer.stderr
    for part in parts:
        assert part in answer.stderr


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
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert answer.stdout.splitlines()[-1] == "HEAVY []", answer.stderr


def test_a_suite_runs_once_and_then_only_what_is_new(home):
    answer = bench(home, "run", "--all")
    assert answer.returncode == 0, answer.stderr
    for heading in ("Experiments", "Accuracy per class", "Confused pairs"):
        assert heading in answer.stdout
    assert "one seed 0: epoch 2/2" in answer.stdout
    assert [row["state"] for row in rows(home)] == ["complete", "complete"]
    sealed = {path: path.stat().st_mtime_ns for path in home.glob("results/tiny/*/*/COMPLETE")}
    assert len(sealed) == 2

    began = time.perf_counter()
    again = bench(home, "run", "--all")
    assert time.perf_counter() - began < 3
    assert again.returncode == 0
    assert again.stdout.startswith("nothing to do: 2 of 2 runs are complete")

    more = bench(home, "run", "--all", "--seeds", "0,1")
    assert more.returncode == 0, more.stderr
    assert {p: p.stat().st_mtime_ns for p in sealed} == sealed
    assert len(list(home.glob("results/tiny/*/*/COMPLETE"))) == 4
    assert "two seed 0: started" not in more.stdout

    check_report(home)
    check_mirror(home)


def check_report(home):
    """The JSON of the report agrees with the runs' own files."""
    answer = bench(home, "report", "--json", "--pair", "cat", "dog")
    assert answer.returncode == 0
    made = json.loads(answer.stdout)
    assert made.keys() == {"summary", "per_class", "confused_pairs", "pair"}
    for row in made["summary"]:
        metrics = [
            json.loads(path.read_text())["test"]["accuracy"]
            for path in home.glob(f"results/tiny/{row['experiment']}/*/metrics.json")
        ]
        assert row["n_seeds"] == len(metrics) == 2
        assert row["accuracy"] == pytest.approx(sum(metrics) / 2)
    refused(bench(home, "report", "--pair", "cat", "dgo"), "'dgo'", "did you mean 'dog'?")


def check_mirror(home):
    """All four runs are in the store, and a second sync has nothing to do."""
    assert (home / "results" / "mlflow.db").exists()
    answer = bench(home, "sync")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("0 runs mirrored, 4 were there already")


def test_one_failed_run_ends_no_other_and_is_named_last(home):
    answer = bench(home, "run", "--all", "--set", 'experiment.one.optimizer={name="sgd", lr=1e30}')
    assert answer.returncode == 1
    last = answer.stdout.strip().splitlines()[-2:]
    assert last[0] == "✗ one, seed 0: diverged: the loss was not finite in epoch 0, step 1"
    assert last[1].strip().startswith("see ")
    assert len(list(home.glob("results/tiny/two/*/COMPLETE"))) == 1
    failure = json.loads(next(home.glob("results/tiny/one/*/failure.json")).read_text())
    assert (failure["kind"], failure["epoch"], failure["step"]) == ("diverged", 0, 1)
    # Nothing of this plan is complete, though the folder holds a run of other settings.
    wild = ["--set", 'defaults.optimizer={name="sgd", lr=1e30}']
    answer = bench(home, "run", "--all", *wild)
    assert answer.returncode == 1
    assert answer.stdout.count("✗") == 2
    assert answer.stderr == ""


@pytest.fixture
def start():
    """Starts `bench` in a session of its own; what is left of it ends with the test."""
    started = []

    def begin(home, *arguments):
        started.append(_start(home, *arguments))
        return started[-1]

    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _start(home, *arguments):
    return subprocess.Popen(
        [*BENCH, *arguments],
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def wait_for(condition, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_suite_stops_at_once_and_goes_on_later(home, start, number):
    process = start(home, "run", "one", "--set", "defaults.epochs=12")
    checkpoint = wait_for(lambda: list(home.glob("results/tiny/one/*/checkpoint.pt")))
    os.killpg(process.pid, number)
    began = time.monotonic()
    _, errors = process.communicate(timeout=30)
    assert time.monotonic() - began < 5
    assert process.returncode == 130
    assert errors.strip() == "bench: interrupted; the same command goes on from here"
    again = bench(home, "run", "one", "--set", "defaults.epochs=12")
    assert again.returncode == 0, again.stderr
    assert "resumed at epoch" in again.stdout
    assert (checkpoint[0].parent / "COMPLETE").exists()


def test_a_killed_worker_is_recorded_and_the_suite_goes_on(home, start):
    process = start(home, "run", "--all", "--set", "experiment.one.epochs=200")
    wait_for(lambda: list(home.glob("results/tiny/one/*/checkpoint.pt")))
    worker = wait_for(lambda: owner_of(next(home.glob("results/tiny/one/*/.lock"))))
    os.kill(worker, signal.SIGKILL)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    failure = json.loads(next(home.glob("results/tiny/one/*/failure.json")).read_text())
    assert failure["kind"] == "killed"
    assert failure["signal"] == "SIGKILL"
    assert len(list(home.glob("results/tiny/two/*/COMPLETE"))) == 1
    assert "ended by SIGKILL" in output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_worker_does_not_outlive_the_command(home, start, number):
    process = start(home, "run", "one", "--set", "defaults.epochs=500")
    wait_for(lambda: list(home.glob("results/tiny/one/*/checkpoint.pt")))
    lock = next(home.glob("results/tiny/one/*/.lock"))
    os.kill(process.pid, number)
    process.wait(timeout=10)
    wait_for(lambda: owner_of(lock) is None, seconds=10)
    (left,) = rows(home, "one", "--set", "defaults.epochs=500")
    assert left["state"] == "planned"


def test_a_renamed_experiment_keeps_its_runs(home):
    assert bench(home, "run", "two").returncode == 0
    (home / "experiments.toml").write_text(SUITE.replace("[experiment.two]", "[experiment.vit]"))
    answer = bench(home, "run", "vit")
    assert answer.stdout.startswith("nothing to do: 1 of 1 runs are complete")
    report = json.loads(bench(home, "report", "--json").stdout)
    assert [row["experiment"] for row in report["summary"]] == ["vit"]


def test_two_experiments_of_the_same_settings_are_refused(home):
    twin = SUITE + '[experiment.three]\nmodel = "torchvision:resnet18"\n'
    (home / "experiments.toml").write_text(twin)
    refused(
        bench(home, "run", "--all"), "experiment.three: has the same settings as experiment.one"
    )


def owner_of(lock):
    """The process that has the lock file open."""
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(os.path.realpath(link) == str(lock.resolve()) for link in folder.iterdir()):
                return int(folder.parent.name)
        except OSError:
            continue
    return None


def test_two_at_once_run_nothing_twice(home, start):
    both = [start(home, "run", "--all") for _ in range(2)]
    outputs = [process.communicate(timeout=240)[0] for process in both]
    assert len(list(home.glob("results/tiny/*/*/COMPLETE"))) == 2
    for log in home.glob("results/tiny/*/*/events.jsonl"):
        starts = [line for line in log.read_text().splitlines() if '"event": "start"' in line]
        assert len(starts) == 1, outputs


def test_dry_run_says_what_would_run_and_makes_nothing(home):
    answer = bench(home, "run", "--all", "--dry-run")
    assert answer.returncode == 0
    assert "2 planned" in answer.stdout
    assert not (home / "results").exists()


def test_list_json_without_the_data_set_says_why(home):
    (home / "photos").unlink()
    for row in rows(home):
        assert row["identity"] is None
        assert row["state"] == "planned"
        assert "there is no such folder" in row["problem"]


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
        (["run", "--all", "--set", "data.drawn.root=nowhere"], ["nowhere", "no such folder"]),
        (["run", "--all", "--dry-run", "--set", "data.drawn.root=nowhere"], ["no such folder"]),
        (["run", "--all", "--results", "experiments.toml"], ["experiments.toml", "cannot be"]),
        (["report"], ["holds no complete run"]),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(home, arguments, parts):
    refused(bench(home, *arguments), *parts)


def test_all_unreadable_images_are_named_before_anything_runs(home, photos, tmp_path):
    import shutil

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
