"""A cluster of three nodes, each a process tree of its own with a cache of its own.

Slow: nodes start and die for real.
"""

import json
import os
import re

import pytest

from tests.bench.cli.command import bench, environment, wait_for
from tests.bench.search.homes import SUITE, search, told, with_mirror
from tests.chaos.mayhem import Suite, differences
from tests.runners.photos import draw

# Else Ray takes the address of this machine's network for 127.0.0.1, and that is all this says.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
ray = pytest.importorskip("ray", reason="the extra [ray] is not installed")
from ray.cluster_utils import Cluster  # noqa: E402

HOST = "127.0.0.1"
TINY = (
    "data.drawn-footprints.synthetic.images=72",
    "data.drawn-footprints.synthetic.size=32",
    "data.drawn-footprints.image_size=32",
    "experiment.resnet18-*.epochs=5",
    "experiment.resnet18-progressive-unfreezing.freezing.every_epochs=2",
    "experiment.vit-*.epochs=4",
    "experiment.vit-progressive-freezing.freezing.every_epochs=2",
    "defaults.batch_size=16",
    "defaults.threads=1",
)
# Epochs that take about a second, so that it can be told how many a dead node cost.
LONGER = (
    "data.drawn-footprints.synthetic.images=700",
    "experiment.resnet18-*.epochs=8",
    "defaults.threads=1",
)


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """Three nodes bound to this machine; the test's own cache is that of the machine that asks."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    started = Cluster(shutdown_at_exit=False)
    for number in range(3):
        started.add_node(
            num_cpus=1,
            node_ip_address=HOST,
            include_dashboard=False,
            env_vars={
                "TRACKBENCH_CACHE": str(tmp_path / f"cache-{number}"),
                "PYTHONPATH": environment()["PYTHONPATH"],
            },
        )
    yield started
    started.shutdown()


def on(cluster, *arguments):
    return ("--quick", "--executor", "ray", "--address", cluster.address, *arguments)


def with_settings(settings):
    return [f"--set={one}" for one in settings]


@pytest.mark.slow
def test_eight_runs_on_three_nodes_give_the_bytes_of_this_machine(tmp_path, cluster):
    local = Suite(tmp_path, ["--all", "--quick", "--jobs=2", *with_settings(TINY)], results="here")
    code, output = local.finish()
    assert code == 0, output
    arguments = ["--all", *on(cluster), *with_settings(TINY)]
    remote = Suite(tmp_path, arguments, results="there")
    code, output = remote.finish()
    assert code == 0, output
    assert "3 runs at a time, 1 thread each" in output
    assert "the data set is sent to the nodes" in output
    assert remote.n_complete() == 8
    assert differences(local, remote) == []
    for log in remote.results.glob("*/*/*/log.txt"):
        assert "finish: selected_epoch" in log.read_text()
    again = bench(tmp_path, "run", *arguments, "--results", "there")
    assert again.returncode == 0
    assert "nothing to do: 8 of 8 runs are complete" in again.stdout


@pytest.mark.slow
def test_a_node_that_dies_costs_its_runs_an_epoch_at_most(tmp_path, cluster):
    arguments = ["resnet18-*", *on(cluster), "--seeds=0-1", *with_settings(LONGER)]
    suite = Suite(tmp_path, arguments)
    process = suite.start()
    wait_for(lambda: len(list(suite.results.glob("*/*/*/checkpoint-previous.pt"))) >= 2)
    victim = sorted(cluster.worker_nodes, key=lambda node: node.unique_id)[0]
    cluster.remove_node(victim, allow_graceful=False)
    output, _ = process.communicate(timeout=400)
    assert process.returncode == 0, output
    lost = set(re.findall(r"note: (\S+ seed \d): .* was lost", output))
    assert lost, output
    assert suite.n_complete() == 4
    for folder in suite.run_folders():
        events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
        n_epochs = sum(event["event"] == "epoch" for event in events)
        n_starts = sum(event["event"] == "start" for event in events)
        assert 8 <= n_epochs <= 8 + (n_starts - 1), folder
    # And the bytes are those of a run that was never lost.
    untouched = Suite(
        tmp_path,
        ["resnet18-*", "--quick", "--jobs=2", "--seeds=0-1", *with_settings(LONGER)],
        results="here",
    )
    code, output = untouched.finish()
    assert code == 0, output
    assert differences(untouched, suite) == []


@pytest.mark.slow
def test_a_run_that_fails_on_a_node_is_told_here(tmp_path, cluster):
    wild = ("experiment.resnet18-baseline.optimizer.lr=1e30", "defaults.threads=1")
    answer = bench(
        tmp_path, "run", "resnet18-baseline", *on(cluster), "--seeds=0", *with_settings(wild)
    )
    assert answer.returncode == 1, answer.stdout + answer.stderr
    (failure,) = (tmp_path / "results").glob("drawn-footprints/*/*/failure.json")
    assert json.loads(failure.read_text())["kind"] == "diverged"
    assert "✗ resnet18-baseline, seed 0: diverged" in answer.stdout


@pytest.mark.slow
def test_a_search_on_nodes_finds_what_it_finds_here(tmp_path, cluster, empty_mirror):
    trials = {}
    for name, where in (("here", ()), ("there", on(cluster)[1:])):
        home = tmp_path / name
        draw(home / "photos")
        with_mirror(home, empty_mirror)
        (home / "experiments.toml").write_text(SUITE)
        # One at a time: what Optuna proposes depends on what it has been told by then.
        answer = search(home, "net", "--trials", "3", "--jobs", "1", *where)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        told_of = told(home, "net", "--trials", "3")["trials"]
        trials[name] = [(one["state"], one["settings"], one["value"]) for one in told_of]
    assert trials["there"] == trials["here"]
    assert [state for state, _, _ in trials["there"]] == ["complete"] * 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--executor", "ray", "--address", f"{HOST}:1"), "no Ray cluster answers there"),
        (("--address", f"{HOST}:1"), "--address 127.0.0.1:1: belongs to --executor ray"),
    ],
)
def test_what_cannot_be_is_one_line(tmp_path, arguments, said):
    answer = bench(tmp_path, "run", "--all", "--quick", *arguments)
    assert answer.returncode == 2, answer.stdout + answer.stderr
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr
