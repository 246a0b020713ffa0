"""What it costs that nothing is lost: checkpoints and locks, as a share of the quick suite's time.

    python -m tests.speed.safety [SEEDS]

Runs the quick suite's experiments one after the other in this process, as a worker does, with a
clock around what the training waits for: each checkpoint and each touch of the lock. What the
thread that writes them takes from the processors counts too ("writing beside"), as its share of
all of them.
"""

import sys
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

from bench.experiments.config import load_suite, parse_seeds
from bench.experiments.packaged import packaged_suite
from bench.results.lock import FolderLock
from bench.survey import cpus, take


def main():
    from runners import checkpoint
    from runners.data.synthetic.cached import ensure
    from runners.run import execute

    seeds = parse_seeds(sys.argv[1] if len(sys.argv) > 1 else "0")
    spent = defaultdict(float)

    @contextmanager
    def clock(what):
        began = time.perf_counter()
        yield
        spent[what] += time.perf_counter() - began

    def timed(what, function):
        def measured(*arguments):
            with clock(what):
                return function(*arguments)

        return measured

    def writing(folder, identity, progress):
        began = time.thread_time()
        write(folder, identity, progress)
        spent["writing beside"] += (time.thread_time() - began) / cpus()

    write, checkpoint.save = checkpoint.save, writing
    for name in ("save", "__exit__"):
        setattr(checkpoint.Writer, name, timed("checkpoints", getattr(checkpoint.Writer, name)))
    for name in ("__init__", "release", "is_mine"):
        # What is_mine costs within a checkpoint counts twice, to our disadvantage.
        setattr(FolderLock, name, timed("locks", getattr(FolderLock, name)))
    suite = load_suite(packaged_suite(), profile="quick", seeds=seeds)
    ensure(suite.data.synthetic, cpus())
    with tempfile.TemporaryDirectory(dir=".") as results:
        total = 0.0
        for planned in take(suite, Path(results), cpus()).runs:
            before = dict(spent)
            began = time.perf_counter()
            planned.folder.begin()
            with planned.folder.locked():
                execute(planned.run, planned.folder, lambda _: None)
            seconds = time.perf_counter() - began
            total += seconds
            shares = ", ".join(
                f"{what} {(spent[what] - before.get(what, 0)) / seconds:.2%}" for what in spent
            )
            print(f"{planned.run.experiment.name}: {seconds:.1f} s, {shares}")
    for what, seconds in spent.items():
        print(f"{what}: {seconds:.2f} s of {total:.1f} s, {seconds / total:.2%}")
    print(f"together: {sum(spent.values()) / total:.2%}")


if __name__ == "__main__":
    main()
