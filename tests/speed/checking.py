"""How long `bench data check` takes, and how much memory, as a data set grows.

    python -m tests.speed.checking [N ...]

Draws 600 footprints of 512 px once, and makes of them as many JPEGs of 800 × 600 as the largest N
(2500 5000 10000): each a part of a drawn photo of its own place, size and light, under noise of
its own, so that no two show the same and each decodes as slowly as a photo does. The check runs
in a process of its own for each N, on the CPUs that this process may use.
"""

import multiprocessing
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from bench.experiments.spec import Synthetic
from bench.survey import cpus
from runners.data.synthetic.writing import write_drawings
from tests.bench.cli.command import environment

SIZE = (800, 600)


def make_photo(sources, root, number):
    """One photo of 800 × 600 with the detail of a photo, some 150 kB."""
    rng = np.random.default_rng(number)
    drawn = Image.open(sources[number % len(sources)]).convert("RGB")
    side = int(rng.integers(300, 440))
    left, top = rng.integers(0, 512 - side, 2)
    part = drawn.crop((left, top, left + side, top + side * 3 // 4)).resize(SIZE)
    pixels = np.asarray(part, np.float32) * rng.uniform(0.8, 1.1)
    broad = Image.fromarray(rng.integers(0, 256, (6, 8), dtype=np.uint8)).resize(SIZE)
    pixels += (np.asarray(broad, np.float32)[..., None] - 128) * 0.4
    pixels += rng.normal(0, 8, (SIZE[1], SIZE[0], 1))
    split = ("train", "train", "train", "val", "test")[number % 5]
    folder = root / split / f"class{number % 18:02}"
    folder.mkdir(parents=True, exist_ok=True)
    photo = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    photo.save(folder / f"{number}.jpg", quality=88)


def checked(home, photos):
    """Seconds and peak resident bytes of one check, and what it printed."""
    began = time.perf_counter()
    script = (
        "import resource, sys; sys.argv = ['bench', *sys.argv[1:]]\n"
        "from bench.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(f'PEAK {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}')\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, "data", "check", str(photos), "--results", str(home / "r")],
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )
    seconds = time.perf_counter() - began
    return seconds, int(answer.stderr.rpartition("PEAK ")[2]) * 1024, answer.stdout


def main():
    sizes = [int(text) for text in sys.argv[1:]] or [2500, 5000, 10_000]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_drawings(Synthetic(images=600, size=512), home / "drawn", cpus(), lambda *_: None)
        sources = sorted((home / "drawn").rglob("*.jpg"))
        n_made = 0
        for size in sorted(sizes):
            with multiprocessing.get_context("spawn").Pool(cpus()) as pool:
                make = partial(make_photo, sources, home / "photos")
                pool.map(make, range(n_made, size), chunksize=64)
            n_made = size
            seconds, peak, said = checked(home, home / "photos")
            print(f"{size} images: {seconds:.1f} s, {size / seconds:.0f} images/s, "
                  f"peak memory {peak / 1e6:.0f} MB")  # fmt: skip
            print("  " + "\n  ".join(said.splitlines()[-3:]))


if __name__ == "__main__":
    main()
