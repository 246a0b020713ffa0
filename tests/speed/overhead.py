"""What the harness itself costs: of a run, of a command, and of a hundred tiny runs.

    python -m tests.speed.overhead [--seeds 50] [--jobs 1 2] [--out FILE]

Runs `bench run` as a user does, on drawn images of 32 pixels with the embedded networks, an epoch
each, after a first command that warms the disk's caches. Says where the time of each command went,
from its start to its end, and asks for less than 2.5 s a run beyond training and scoring, and, of
100 runs, for less than 1 s each beyond training.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import fmean, median

from bench.survey import cpus
from tests.speed import mlflow_batches, tracing
from tests.speed.tables import grid
from tests.speed.tracing import Step

MOST_SECONDS_OF_A_WARM_RUN = 2.5
MOST_SECONDS_OF_MANY = 1.0
N_FEW = 6
SUITE = """
[suite]
name = "tiny"
data = "drawn"
seeds = [0]
[data.drawn]
synthetic = { images = 40, size = 32, invented_species = 2 }
image_size = 32
augment = { rotation_degrees = 30, horizontal_flip = 0.5 }
[defaults]
epochs = 1
[experiment.resnet]
model = "embedded:resnet18_slim"
[experiment.vit]
model = "embedded:vit_slim_patch8"
"""
# Parts of a run as metrics.json has them; those of earlier versions are not there.
_PARTS = {
    "setup": "setup_seconds",
    "scoring": "evaluation_seconds",
    "checkpoints": "checkpoint_seconds",
    "events": "tracking_seconds",
}


def measure(n_seeds: int = 50, jobs: tuple[int, ...] = (1, 2)) -> dict:
    """Times a command of one run, one of a few, and those of two experiments of many seeds.

    Args:
        n_seeds: of the many.
        jobs: how many of the many runs work at a time; each is a command of its own.

    Returns:
        `cpus`, in `commands` what `account` gives by the command's name, and in `mlflow` what
        `mlflow_batches.measure` gives.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        (home / "experiments.toml").write_text(SUITE)
        timed(home, "warming up", ["--all"], 1)
        found = {
            "one run": timed(home, "one", ["resnet"], 1),
            f"{N_FEW} runs": timed(home, "few", ["--all", "--seeds", f"0-{N_FEW // 2 - 1}"], 1),
        }
        for n_at_once in jobs:
            named = f"{2 * n_seeds} runs, --jobs {n_at_once}"
            many = ["--all", "--seeds", f"0-{n_seeds - 1}", "--jobs", str(n_at_once)]
            found[named] = timed(home, f"many-{n_at_once}", many, n_at_once)
    return {"cpus": cpus(), "commands": found, "mlflow": mlflow_batches.measure()}


