"""`bench`, but for its shuffling, which comes from one global generator: a planted mistake."""

import numpy as np

from bench.executors import process


def plant():
    """Makes it so in the process from which each run's is forked."""
    from runners import seeding

    generator = np.random.default_rng(0)
    seeding.permutation = lambda _seed, _purpose, _epoch, n: generator.permutation(n)


if __name__ == "__main__":
    from bench.cli import main

    process._PRELOADED.append("tests.chaos.shuffled_globally")
    main()
elif __name__ == "tests.chaos.shuffled_globally":
    plant()
