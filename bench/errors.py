"""The errors that are the user's to mend."""

from collections.abc import Iterable
from difflib import get_close_matches


class UserError(Exception):
    """A mistake the user can mend: what was wrong, where, the value, and what would be right.

    Its text is one line for each mistake. The command line prints it without a traceback and exits
    with code 2.
    """


class DataError(UserError):
    """The data set is not here any more, or not as it was when its runs were planned."""


def plain(text: str) -> str:
    """A name as an error prints it: as it is, or quoted where it is empty or not one plain line."""
    return text if text and text.isprintable() else repr(text)


def shown(value: object) -> str:
    """A value as an error prints it: on one line of at most 80 characters."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint that names what was probably meant.

    Args:
        name: the unknown name.
        known: the names that would have been right.

    Returns:
        `; did you mean 'X'?` where one is close, else `; known: A, B, …` (at most ten), else ''.
    """
    names = list(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    if not names:
        return ""
    more = ", …" if len(names) > 10 else ""
    return f"; known: {', '.join(map(plain, names[:10]))}{more}"
