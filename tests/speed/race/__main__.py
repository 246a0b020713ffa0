"""The race: the same trainings by this project and by what a user would pick instead.

    python -m tests.speed.race [--folder PHOTOS] [--weights FILE] [--cases NAME ...] [--rounds N]

Needs `pip install "trackbench[speed]"`; peers that are not installed are left out. All contestants
take turns, round after round, each in a process of its own; each round has another seed and another
first. What was raced replaces what docs/speed.json had of the same cases, and docs/speed.md is
made anew.
"""

import argparse
import dataclasses
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.errors import UserError
from runners.data.folders import ImageFolder
from tests.speed import book, page
from tests.speed.machine import facts
from tests.speed.race import photos
from tests.speed.race.cases import Case, Setting, cases
from tests.speed.race.contestants import CONTESTANTS, FIRST, OURS, PEERS
from tests.speed.race.heat import Failed, Heat, run
from tests.speed.race.raced import Raced


def main(arguments: Sequence[str] | None = None) -> int:
    """Races, writes, and gives the exit code: 1 where a contestant failed."""
    try:
        asked = parser().parse_args(arguments)
        failed = race(asked)
    except UserError as error:
        sys.stderr.write(f"race: {error}\n")
        return 2
    page.write(asked.out)
    return 1 if failed else 0


def parser() -> argparse.ArgumentParser:
    """The command line of the race."""
    names = list(cases(None))
    line = argparse.ArgumentParser(prog="python -m tests.speed.race")
    line.add_argument("--folder", type=Path, help="train/, val/ and test/ of photos; else drawn")
    line.add_argument("--weights", type=Path, help="vit_small_patch14_dinov2.safetensors")
    line.add_argument("--cases", nargs="+", choices=names, default=names)
    line.add_argument("--against", nargs="+", choices=PEERS, default=PEERS)
    line.add_argument("--rounds", type=int, default=3)
    line.add_argument("--epochs", type=int, help="in place of a case's own number")
    line.add_argument("--photos", type=int, help="to train on, in place of a case's own number")
    line.add_argument("--workers", type=int, help="that load images for a peer; else all CPUs")
    line.add_argument("--out", type=Path, default=book.DOCS, help="of speed.json and speed.md")
    return line


def race(asked: argparse.Namespace) -> bool:
    """Runs the cases asked for and keeps each when it is done.

    Returns:
        Whether a contestant failed.

    Raises:
        UserError: for the folder of photos or the file of weights.
    """
    if asked.weights is not None and not asked.weights.is_file():
        raise UserError(f"--weights {asked.weights}: there is no such file")
    chosen = {name: _changed(cases(asked.weights)[name], asked) for name in asked.cases}
    failed = False
    with tempfile.TemporaryDirectory() as home:
        source, data = _photos(asked.folder, Path(home))
        for name, case in chosen.items():
            print(f"{case.title}: {case.n_train} photos, {case.epochs} epochs")
            raced = _race(case, source, data, asked, Path(home) / name)
            others = book.read(asked.out).get("race", {})
            book.put(asked.out, "race", {**others, name: _for_all_to_read(raced).record()})
            failed |= bool(raced.failed)
    return failed


def _photos(folder: Path | None, home: Path) -> tuple[ImageFolder, str]:
    """The photos to race on, and what the page calls them."""
    if folder is not None:
        source = photos.read(folder)
        return source, f"photos of {folder.resolve().name}, {len(source.classes)} classes"
    photos.draw(home / "drawn")
    source = photos.read(home / "drawn")
    size = f"{photos.SIDE} × {photos.SIDE} px"
    return source, f"footprints drawn by program, JPEGs of {size}, {len(source.classes)} classes"


def _changed(case: Case, asked: argparse.Namespace) -> Case:
    wanted = {"epochs": asked.epochs, "n_train": asked.photos}
    case = dataclasses.replace(case, **{key: n for key, n in wanted.items() if n is not None})
    if case.n_train % case.batch_size:
        raise UserError(f"--photos {case.n_train}: should be a multiple of {case.batch_size}")
    return case


def _race(
    case: Case, source: ImageFolder, data: str, asked: argparse.Namespace, home: Path
) -> Raced:
    photos.link_part(source, case, home / "photos")
    entered = [name for name in CONTESTANTS if name in (FIRST, OURS, *asked.against)]
    left_out = tuple(name for name in entered if not CONTESTANTS[name].is_installed)
    for name in left_out:
        print(f"  {CONTESTANTS[name].label} is not installed and left out")
    racing = [name for name in entered if name not in left_out]
    heats, failed = _rounds(case, racing, asked, home)
    return Raced(case, data, facts(), tuple(heats), left_out, failed)


def _rounds(
    case: Case, racing: list[str], asked: argparse.Namespace, home: Path
) -> tuple[list[Heat], dict[str, str]]:
    heats: list[Heat] = []
    failed: dict[str, str] = {}
    for number in range(asked.rounds):
        job = case.job(home / "photos", number, _setting(asked.workers))
        for name in order(racing, number):
            if name in failed:
                continue
            try:
                heats.append(run(name, job, number, home / "cache"))
            except Failed as error:
                failed[name] = str(error)
                print(f"  round {number + 1}: {CONTESTANTS[name].label} failed: {error}")
            else:
                _tell(heats[-1])
    return heats, failed


def order(racing: Sequence[str], number: int) -> list[str]:
    """Who is when in a round: each round begins with the next one.

    A first run comes first of all, and once: it fills the cache.
    """
    lasting = [name for name in racing if name != FIRST]
    start = number % len(lasting)
    first = [FIRST] if number == 0 and FIRST in racing else []
    return [*first, *lasting[start:], *lasting[:start]]


def _setting(workers: int | None) -> Setting:
    from bench.survey import cpus
    from runners.device import choose_device, is_fast_at_bf16

    precision = "bf16" if is_fast_at_bf16(choose_device()) else "fp32"
    return Setting(precision, cpus(), cpus() if workers is None else workers)


def _tell(heat: Heat) -> None:
    result = heat.result
    print(
        f"  round {heat.round + 1}: {CONTESTANTS[heat.contestant].label}: "
        f"{heat.images_per_second:.1f} images/s, accuracy {result.accuracy:.2f}, "
        f"{heat.peak_bytes / 1e6:.0f} MB, {heat.process_seconds:.1f} s in all, "
        f"{result.computed_in}",
        flush=True,
    )


def _for_all_to_read(raced: Raced) -> Raced:
    """Without the place of the weights on this machine."""
    weights = Path(raced.case.weights).name
    return dataclasses.replace(raced, case=dataclasses.replace(raced.case, weights=weights))


if __name__ == "__main__":
    sys.exit(main())
