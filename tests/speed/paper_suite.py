"""The study in full on a GPU: against what a user would write, several runs at once, all of it.

    python -m tests.speed.paper_suite PART ... [--work FOLDER] [--data FOLDER] [--minutes 9]

Parts, in this order where none is named:
    race      each experiment by ours, the plain loop (8 workers, fp32), the plain loop tuned (bf16,
              channels_last), and Lightning (bf16-mixed): a few epochs of each of its phases
    sharing   12 short runs, 1, 2, 3 and 4 of them at a time on the GPU
    suite     `bench run --all`, four experiments of full length by three seeds, from the start of
              the command to the end of its report

What was measured is kept at once in FOLDER/figures.json, and never measured again: after so many
minutes the command ends, and the same command goes on from there. The section for docs/speed.md
is printed from whatever there is. `--small` tries it out: tiny networks, a few drawn images, any
device.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from bench.results.atomic import write_atomic
from bench.survey import cpus
from tests.speed import paper_jobs
from tests.speed.overhead import timed
from tests.speed.paper_table import CONTESTANTS, key_of, section

PARTS = ("race", "sharing", "suite")
SEEDS = "0-2"
WORKERS = 8
RACED_EPOCHS = 3
SHARED_EXPERIMENT, N_SHARED, SHARED_EPOCHS = "resnet18-baseline", 12, 4
AT_ONCE = (1, 2, 3, 4)
_SECONDS_TO_STOP = 60
# Of the bf16 products of dense matrices, by the makers' data sheets, operations a second.
PEAKS = {"H100 PCIe": 756e12, "H100": 989e12, "H200": 989e12, "A100": 312e12}
Unit = tuple[str, str, Callable[[float], dict]]


class Figures:
    """What was measured so far, in a file."""

    def __init__(self, file: Path, setting: dict) -> None:
        """Reads it, or begins it.

        Raises:
            ValueError: it is of another setting.
        """
        self._file = file
        self.content = json.loads(file.read_bytes()) if file.exists() else {"setting": setting}
        if self.content["setting"] != setting:
            raise ValueError(f"{file}: is of {self.content['setting']}, not of {setting}")

    def part(self, name: str) -> dict:
        """What a part has so far, by key."""
        return self.content.setdefault(name, {})

    def keep(self, part: str, key: str, found: dict) -> None:
        """Adds to a part, on the disk too."""
        self.part(part)[key] = found
        write_atomic(self._file, json.dumps(self.content, indent=1) + "\n")


def measure(asked: argparse.Namespace) -> dict:
    """Measures what is asked for and missing, as far as the time goes, and gives all figures.

    Args:
        asked: the command line.
    """
    asked.work.mkdir(parents=True, exist_ok=True)
    photos = asked.data or asked.work / "photos"
    if not photos.exists():
        print("drawing photos", flush=True)
        paper_jobs.draw(photos, asked.small)
    figures = Figures(asked.work / "figures.json", _setting(asked))
    figures.content["experiments"] = _experiments(photos, asked.small)
    deadline = time.monotonic() + 60 * asked.minutes
    longest = 0.0
    for part, key, unit in _units(asked, photos):
        if figures.part(part).get(key, {}).get("is_whole", False):
            continue
        left = deadline - time.monotonic()
        # Only the suite can be cut short and gone on with.
        if left < (_SECONDS_TO_STOP if part == "suite" else longest):
            print("time is up; the same command goes on from here")
            break
        began = time.monotonic()
        before = figures.part(part).get(key, {})
        figures.keep(part, key, _added(before, unit(left)))
        if part != "suite":
            longest = max(longest, time.monotonic() - began)
        print(f"{part} {key}: {figures.part(part)[key]}", flush=True)
    return figures.content


def _added(before: dict, found: dict) -> dict:
    """What was found; the seconds of one that was cut short are counted with those before."""
    known = before.get("seconds", 0.0)
    return {**found, "seconds": found["seconds"] + known} if "seconds" in found else found


def _setting(asked: argparse.Namespace) -> dict:
    from runners.device import choose_device, device_name

    device = device_name(choose_device())
    known = next((peak for name, peak in PEAKS.items() if name in device), None)
    return {
        "device": device,
        "cpus": cpus(),
        "peak": asked.peak or known,
        "data": "photos" if asked.data else "drawn",
        "is_small": asked.small,
        "workers": asked.workers,
    }


def _experiments(photos: Path, small: bool) -> dict:
    """The experiments as the table needs them."""
    suite = paper_jobs.study(photos, small)
    n_classes = sum(path.is_dir() for path in (photos / "train").iterdir())
    size = suite.data.image_size
    found = {}
    for one in suite.experiments:
        phases = paper_jobs.phases(one, paper_jobs.block_names(one, n_classes, size))
        counts = {phase.trainable_blocks for phase in phases}
        flops = {str(n): paper_jobs.flops_an_image(one, n_classes, size, n) for n in counts}
        found[one.name] = {
            "model": one.model,
            "phases": [asdict(phase) for phase in phases],
            "flops": flops,
        }
    return found


def _units(asked: argparse.Namespace, photos: Path) -> Iterator[Unit]:
    """What is to be measured, each by itself: its part, its key, and what measures it."""
    if "race" in asked.parts:
        yield from _race(asked, photos)
    if "sharing" in asked.parts:
        for n in AT_ONCE:
            yield "sharing", str(n), lambda _, n=n: _sharing(asked, photos, n)
    if "suite" in asked.parts:
        yield "suite", f"{asked.per_gpu} at once", lambda left: _suite(asked, photos, left)


def _race(asked: argparse.Namespace, photos: Path) -> Iterator[Unit]:
    """A heat for each model, number of blocks that train, and contestant; those of all first."""
    suite = paper_jobs.study(photos, asked.small)
    found = _experiments(photos, asked.small)
    blocks = {
        (found[one.name]["model"], phase["trainable_blocks"]): one
        for one in suite.experiments
        for phase in found[one.name]["phases"]
    }
    for (model, n), one in sorted(blocks.items(), key=lambda item: item[0][1] is not None):
        for contestant in asked.against:
            key = key_of(model, n, contestant)
            yield "race", key, lambda _, c=contestant, e=one, n=n: _heat(asked, photos, c, e, n)


def _heat(asked, photos, contestant, experiment, trainable_blocks) -> dict:
    from runners.device import choose_device, resolve_precision
    from tests.speed.race import heat
    from tests.speed.race.job import Job

    job = Job(
        folder=str(photos.resolve()),
        model=experiment.model,
        weights="none",
        image_size=paper_jobs.study(photos, asked.small).data.image_size,
        epochs=asked.epochs,
        lr=experiment.optimizer.lr,
        batch_size=experiment.batch_size,
        trainable_blocks=trainable_blocks,
        precision=resolve_precision(experiment, choose_device()),
        threads=cpus(),
        workers=asked.workers,
    )
    ran = heat.run(contestant, job, 0, asked.work / "cache")
    return {
        "is_whole": True,
        "n_images": ran.result.n_images,
        "images_per_second": ran.images_per_second,
        "start_seconds": ran.result.start_seconds,
        "peak_bytes": ran.peak_bytes,
    }


def _sharing(asked: argparse.Namespace, photos: Path, n: int) -> dict:
    """So many runs at a time: seconds from the first one's start to the last one's end."""
    settings = paper_jobs.assignments(photos, asked.small)
    if not asked.small:
        settings.append(f"experiment.{SHARED_EXPERIMENT}.epochs={SHARED_EPOCHS}")
    n_runs = 4 if asked.small else N_SHARED
    arguments = [SHARED_EXPERIMENT, "--seeds", f"0-{n_runs - 1}", *_options(settings, n)]
    found = timed(asked.work, f"sharing-{n}", arguments, n)
    return {"is_whole": True, "n_runs": n_runs, "working_seconds": found["working_seconds"]}


def _options(settings: list[str], n: int) -> list[str]:
    import torch

    at_once = "--per-gpu" if torch.cuda.is_available() else "--jobs"
    sets = [text for setting in settings for text in ("--set", setting)]
    return ["--file", str(paper_jobs.STUDY), *sets, at_once, str(n)]


def _suite(asked: argparse.Namespace, photos: Path, seconds: float) -> dict:
    """The whole suite, or as much of it as the time allows; images are not decoded beforehand."""
    options = _options(paper_jobs.assignments(photos, asked.small), asked.per_gpu)
    seeds = "0" if asked.small else SEEDS
    results = asked.work / f"suite-{asked.per_gpu}"
    environment = {**os.environ, "TRACKBENCH_CACHE": str(asked.work.resolve() / "suite-cache")}
    command = [sys.executable, "-m", "bench.cli", "run", "--all", "--seeds", seeds, *options]
    began = time.monotonic()
    with (asked.work / "suite.txt").open("a") as said:
        running = subprocess.Popen(
            [*command, "--results", str(results)], stdout=said, stderr=said, env=environment
        )
        try:
            code = running.wait(max(1.0, seconds - _SECONDS_TO_STOP))
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGTERM)  # what it did is kept, and gone on with
            code = running.wait()
    if code not in (0, 130):
        raise RuntimeError(f"bench run --all ended with {code}: see {asked.work / 'suite.txt'}")
    return {"is_whole": code == 0, "seconds": time.monotonic() - began}


def _parser() -> argparse.ArgumentParser:
    line = argparse.ArgumentParser(prog="python -m tests.speed.paper_suite")
    line.add_argument("parts", nargs="*", metavar="PART", help=" ".join(PARTS))
    line.add_argument("--work", type=Path, default=Path("paper-suite"), help="where all of it goes")
    line.add_argument("--data", type=Path, help="train/, val/ and test/ of photos; else drawn")
    line.add_argument("--small", action="store_true", help="tiny, to see that it works")
    line.add_argument("--minutes", type=float, default=9.0, help="then it stops")
    line.add_argument("--epochs", type=int, default=RACED_EPOCHS, help="of a heat; one warms up")
    line.add_argument("--workers", type=int, default=WORKERS, help="that load a peer's images")
    line.add_argument("--against", nargs="+", choices=list(CONTESTANTS), default=list(CONTESTANTS))
    line.add_argument("--per-gpu", type=int, default=1, help="runs at a time in the whole suite")
    line.add_argument("--peak", type=float, help="operations a second of the device in bf16")
    return line


def main(arguments: list[str] | None = None) -> int:
    """Measures and prints."""
    asked = _parser().parse_args(arguments)
    if unknown := set(asked.parts) - set(PARTS):
        sys.stderr.write(f"paper_suite: {', '.join(unknown)}: no part; {', '.join(PARTS)} are\n")
        return 2
    asked.parts = asked.parts or list(PARTS)
    asked.work = asked.work.resolve()
    print(section(measure(asked)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
