"""Why something cannot be used: all of it for who runs the page, without places for visitors."""

import os
import re
import sys
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from bench.results.records import RunRecord

# A path from the root, or from a drive; not what follows the colon of a web address.
_PATH = re.compile(r"(?<![\w.:/\\~])(?:~|[A-Za-z]:)?(?:[/\\]+[^\s/\\:;,'\"()]+)+[/\\]?")


def unusable(record: RunRecord, problem: str) -> str:
    """What a visitor is told of a run that cannot be used."""
    reason = for_visitors(problem, [record.folder.path])
    return (
        f"The run {record.experiment}, seed {record.seed}, cannot be used: {reason}. "
        "Choose another one."
    )


def for_visitors(problem: str, places: Iterable[Path | None]) -> str:
    """A problem without where anything lies on this machine; standard error has all of it, once.

    Args:
        problem: as an error says it.
        places: folders that it may name, which may have blanks in their names.
    """
    without = problem
    known = [str(place.absolute()) for place in places if place is not None]
    for place in sorted(known, key=len, reverse=True):
        without = without.replace(place + os.sep, "").replace(place, Path(place).name)
    without = _PATH.sub(lambda found: re.split(r"[/\\]", found[0].rstrip("/\\"))[-1], without)
    if without != problem:
        _say(problem)
    return without


@lru_cache(maxsize=256)
def _say(problem: str) -> None:
    sys.stderr.write(f"bench: {problem}\n")
