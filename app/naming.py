"""What classes are called in front of people."""

from collections.abc import Iterable


def human(name: str) -> str:
    """A class's name as words: `gray_fox` becomes `Gray fox`.

    What is written with capitals of its own stays as it is.
    """
    words = " ".join(name.replace("_", " ").split())
    if not words:
        return name
    return words[0].upper() + words[1:]


def within(name: str) -> str:
    """The same inside a sentence: `gray fox`."""
    words = human(name)
    return words if words[1:] != words[1:].lower() else words.lower()


def listed(names: Iterable[str]) -> str:
    """Names in a row: `a, b and c`."""
    *most, last = list(names)
    return f"{', '.join(most)} and {last}" if most else last
