"""`bench run` as a person uses it, on small real photos."""

import json
import time

import pytest

from tests.bench.cli.command import SUITE, bench, bench_anew, refused, rows

# The same suite with networks as they are used; all else runs small ones.
OF_FULL_SIZE = SUITE.replace("embedded:resnet18_slim", "torchvision:resnet18").replace(
    "embedded:vit_slim_patch8", "timm:vit_tiny_patch16_224"
)


def test_a_suite_runs_once_and_then_only_what_is_new(home):
    (home / "experiments.toml").write_text(OF_FULL_SIZE)
    answer = bench(home, "run", "--all")
    assert answer.returncode == 0, answer.stderr
    for heading in ("Experiments", "Accuracy per class", "Confused pairs"):
        assert heading in answer.stdout
    assert "one seed 0: epoch 2/2" in answer.stdout
    assert [row["state"] for row in rows(home)] == ["complete", "complete"]
    sealed = {path: path.stat().st_mtime_ns for path in home.glob("results/tiny/*/*/COMPLETE")}
    assert len(sealed) == 2

    began = time.perf_counter()
    again = bench_anew(home, "run", "--all")
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
    assert list(made)[:5] == ["summary", "per_class", "confused_pairs", "comparisons", "pair"]
    assert {"calibration", "overfitting", "extremes"} <= made.keys()
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


def test_one_failed_run_ends_no_other_and_is_named_last(home_with_mirror):
    home = home_with_mirror
    answer = bench(home, "run", "--all", "--set", 'experiment.one.optimizer={name="sgd", lr=1e30}')
    assert answer.returncode == 1
    last = answer.stdout.strip().splitlines()[-3:]
    assert last[0] == "✗ one, seed 0: diverged: the loss was not finite in epoch 0, step 1"
    assert last[1].strip().startswith("try: a lower learning rate")
    assert last[2].strip().startswith("see ")
    assert len(list(home.glob("results/tiny/two/*/COMPLETE"))) == 1
    failure = json.loads(next(home.glob("results/tiny/one/*/failure.json")).read_text())
    assert (failure["kind"], failure["epoch"], failure["step"]) == ("diverged", 0, 1)
    # Nothing of this plan is complete, though the folder holds a run of other settings.
    wild = ["--set", 'defaults.optimizer={name="sgd", lr=1e30}']
    answer = bench(home, "run", "--all", *wild)
    assert answer.returncode == 1
    assert answer.stdout.count("✗") == 2
    assert answer.stderr == ""


def test_a_renamed_experiment_keeps_its_runs(home_with_mirror):
    home = home_with_mirror
    assert bench(home, "run", "two").returncode == 0
    (home / "experiments.toml").write_text(SUITE.replace("[experiment.two]", "[experiment.vit]"))
    answer = bench(home, "run", "vit")
    assert answer.stdout.startswith("nothing to do: 1 of 1 runs are complete")
    report = json.loads(bench(home, "report", "--json").stdout)
    assert [row["experiment"] for row in report["summary"]] == ["vit"]
    check_damage(home, "vit")


def check_damage(home, name):
    """A damaged run is named where there is nothing to do, and where it is asked for."""
    (file,) = home.glob("results/tiny/*/*/history.csv")
    file.write_text("epoch\n")
    answer = bench(home, "run", name)
    assert answer.returncode == 1
    last = answer.stdout.strip().splitlines()[-1]
    assert last.startswith(f"✗ {name}, seed 0: damaged: ")
    assert last.endswith("remove the run's folder, and `bench run` makes it anew")
    told = bench(home, "predict", "photos/test", "--run", f"{name}/0")
    refused(told, f"{name}/0: cannot be used", "history.csv", "remove the run's folder")


def test_dry_run_says_what_would_run_and_makes_nothing(home):
    answer = bench(home, "run", "--all", "--dry-run")
    assert answer.returncode == 0
    assert "2 planned" in answer.stdout
    assert not (home / "results").exists()
