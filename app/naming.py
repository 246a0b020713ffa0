"""What classes are called in front of people."""

from collections.abc import Iterable

# First words of animals' names that English writes with a capital wherever they stand.
_PLACES_AND_PEOPLES = frozenset(
    {
        *(
            "african",
            "american",
            "arctic",
            "asian",
            "asiatic",
            "australian",
            "european",
            "eurasian",
        ),
        *(
            "atlantic",
            "pacific",
            "alaskan",
            "canada",
            "canadian",
            "californian",
            "mexican",
            "virginia",
        ),
        *("andean", "arabian", "bengal", "chinese", "egyptian", "ethiopian", "iberian", "indian"),
        *("japanese", "malayan", "nile", "norway", "persian", "siberian", "sumatran", "tasmanian"),
    }
)


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
    if words[1:] != words[1:].lower() or first in _PLACES_AND_PEOPLES or first.endswith("'s"):
        return words
    return words.lower()


def listed(names: Iterable[str]) -> str:
    """Names in a row: `a, b and c`."""
    *most, last = list(names)
    return f"{', '.join(most)} and {last}" if most else last