def timed(home: Path, results: str, arguments: list[str], n_at_once: int) -> dict:
    """One `bench run` in a process of its own, and where its time went.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    trace = home / f"{results}.jsonl"
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "TRACKBENCH_CACHE": str(home / "cache"),
        tracing.FILE: str(trace),
    }
    environment.pop("MLFLOW_TRACKING_URI", None)
    command = [sys.executable, "-m", tracing.__name__, "run", *arguments, "--results", results]
    began = time.monotonic()
    answer = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True)
    ended = time.monotonic()
    if answer.returncode:
        raise RuntimeError(f"bench run {' '.join(arguments)}: {answer.stdout}{answer.stderr}")
    timings = {
        str(seal.parent): json.loads((seal.parent / "metrics.json").read_bytes())["timings"]
        for seal in (home / results).resolve().glob("*/*/*/COMPLETE")
    }
    return account(tracing.read(trace), timings, began, ended, n_at_once)


def account(
    steps: list[Step], timings: dict[str, dict], began: float, ended: float, n_at_once: int
) -> dict:
    """Where the time of a command went.

    Args:
        steps: of the command and of its runs.
        timings: of each run, by its folder, as metrics.json has them.
        began: when the command was started, by the steps' clock.
        ended: when it was over.
        n_at_once: how many runs worked at a time.

    Returns:
        Seconds. `command` has the parts that come once; with `working_seconds` they add up to
        `wall_seconds`. `run` has the means over the runs of theirs: they and `idle` add up to
        `n_at_once` × `working_seconds` / `n_runs`. `mirror` has what the mirror, which works
        beside the runs, takes of a processor: of `all` its rounds, imports included, a run's
        share, and for `one` more run. `beyond_training` is a run's share of the wall time beyond
        training; `warm` is what a run but the first costs beyond training and scoring, the mirror
        of it and the command's plan included.
    """
    runs = {folder: _spans(steps, folder) for folder in timings}
    parts = {folder: _parts(runs[folder], timings[folder]) for folder in timings}
    first, *others = sorted(
        (step for step in steps if step.name == "start process"), key=lambda step: step.began
    )
    usual = median(step.seconds for step in others) if others else 0.0
    # The first process waits for the server that all are forked from.
    server = max(0.0, first.seconds - usual)
    parts[first.folder]["process start"] -= server
    over = max(spans["process"].ended for spans in runs.values())
    working = over - first.began - server
    busy = sum(sum(part.values()) for part in parts.values())
    n_runs = len(runs)
    idle = (n_at_once * working - busy) / n_runs
    training = sum(timing["training_seconds"] for timing in timings.values())
    mirror = _mirror(steps, n_runs)
    command = _command(steps, began, first.began, server, over, ended)
    warm = [part for folder, part in parts.items() if folder != first.folder or n_runs == 1]
    own = [sum(part.values()) - part["training"] - part.get("scoring", 0.0) for part in warm]
    return {
        "n_runs": n_runs,
        "n_at_once": n_at_once,
        "wall_seconds": ended - began,
        "working_seconds": working,
        "command": command,
        "run": {name: fmean(part[name] for part in parts.values()) for name in parts[first.folder]}
        | {"idle": idle},
        "mirror": mirror,
        "beyond_training": (ended - began - training / n_at_once) / n_runs,
        "warm": median(own) + idle + mirror["one"] + command["plan"],
    }


def _spans(steps: list[Step], folder: str) -> dict[str, Step]:
    found = {step.name: step for step in steps if step.folder == folder}
    if missing := {"start process", *tracing.RUN_STEPS} - set(found):
        raise RuntimeError(f"{folder}: not timed: {', '.join(sorted(missing))}")
    return found


def _parts(spans: dict[str, Step], timing: dict) -> dict[str, float]:
    """Where the time of one run went, from the start of its process to its end."""
    known = {name: timing[key] for name, key in _PARTS.items() if key in timing}
    known["training"] = timing["training_seconds"]
    rest = "writing results" if len(known) > 1 else "setup, scoring, checkpoints, writing results"
    return {
        "process start": spans["execute"].began - spans["start process"].began,
        **known,
        rest: spans["execute"].seconds - sum(known.values()),
        "sealing": spans["process"].ended - spans["execute"].ended,
    }


def _command(
    steps: list[Step], began: float, first: float, server: float, over: float, ended: float
) -> dict[str, float]:
    """Where the time went that no run had."""
    by_name = {step.name: step for step in steps}
    plan, check, report = (by_name[name] for name in ("plan", "check", "report"))
    waited = max(0.0, by_name["last mirror"].ended - max(over, by_name["last mirror"].began))
    return {
        "interpreter and command line": plan.began - began,
        "plan": plan.seconds,
        "check of models and data": check.seconds,
        "imports shared by the runs": server,
        "mirror after the last run": waited,
        "report": report.seconds,
        "end of the interpreter": ended - report.ended,
        "between these": (first - plan.ended - check.seconds) + (report.began - over - waited),
    }


def _mirror(steps: list[Step], n_runs: int) -> dict[str, float]:
    """What the mirror takes of a processor, in seconds."""
    whole = sum(step.cpu_seconds for step in steps if step.name == "mirror round")
    # A run is added once; whenever else it is looked at, it is there already.
    looks = sorted(step.cpu_seconds for step in steps if step.name == "mirror a run")
    return {"all": whole / n_runs, "one": median(looks[-n_runs:])}


def section(figures: dict) -> str:
    """The page's section on what the harness itself costs.

    Args:
        figures: as `measure` gives them.
    """
    commands = figures["commands"]
    said = (
        f"`bench run` on {figures['cpus']} cores: tiny networks, 40 drawn images of 32 px, one "
        "epoch, a process a run, everything written, checked and mirrored to MLflow."
    )
    explained = (
        "A warm run's own cost is the median over the runs but the first of what is neither "
        "training nor scoring, the time until the next one starts, what the mirror of it takes of "
        "a processor, and the whole of the command's plan."
    )
    parts = [
        "## The harness's own cost",
        f"{said} {' '.join(_verdicts(list(commands.values())))}",
        grid(["", *commands], _table(list(commands.values()))),
        explained,
        mlflow_batches.sentence(figures["mlflow"]),
    ]
    return "\n\n".join(parts) + "\n"


def _verdicts(commands: list[dict]) -> list[str]:
    few, *many = commands[1:]
    of_many = "{n_runs} tiny runs, {n_at_once} at a time, cost {beyond_training:.2f} s each beyond"
    of_one = f"A warm run costs {few['warm']:.2f} s beyond training and scoring"
    return [
        f"{of_one} ({_held(few['warm'], MOST_SECONDS_OF_A_WARM_RUN)}).",
        *(
            f"{of_many.format(**one)} their training "
            f"({_held(one['beyond_training'], MOST_SECONDS_OF_MANY)})."
            for one in many
        ),
    ]


def _held(seconds: float, most: float) -> str:
    return f"{'within' if seconds < most else 'more than'} the {most:g} s asked for"


def _table(commands: list[dict]) -> list[list[str]]:
    nothing = [""] * len(commands)
    mirrors = [one["mirror"] for one in commands]
    return [
        ["runs", *(str(one["n_runs"]) for one in commands)],
        ["**once a command, s**", *nothing],
        *_rows([one["command"] for one in commands]),
        ["**each run (mean), s**", *nothing],
        *_rows([one["run"] for one in commands]),
        ["**MLflow, beside the runs, CPU s**", *nothing],
        ["to mirror one more run", *(f"{one['one']:.2f}" for one in mirrors)],
        ["a run's share of all rounds", *(f"{one['all']:.2f}" for one in mirrors)],
        ["**altogether, s**", *nothing],
        ["wall time", *(f"{one['wall_seconds']:.1f}" for one in commands)],
        ["wall time beyond training, a run", *(f"{c['beyond_training']:.2f}" for c in commands)],
        ["a warm run's own cost", *(f"{one['warm']:.2f}" for one in commands)],
    ]


def _rows(parts: list[dict[str, float]]) -> list[list[str]]:
    names = dict.fromkeys(name for one in parts for name in one)
    return [[name, *(f"{one[name]:.2f}" if name in one else "" for one in parts)] for name in names]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m tests.speed.overhead")
    parser.add_argument("--seeds", type=int, default=50, help="of each of the two experiments")
    parser.add_argument("--jobs", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--out", type=Path, help="a JSON file")
    asked = parser.parse_args()
    figures = measure(asked.seeds, tuple(asked.jobs))
    if asked.out:
        asked.out.write_text(json.dumps(figures, indent=1) + "\n")
    print(section(figures))


if __name__ == "__main__":
    main()
