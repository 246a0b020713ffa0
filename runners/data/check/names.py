"""File names that clash: the same but for case or ending, and names that say "copy"."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

# As file managers name copies: "paw - Copy (2)", "paw copy 2", "Copy of paw", "paw (1)".
_COPY = re.compile(r"( - copy| copy)( ?\(?\d+\)?)?$|^copy of |\(\d+\)$", re.IGNORECASE)


def clashes(paths: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of files in one folder whose names differ in case or ending only.

    A disk that does not tell case apart keeps one of them, and a tool that goes by stems one too.
    """
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in paths:
        named = PurePosixPath(path)
        alike[str(named.parent).casefold(), named.stem.casefold()].append(path)
    return tuple(tuple(sorted(same)) for _, same in sorted(alike.items()) if len(same) > 1)


def says_copy(path: str) -> bool:
    """Whether a file's name is one that a file manager gives to a copy."""
    return _COPY.search(PurePosixPath(path).stem) is not None
