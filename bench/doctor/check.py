"""One thing that was looked at: what was found, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bench.errors import UserError

Status = Literal["ok", "note", "missing"]


@dataclass(frozen=True)
class Check:
    """A finding.

    `status` is `ok`, `note` for what is worth knowing and stops nothing, or `missing` for what a
    run needs. `advice` says what to do, and is empty where there is nothing to do.
    """

    name: str
    status: Status
    found: str
    advice: str = ""


def looked(name: str, look: Callable[[], Check]) -> Check:
    """The finding of `look`; whatever it raises is a finding too."""
    try:
        return look()
    except UserError as error:
        return Check(name, "missing", str(error))
    except Exception as error:  # noqa: BLE001 - one check that breaks ends no other
        reason = " ".join(str(error).split())
        return Check(name, "missing", f"could not be checked: {type(error).__name__}: {reason}")


def in_bytes(n: int) -> str:
    """A size as one reads it: `84 MB`, `3.2 GB`."""
    if n < 1_000_000_000:
        return f"{n / 1e6:.0f} MB"
    return f"{n / 1e9:.1f} GB" if n < 10_000_000_000 else f"{n / 1e9:.0f} GB"
