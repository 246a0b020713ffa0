"""Whether cost grows as the work does: with images, with epochs, and with runs.

    python -m tests.speed.growth [--scale 1.0] [--rounds 3] [--out FILE]

Three sizes of each, in turns. Images and epochs: one run, from the plan to its results, as a
worker does it, its images decoded before. Runs: one `bench run`, from its start to its end. A
line is put through the medians; how far the farthest is from it says how linear the growth is.
"""

import argparse
import json
import os
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np

from bench.survey import cpus
from tests.speed.overhead import timed
from tests.speed.tables import grid

TIMES = (1, 2, 4)
N_IMAGES, N_EPOCHS, N_RUNS = 400, 2, 3
SUITE = """
[suite]
name = "tiny"
data = "drawn"
seeds = [{seeds}]
[data.drawn]
synthetic = {{ images = {images}, size = 32, invented_species = 4 }}
image_size = 32
augment = {{ rotation_degrees = 30, horizontal_flip = 0.5, color_jitter = {{ brightness = 0.2 }} }}
[experiment.resnet]
model = "embedded:resnet18_slim"
epochs = {epochs}
"""
PICTURE = "speed-growth.png"


@dataclass(frozen=True)
class Line:
    """Seconds against a size: `intercept` + `slope` × size.

    `deviation` is the largest distance of a measured value from the line, as a fraction of what
    the line says.
    """

    intercept: float
    slope: float
    deviation: float

    def at(self, size: float) -> float:
        """What the line says, in seconds."""
        return self.intercept + self.slope * size


def fit(sizes: list[int], seconds: list[float]) -> Line:
    """The line of least squares.

    Args:
        sizes: at least two that differ.
        seconds: what each took.
    """
    slope, intercept = (float(value) for value in np.polyfit(sizes, seconds, 1))
    line = Line(intercept, slope, 0.0)
    off = [abs(took / line.at(size) - 1) for size, took in zip(sizes, seconds, strict=True)]
    return Line(intercept, slope, max(off))


def measure(scale: float = 1.0, rounds: int = 3) -> dict:
    """Times three sizes each of images, epochs and runs.

    Args:
        scale: of images and epochs, for a quicker look.
        rounds: of images and epochs; each size once in each. Runs are timed in one round, since
            a command of many is long already.

    Returns:
        `cpus`, and in `growth` for each of `images`, `epochs` and `runs`: `sizes`, `seconds` (a
        list of rounds for each size), and the `line` through their medians.
    """
    images = [round(scale * N_IMAGES * times) for times in TIMES]
    epochs = [max(1, round(scale * N_EPOCHS)) * times for times in TIMES]
    runs = [N_RUNS * times for times in TIMES]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, _own_cache(folder):
        home = Path(folder)
        for n_images in images:
            _seconds_of_run(home, n_images, 1)  # draws, decodes, and warms up
        found = {
            "images": _grown(images, rounds, lambda n: _seconds_of_run(home, n, epochs[0])),
            "epochs": _grown(epochs, rounds, lambda n: _seconds_of_run(home, images[0], n)),
            "runs": _grown(runs, 1, lambda n: _seconds_of_runs(home, n)),
        }
    return {"cpus": cpus(), "growth": found}


@contextmanager
def _own_cache(folder):
    """The cache of what is run in this process, which is the user's again afterwards."""
    before = os.environ.get("TRACKBENCH_CACHE")
    os.environ["TRACKBENCH_CACHE"] = str(Path(folder) / "cache")
    try:
        yield
    finally:
        os.environ.pop("TRACKBENCH_CACHE")
        if before is not None:
            os.environ["TRACKBENCH_CACHE"] = before


def _grown(sizes, rounds, seconds_of) -> dict:
    taken = [[] for _ in sizes]
    for _ in range(rounds):
        for size, seconds in zip(sizes, taken, strict=True):
            seconds.append(seconds_of(size))
    line = fit(sizes, [median(seconds) for seconds in taken])
    return {"sizes": sizes, "seconds": taken, "line": asdict(line)}


