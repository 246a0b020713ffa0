"""How fast footprints are drawn: 1,000 images at 96 px on all CPUs, which may take 10 s.

    python -m tests.speed.drawing

Draws them several times into a new folder (JPEG files and manifest included), prints seconds
(median and range over the rounds), images per second, and the same with one process. Exits with 1
where the median is over the limit.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.experiments.spec import Synthetic
from bench.survey import cpus
from runners.data.synthetic.writing import write_drawings

SYNTHETIC = Synthetic(images=1000, size=96)
LIMIT_SECONDS = 10.0
ROUNDS = 5


def seconds_to_draw(synthetic: Synthetic, folder: Path, n_processes: int) -> float:
    """Draws a data set into a new folder and says how long it took."""
    start = time.perf_counter()
    write_drawings(synthetic, folder, n_processes)
    return time.perf_counter() - start


def main() -> int:
    """Times all CPUs beside one in turns and prints the table; gives the exit code."""
    candidates = {f"{cpus()} processes": cpus(), "1 process": 1}
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            for name, n_processes in candidates.items():
                place = Path(folder) / f"{number} {name}"
                taken[name].append(seconds_to_draw(SYNTHETIC, place, n_processes))
    print(f"{SYNTHETIC.images} images of {SYNTHETIC.size} px, {ROUNDS} rounds")
    for name, rounds in taken.items():
        middle = statistics.median(rounds)
        print(
            f"{name:12} {middle:5.2f} s ({min(rounds):.2f} to {max(rounds):.2f}), "
            f"{SYNTHETIC.images / middle:.0f} images per second"
        )
    over = statistics.median(taken[f"{cpus()} processes"]) > LIMIT_SECONDS
    print(f"{'over' if over else 'within'} the limit of {LIMIT_SECONDS:.0f} s")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
