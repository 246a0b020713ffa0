"""How many images of one split are in another, and how even the classes are. Pure counting."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from bench.results.checks import Balance, CopyGroup, Leak

# Whose accuracy is flattered, and by what: training on the image, or selecting by it.
WAYS = (("test", "train"), ("test", "val"), ("val", "train"))


def find_leaks(
    groups: Sequence[CopyGroup], readable: Mapping[str, Mapping[str, int]]
) -> tuple[Leak, ...]:
    """The images of a split that have a copy in another one.

    Args:
        groups: images that show the same photo.
        readable: the images that can be read, by split and class.
    """
    leaks = (_leak(groups, readable, split, source) for split, source in WAYS)
    return tuple(leak for leak in leaks if leak.n_leaked)


def _leak(
    groups: Sequence[CopyGroup],
    readable: Mapping[str, Mapping[str, int]],
    split: str,
    source: str,
) -> Leak:
    remembered: Counter[str] = Counter()
    n_leaked = 0
    for group in groups:
        there = {image.label for image in group.images if image.split == source}
        for image in group.images:
            if there and image.split == split:
                n_leaked += 1
                remembered[image.label] += image.label in there
    counts = {label: n for label, n in readable.get(split, {}).items() if n}
    shares = [remembered[label] / n for label, n in counts.items()]
    return Leak(
        split=split,
        source=source,
        n_leaked=n_leaked,
        n_images=sum(counts.values()),
        macro_share=sum(shares) / len(shares) if shares else 0.0,
        n_conflicts=n_leaked - remembered.total(),
    )


def worst_first(groups: Sequence[CopyGroup]) -> tuple[CopyGroup, ...]:
    """The groups, those first that do most harm to a benchmark."""
    return tuple(sorted(groups, key=_harm))


def _harm(group: CopyGroup) -> tuple[int, int, str]:
    splits = set(group.splits)
    way = next((n for n, pair in enumerate(WAYS) if splits >= set(pair)), len(WAYS))
    return 2 * way + (len(group.labels) == 1), -len(group.images), group.images[0].path


def balance_of(counts: Mapping[str, int]) -> Balance | None:
    """How even the classes are; None where there are no images.

    Args:
        counts: training images by class.
    """
    filled = {label: n for label, n in counts.items() if n}
    if not filled:
        return None
    total = sum(filled.values())
    entropy = -sum(n / total * math.log(n / total) for n in filled.values())
    largest = max(filled, key=lambda label: filled[label])
    smallest = min(filled, key=lambda label: filled[label])
    return Balance(
        largest=largest,
        smallest=smallest,
        ratio=filled[largest] / filled[smallest],
        effective_classes=math.exp(entropy),
        majority_share=filled[largest] / total,
        chance=1 / len(filled),
    )
