"""The promise itself: a suite killed again and again ends with the bytes of an untouched one.

Slow: each of 25 kills costs a start of the command.
"""

import os
import signal

import pytest

from tests.bench.cli.command import holders_of, wait_for
from tests.chaos.mayhem import Suite, differences, run_under_fire

N_KILLS = 25
SIZE = ("synthetic.images=72", "synthetic.size=32", "image_size=32")
# Long enough that the suite outlasts the kills; blocks thaw several times on the way. The ResNets
# come first, and the kills go on beyond them.
LENGTH = (
    "experiment.resnet18-*.epochs=24",
    "experiment.resnet18-progressive-unfreezing.freezing.every_epochs=5",
    "experiment.resnet18-progressive-unfreezing.freezing.reset_optimizer=false",
    "experiment.vit-*.epochs=50",
    "experiment.vit-progressive-freezing.freezing.every_epochs=10",
    "defaults.batch_size=16",
    "defaults.threads=1",
)
QUICK = (
    "--quick",
    "--seeds=0",
    "--jobs=2",
    *(f"--set=data.drawn-footprints.{value}" for value in SIZE),
    *(f"--set={value}" for value in LENGTH),
)


@pytest.mark.slow
def test_killed_at_25_random_moments_it_ends_with_the_same_bytes(tmp_path):
    untouched = Suite(tmp_path, ["--all", *QUICK], results="untouched")
    code, output = untouched.finish()
    assert code == 0, output
    fired_at = Suite(tmp_path, ["--all", *QUICK], results="fired-at")
    killed = run_under_fire(fired_at, N_KILLS, seed=0)
    assert len(killed) == N_KILLS, "the suite was over before: make it longer"
    assert set(killed) == {"harness", "worker", "session"}
    assert fired_at.n_complete() == 4
    resumed = [
        folder
        for folder in fired_at.run_folders()
        if "resumed at" in (folder / "log.txt").read_text()
    ]
    assert len(resumed) == 4
    assert differences(untouched, fired_at) == []


@pytest.mark.slow
def test_randomness_from_a_global_generator_would_be_found(tmp_path):
    """The negative control: with it the comparison fails, so the test above can fail."""
    module = "tests.chaos.shuffled_globally"
    arguments = ["resnet18-baseline", *QUICK, "--set=experiment.resnet18-baseline.epochs=24"]
    suites = [Suite(tmp_path, arguments, module, results=name) for name in ("a", "b", "killed")]
    for suite in suites[:2]:
        code, output = suite.finish()
        assert code == 0, output
    assert differences(*suites[:2]) == []  # without a kill it repeats: nobody would notice
    process = suites[2].start()
    (checkpoint,) = wait_for(lambda: list(suites[2].results.glob("*/*/*/checkpoint.pt")))
    (worker,) = holders_of([checkpoint.parent])
    os.kill(worker, signal.SIGKILL)
    process.communicate()
    code, output = suites[2].finish()
    assert code == 0, output
    assert {file for _, file in differences(suites[0], suites[2])} >= {"model.safetensors"}