def _seconds_of_run(home: Path, n_images: int, epochs: int) -> float:
    """One run, planned and executed in this process; its data are drawn before where needed."""
    from bench.experiments.config import load_suite
    from bench.survey import take
    from runners.data.synthetic.cached import ensure
    from runners.run import execute

    suite = load_suite(_suite_file(home, n_images, epochs, 1))
    ensure(suite.data.synthetic, cpus())
    with tempfile.TemporaryDirectory(dir=home) as results:
        began = time.perf_counter()
        (planned,) = take(suite, Path(results), cpus()).runs
        planned.folder.begin()
        with planned.folder.locked():
            execute(planned.run, planned.folder, lambda _: None)
        return time.perf_counter() - began


def _seconds_of_runs(home: Path, n_runs: int) -> float:
    """One command of so many runs."""
    _suite_file(home, N_IMAGES, 1, n_runs)
    return timed(home, f"runs-{n_runs}", ["--all"], 1)["wall_seconds"]


def _suite_file(home: Path, n_images: int, epochs: int, n_runs: int) -> Path:
    seeds = ", ".join(map(str, range(n_runs)))
    file = home / "experiments.toml"
    file.write_text(SUITE.format(seeds=seeds, images=n_images, epochs=epochs))
    return file


def section(figures: dict) -> str:
    """The page's section on growth, with its picture.

    Args:
        figures: as `measure` gives them.
    """
    rows = []
    for name, grown in figures["growth"].items():
        line = Line(**grown["line"])
        rows.append(
            [
                name,
                ", ".join(map(str, grown["sizes"])),
                ", ".join(f"{median(seconds):.2f}" for seconds in grown["seconds"]),
                f"{line.intercept:.2f}",
                f"{line.slope * 1000:.2f}",
                f"{line.deviation:.1%}",
            ]
        )
    farthest = max(grown["line"]["deviation"] for grown in figures["growth"].values())
    said = (
        f"On {figures['cpus']} cores, 32 px, a tiny network. Images and epochs: all of one run, "
        "its images decoded before; runs: all of one `bench run`, one at a time. The medians lie "
        f"within {farthest:.1%} of a straight line."
    )
    headings = ["", "sizes", "seconds", "at none, s", "each more, ms", "farthest from the line"]
    parts = [
        "## Cost grows as the work does",
        said,
        grid(headings, rows),
        f"![Seconds against images, epochs and runs, with the lines](pictures/{PICTURE})",
    ]
    return "\n\n".join(parts) + "\n"


def pictures(figures: dict) -> dict[str, bytes]:
    """What the section shows, as files of docs/pictures: the three growths side by side.

    A point a round, and the line through the medians.
    """
    from analysis.figures.canvas import MARKER_POINTS, dress, name_axes, sheet
    from analysis.figures.rendering import png
    from analysis.figures.theme import MUTED, SERIES

    figure = sheet(1.9, "Cost grows as the work does", width=8.0)
    panels = figure.subplots(1, len(figures["growth"]))
    for axes, (name, grown) in zip(panels, figures["growth"].items(), strict=True):
        dress(axes, grid="both")
        line, ends = Line(**grown["line"]), [0, 1.05 * max(grown["sizes"])]
        axes.plot(ends, [line.at(end) for end in ends], color=MUTED, linewidth=1.1)
        for size, seconds in zip(grown["sizes"], grown["seconds"], strict=True):
            axes.plot(
                [size] * len(seconds),
                seconds,
                linestyle="none",
                marker="o",
                markersize=MARKER_POINTS,
                color=SERIES[0],
            )
        axes.set_xticks(grown["sizes"])
        axes.set_xlim(0, ends[1])
        axes.set_ylim(0)
        name_axes(axes, x=name)
    name_axes(panels[0], y="seconds")
    return {PICTURE: png(figure, 150)}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m tests.speed.growth")
    parser.add_argument("--scale", type=float, default=1.0, help="of images and epochs")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, help="a JSON file; the picture lies beside it")
    asked = parser.parse_args()
    figures = measure(asked.scale, asked.rounds)
    if asked.out:
        asked.out.write_text(json.dumps(figures, indent=1) + "\n")
        for name, content in pictures(figures).items():
            asked.out.with_name(name).write_bytes(content)
    print(section(figures))


if __name__ == "__main__":
    main()
