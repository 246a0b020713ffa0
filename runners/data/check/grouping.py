"""Puts the images that show the same photo into groups, and says how each copy was made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import numpy as np

from bench.results.checks import Relation
from runners.data.check.alike import Pair
from runners.data.check.reading import Reading
from runners.data.check.turns import TURNS, turned
from runners.data.decode import BadImage, decode

# Below this the pixels of two files cannot be the same.
_LEAST_SAME = 0.98


@dataclass(frozen=True)
class Link:
    """Two rows that show the same; `turn` of the first, one of the `TURNS`, gives the second."""

    first: int
    second: int
    relation: Relation
    turn: str
    likeness: float


def same_bytes(readings: Sequence[Reading], chosen: Iterable[int]) -> tuple[list[Link], list[int]]:
    """The links between files of the same content.

    Args:
        readings: of all images.
        chosen: the rows that are looked at.

    Returns:
        A link from the first of each content to each other one, and the rows of the firsts.
    """
    rows: dict[str, list[int]] = defaultdict(list)
    for row in chosen:
        rows[readings[row].digest].append(row)
    links = [
        Link(same[0], other, "same bytes", "", 1.0) for same in rows.values() for other in same[1:]
    ]
    return links, [same[0] for same in rows.values()]


def near_links(
    pairs: Sequence[Pair], rows: Sequence[int], readings: Sequence[Reading], files: Sequence[Path]
) -> list[Link]:
    """The links between files of other content, with those told whose pixels are the same.

    Args:
        pairs: what `find_pairs` found among some of the images.
        rows: which these are.
        readings: of all images.
        files: of all images.
    """
    links = []
    for pair in pairs:
        first, second = rows[pair.first], rows[pair.second]
        same = _same_pixels(first, second, pair, readings, files)
        relation: Relation = "same pixels" if same else "near"
        likeness = 1.0 if same else pair.likeness
        links.append(Link(first, second, relation, TURNS[pair.turn], likeness))
    return links


def _same_pixels(
    first: int, second: int, pair: Pair, readings: Sequence[Reading], files: Sequence[Path]
) -> bool:
    """Whether two files decode to the same, in the turn in which they are alike."""
    one, other = readings[first], readings[second]
    size = (one.width, one.height) if pair.turn % 2 == 0 else (one.height, one.width)
    if pair.likeness < _LEAST_SAME or size != (other.width, other.height):
        return False
    try:
        pixels = [np.asarray(decode(files[row])) for row in (first, second)]
    except BadImage:  # it has changed since it was read
        return False
    upright = np.moveaxis(turned(np.moveaxis(pixels[0], -1, 0), pair.turn), 0, -1)
    return bool(np.array_equal(upright, pixels[1]))


def groups_of(links: Sequence[Link]) -> list[tuple[list[int], list[Link]]]:
    """Connected rows, each group in order, with its links."""
    graph = nx.Graph()
    graph.add_edges_from((link.first, link.second) for link in links)
    groups = [sorted(group) for group in nx.connected_components(graph)]
    number: Mapping[int, int] = {row: k for k, group in enumerate(groups) for row in group}
    own: list[list[Link]] = [[] for _ in groups]
    for link in links:
        own[number[link.first]].append(link)
    return list(zip(groups, own, strict=True))
