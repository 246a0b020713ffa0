"""What classes are called in front of people."""

from collections.abc import Iterable

# First words of animals' names that English writes with a capital wherever they stand.
_OLD_WORLD = (
    "african",
    "arabian",
    "asian",
    "asiatic",
    "bengal",
    "chinese",
    "egyptian",
    "ethiopian",
)
_OLD_NORTH = ("eurasian", "european", "iberian", "indian", "japanese", "nile", "norway", "siberian")
_NEW_WORLD = ("alaskan", "american", "andean", "californian", "canada", "canadian", "mexican")
_ELSEWHERE = ("arctic", "atlantic", "australian", "carolina", "pacific", "tasmanian", "virginia")
_CAPITALS = frozenset(_OLD_WORLD + _OLD_NORTH + _NEW_WORLD + _ELSEWHERE)


def human(name: str) -> str:
    """A class's name as words: `gray_fox` becomes `Gray fox`.

    What is written with capitals of its own stays as it is.
    """
    words = " ".join(name.replace("_", " ").split())
    if not words:
        return name
    return words[0].upper() + words[1:]


def within(name: str) -> str:
    """The same inside a sentence: `gray fox`, but `American mink` and `Abert's squirrel`."""
    words = human(name)
    first = words.partition(" ")[0].lower()
    if words[1:] != words[1:].lower() or first in _CAPITALS or first.endswith("'s"):
        return words
    return words.lower()


def listed(names: Iterable[str]) -> str:
    """Names in a row: `a, b and c`."""
    *most, last = list(names)
    return f"{', '.join(most)} and {last}" if most else last
