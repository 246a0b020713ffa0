"""The race as a section of docs/speed.md."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.speed.machine import described
from tests.speed.race import picture
from tests.speed.race.cases import cases
from tests.speed.race.contestants import CONTESTANTS, FIRST, OURS, PLAIN
from tests.speed.race.raced import Raced
from tests.speed.race.standings import Spread, Standing, best_peer, standings
from tests.speed.tables import grid

_PICTURE = "speed.svg"
_HOW = """## Beside what a user would pick instead

The same training by all: model, weights, photos, epochs, batches of {batch}, image size, and, as
near as each of them can, augmentation (rotation by up to 30°, flips, changes of brightness,
contrast, saturation and hue). All take turns, round after round, each in a process of its own, and
each round has a seed of its own and begins with another one. Images a second are those of the
training epochs, data work included, validation left out, and without the first epoch, which warms
up. A ratio compares two of the same round; a table has medians over the rounds, and in brackets
the least and the greatest. Memory is the most that a process and those below it had at once, looked
at each second, what they share counted once. "Start" is the time from the start of the process
until the first batch is asked for, "whole" that of the whole process, imports and validation
included; for trackbench also checkpoints, and at the end the scores of validation and test images
in fp32, which no other computes. Its first run on a data set decodes all images into its cache; the
others decode them in each epoch."""
_DIFFERENCES = """### Where they differ

- **plain loop**: `ImageFolder`, torchvision's transforms on PIL images, a `DataLoader` with as many
  processes as there are CPUs, Adam as it comes, fp32. **Tuned**: in the precision that the
  processor is fastest in, and channels last.
- **PyTorch Lightning**: the same loaders; mixed precision, channels last, fused Adam; nothing is
  logged, kept or drawn.
- **fastai**: its own loaders and batched augmentation, channels last, torch's fused Adam. It has no
  vertical flip alone, so it does without. Its `to_bf16` does nothing on a CPU; a callback of ours
  does it there.
- **timm**: its own loaders with its prefetcher, its optimizer factory (fused Adam), channels last.
  Its recipe has no rotation and no plain resize: it cuts the middle square. So it has less to do.
- A frozen front is frozen by `requires_grad = False` with all of them, as a notebook does it; their
  batch norms there go on adapting, and those of trackbench do not.
- trackbench runs as a process of `bench run` does; the command around it is not in its time."""


def section(figures: Mapping[str, Any]) -> str:
    """Markdown: how it was measured, a summary, a table for each case."""
    raced = in_order(figures)
    parts = [
        _HOW.format(batch=raced[0].case.batch_size),
        _summary(raced),
        f"![Images a second of each contestant in each case](pictures/{_PICTURE})",
        *map(_case, raced),
        _DIFFERENCES,
        _machines(raced),
    ]
    return "\n\n".join(parts)


def pictures(figures: Mapping[str, Any]) -> dict[str, bytes]:
    """The section's picture by its file name."""
    return {_PICTURE: picture.drawn(in_order(figures))}


def in_order(figures: Mapping[str, Any]) -> list[Raced]:
    """The raced cases in the order in which they are declared, whenever each was raced."""
    return [Raced.of(figures[name]) for name in cases(None) if name in figures]


def _summary(raced: Sequence[Raced]) -> str:
    headings = [
        "trackbench",
        "images/s",
        "× plain loop",
        "× best other",
        "",
        "memory, × plain loop's",
        "accuracy",
        "plain loop's",
    ]
    return grid(headings, [row for one in raced if (row := _summary_row(one))])


def _summary_row(raced: Raced) -> list[str]:
    """A case in a line; empty where this project has no heat of it."""
    found = {one.contestant: one for one in standings(raced.heats)}
    if OURS not in found:
        return []
    ours, plain, best = found[OURS], found.get(PLAIN), best_peer([*found.values()])
    return [
        raced.case.title,
        f"{ours.speed.median:.1f}",
        _times(plain.ratio) if plain else "",
        _times(best.ratio) if best else "",
        CONTESTANTS[best.contestant].label if best else "",
        f"{ours.peak_bytes / plain.peak_bytes:.2f}" if plain else "",
        _spread(ours.accuracy, ".2f"),
        _spread(plain.accuracy, ".2f") if plain else "",
    ]


def _times(ratio: Spread | None) -> str:
    return f"{ratio.median:.2f}" if ratio else ""


def _case(raced: Raced) -> str:
    case = raced.case
    n_rounds = len({heat.round for heat in raced.heats})
    job = (
        f"Rounds: {n_rounds}; epochs: {case.epochs}; {_weights(case.weights)}, Adam at "
        f"{case.lr:g}. On {raced.data}: {case.n_train} to train, {case.n_val} to validate."
    )
    headings = ["", "images/s", "trackbench / it", "accuracy", "memory, MB", "start, s", "whole, s"]
    rows = [_row(one) for one in standings(raced.heats)]
    notes = [*_left_out(raced), *_computed_in(raced)]
    return "\n\n".join([f"### {case.title}", job, grid(headings, rows), " ".join(notes)])


def _weights(name: str) -> str:
    return "random weights" if name == "none" else f"weights of `{name}`"


def _row(one: Standing) -> list[str]:
    is_ours = one.contestant in (OURS, FIRST)
    return [
        CONTESTANTS[one.contestant].label,
        _spread(one.speed, ".1f"),
        _spread(one.ratio, ".2f") if one.ratio and not is_ours else "",
        _spread(one.accuracy, ".2f"),
        f"{one.peak_bytes / 1e6:.0f}",
        f"{one.start_seconds:.1f}",
        f"{one.seconds.median:.1f}",
    ]


def _spread(spread: Spread, form: str) -> str:
    """The median, and the range in brackets where there is one."""
    middle, low, high = (format(n, form) for n in (spread.median, spread.low, spread.high))
    return middle if low == high else f"{middle} ({low} to {high})"


def _left_out(raced: Raced) -> list[str]:
    absent = [CONTESTANTS[name].label for name in raced.left_out]
    notes = [f"Left out, since not installed: {', '.join(absent)}."] if absent else []
    failed = (raced.failed or {}).items()
    return [*notes, *(f"{CONTESTANTS[name].label} failed: {why}." for name, why in failed)]


def _computed_in(raced: Raced) -> list[str]:
    """What was seen in the networks, those that computed alike together."""
    by_kind: dict[str, list[str]] = {}
    for one in standings(raced.heats):
        by_kind.setdefault(one.computed_in, []).append(CONTESTANTS[one.contestant].label)
    kinds = [f"{kind or 'unknown'} ({', '.join(labels)})" for kind, labels in by_kind.items()]
    return [f"The first convolution's output was {'; '.join(kinds)}."] if kinds else []


def _machines(raced: Sequence[Raced]) -> str:
    """Where the cases were raced; named with them only where it was not everywhere the same."""
    titles: dict[str, list[str]] = {}
    for one in raced:
        titles.setdefault(described(one.machine), []).append(one.case.title)
    if len(titles) == 1:
        return f"Raced on {next(iter(titles))}."
    lines = [f"- {'; '.join(cases)}: {where}" for where, cases in titles.items()]
    return "\n".join(["Raced on:", "", *lines])
