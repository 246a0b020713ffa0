"""Each way in which a run can come to harm: it ends that run alone, and says how.

Slow: each is a real process that really fails.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.bench.cli import warm
from tests.bench.cli.command import SUITE, bench, environment

# (what happens, kind, part of the reason, setting): the reason is what a person reads.
HARM = {
    "raise_": ("exception", "as if by a mistake"),
    "segfault": ("crashed", "ended by SIGSEGV"),
    "be_killed": (
        "killed",
        "ended by SIGKILL, which is what the system sends when memory",
    ),
    "run_out_of_memory": ("out-of-memory", "allocate memory"),
    "spoil_a_weight": ("diverged", "the loss was not finite in epoch 1, step 0"),
    "hang": ("stalled", "it made no step for 5 seconds and was ended"),
    "stop": ("stalled", "it made no step for 5 seconds and was ended"),
}
STALL = ("--set", "defaults.stall_seconds=5")


VICTIMS = "\n".join(
    # Two experiments may not have the same settings.
    f'[experiment.{what}]\nmodel = "embedded:resnet18_slim"\noptimizer = {{ lr = 1e-4{number} }}'
    for number, what in enumerate(HARM, start=1)
)


def sabotaged(home, harms, *arguments):
    asked = ("run", "--all", *arguments)
    return warm.run("tests.chaos.sabotage", asked, home, {**environment(), "SABOTAGE": harms}, 240)


def failure_of(home, experiment="one"):
    return json.loads(next(home.glob(f"results/tiny/{experiment}/*/failure.json")).read_text())


def log_of(home, experiment="one"):
    return next(home.glob(f"results/tiny/{experiment}/*/log.txt")).read_text()


def completed(home):
    return sorted(path.parents[1].name for path in home.glob("results/tiny/*/*/COMPLETE"))


def check_recovery(home, victims, *arguments):
    """Once the cause is gone, the same command completes the suite from where it stood."""
    again = bench(home, "run", "--all", *arguments)
    assert again.returncode == 0, again.stdout + again.stderr
    assert completed(home) == sorted([*victims, "two"])
    assert not list(home.glob("results/tiny/*/*/failure.json"))
    for victim in victims:
        assert "resumed at epoch 1" in log_of(home, victim)


@pytest.fixture(scope="module")
def harmed(tmp_path_factory, make_home):
    """A suite of which each run but the last came to harm in its own way, and what was said."""
    home = make_home(tmp_path_factory.mktemp("harmed"))
    head, _, rest = SUITE.partition("[experiment.one]")
    two = rest[rest.index("[experiment.two]") :]
    (home / "experiments.toml").write_text(f"{head}{VICTIMS}\n{two}")
    answer = sabotaged(home, " ".join(f"{what}:{what}" for what in HARM), *STALL)
    shutil.copytree(home / "results" / "tiny", home / "then" / "results" / "tiny")
    return home, answer


@pytest.mark.slow
@pytest.mark.parametrize("what", HARM)
def test_harm_ends_one_run_and_is_told(harmed, what):
    home, answer = harmed[0] / "then", harmed[1]
    kind, reason = HARM[what]
    assert answer.returncode == 1, answer.stdout + answer.stderr
    failure = failure_of(home, what)
    assert failure["kind"] == kind
    assert reason in failure["reason"]
    assert failure["try"]
    assert "epoch: epoch 0" in log_of(home, what)
    assert 0 < len(failure["log"]) <= 20
    assert completed(home) == ["two"]
    last = answer.stdout.splitlines()[-3 * len(HARM) :]
    (told,) = (at for at, line in enumerate(last) if line.startswith(f"✗ {what}, seed 0: {kind}: "))
    assert told % 3 == 0
    assert last[told + 1].strip().startswith("try: ")
    assert "log.txt" in last[told + 2]


@pytest.mark.slow
def test_a_hang_is_told_with_where_it_was(harmed):
    assert "in hang" in log_of(harmed[0] / "then", "hang")


@pytest.mark.slow
def test_all_recover_once_the_cause_is_gone(harmed):
    check_recovery(harmed[0], HARM, *STALL)


@pytest.mark.slow
@pytest.mark.side_by_side
def test_a_vanished_image(home, monkeypatch):
    """Gone after the plan was made, and put back later."""
    image = home / "photos" / "train" / "cat" / "0.png"
    (home / "vanish.py").write_text(
        "import os\nfrom bench import launch\nfrom bench.cli import main\n"
        "check = launch.check\n"
        "def then_lose(*arguments):\n"
        "    check(*arguments)\n"
        f"    os.rename({str(image)!r}, {str(home / 'kept.png')!r})\n"
        "launch.check = then_lose\n"
        "if __name__ == '__main__':\n    main()\n"
    )
    answer = subprocess.run(
        [sys.executable, "vanish.py", "run", "--all"],
        cwd=home,
        capture_output=True,
        text=True,
        timeout=240,
        env=environment(),
    )
    assert answer.returncode == 1, answer.stdout + answer.stderr
    failure = failure_of(home)
    assert failure["kind"] == "data"
    assert "has changed since the run was planned" in failure["reason"]
    (home / "kept.png").rename(image)
    again = bench(home, "run", "--all")
    assert again.returncode == 0, again.stdout + again.stderr
    assert completed(home) == ["one", "two"]


def small_disk(place):
    """Mounts a disk of a few megabytes, or skips."""
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", str(place)],
        capture_output=True,
        text=True,
    )
    if made.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {made.stderr.strip()}")


@pytest.mark.slow
@pytest.mark.side_by_side
def test_a_full_disk(home):
    small_disk(home / "results")
    large = ("--set", "experiment.one.model=torchvision:resnet18")
    try:
        # A ResNet-18 with Adam is 135 MB and more; the slim ViT fits.
        answer = bench(home, "run", "--all", *large)
        assert answer.returncode == 1, answer.stdout + answer.stderr
        assert failure_of(home)["kind"] == "disk"
        assert "No space left on device" in failure_of(home)["reason"]
        assert "two" in completed(home)
    finally:
        kept = home / "kept"
        shutil.copytree(home / "results", kept)
        subprocess.run(["umount", str(home / "results")], check=True)
    shutil.copytree(kept, home / "results", dirs_exist_ok=True)
    again = bench(home, "run", "--all", *large)
    assert again.returncode == 0, again.stdout + again.stderr
    assert completed(home) == ["one", "two"]


@pytest.mark.slow
@pytest.mark.side_by_side
def test_what_failed_is_left_where_that_is_asked_for(home):
    sabotaged(home, "one:raise_")
    answer = bench(home, "run", "--all", "--no-retry")
    assert answer.returncode == 1
    assert "✗ one, seed 0: exception: as if by a mistake" in answer.stdout
    assert failure_of(home)["kind"] == "exception"
    assert completed(home) == ["two"]


@pytest.mark.slow
@pytest.mark.side_by_side
def test_the_first_failure_ends_the_suite_where_that_is_asked_for(home):
    answer = sabotaged(home, "one:raise_", "--fail-fast")
    assert answer.returncode == 1
    assert "stopped at the first failure: 1 runs are left" in answer.stdout
    assert completed(home) == []
    check_recovery(home, ["one"])


def test_nothing_is_planted_by_chance():
    assert "SABOTAGE" not in os.environ
