"""Small things that the page is made of."""

import base64
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd

from analysis.report.numbers import MISSING, duration, fraction, per_second, percent

_UNITS = ("B", "kB", "MB", "GB", "TB")


def photo(jpeg: bytes) -> str:
    """The address of an image that stands in the page itself."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"


def count(value: float | None) -> str:
    """A whole number with thin spaces between thousands; a dash where it is not known."""
    if value is None or pd.isna(value):
        return MISSING
    return f"{int(value):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def size(n_bytes: float | None) -> str:
    """A number of bytes to two or three digits, in powers of 1000."""
    if n_bytes is None or pd.isna(n_bytes):
        return MISSING
    power = min(int(math.log10(max(n_bytes, 1)) // 3), len(_UNITS) - 1)
    value = n_bytes / 1000**power
    digits = 0 if value >= 10 or not power else 1
    return f"{value:.{digits}f} {_UNITS[power]}"


def rate(value: float | None) -> str:
    """A number a second."""
    return MISSING if value is None else per_second(value)


def seconds(value: float | None) -> str:
    """A time; a dash where it is not known."""
    return MISSING if value is None else duration(value)


def together(text: str) -> str:
    """The text without a line break before a unit."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


FILTERS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {
        "count": count,
        "fraction": fraction,
        "percent": percent,
        "photo": photo,
        "rate": rate,
        "seconds": seconds,
        "size": size,
        "together": together,
    }
)
