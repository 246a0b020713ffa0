"""How long `bench list` takes over 1,000 finished run folders.

    python -m tests.speed.listing [N]

The runs are the tests' own, in a suite of two experiments; the command is started anew each time.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.experiments.config import load_suite
from bench.survey import take
from tests.bench.cli.command import BENCH, SUITE, environment
from tests.bench.finished_runs import finish
from tests.runners.photos import draw


def finished_suite(home, n_runs):
    """A folder with a suite of so many runs, all complete."""
    draw(home / "photos")
    (home / "experiments.toml").write_text(SUITE)
    suite = load_suite(home / "experiments.toml", seeds=tuple(range(n_runs // 2)))
    for planned in take(suite, home / "results", 1).runs:
        finish(planned.folder, planned.run)
    return f"0-{n_runs // 2 - 1}"


def seconds_of_list(home, seeds):
    began = time.perf_counter()
    answer = subprocess.run(
        [*BENCH, "list", "--seeds", seeds],
        cwd=home,
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )
    return time.perf_counter() - began, answer.stdout


def main():
    n_runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        seeds = finished_suite(home, n_runs)
        times = []
        for _ in range(5):
            seconds, output = seconds_of_list(home, seeds)
            assert f"{n_runs} complete" in output, output
            times.append(seconds)
    print(f"bench list, {n_runs} finished runs: {statistics.median(times):.2f} s, "
          f"{min(times):.2f} to {max(times):.2f} of five")  # fmt: skip


if __name__ == "__main__":
    main()
