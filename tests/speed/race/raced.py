"""A raced case as it is kept in docs/speed.json."""

from dataclasses import asdict, dataclass
from typing import Any

from tests.speed.race.cases import Case
from tests.speed.race.heat import Heat


@dataclass(frozen=True)
class Raced:
    """A case and what came of it.

    `data` says in words which photos were used, `machine` where (see `tests.speed.machine`).
    `left_out` are the contestants that are not installed, `failed` says why others have no, or
    not all, heats.
    """

    case: Case
    data: str
    machine: dict[str, str]
    heats: tuple[Heat, ...]
    left_out: tuple[str, ...] = ()
    failed: dict[str, str] | None = None

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def of(cls, record: dict[str, Any]) -> "Raced":
        """The raced case of a record."""
        return cls(
            case=Case(**record["case"]),
            data=record["data"],
            machine=record["machine"],
            heats=tuple(map(Heat.of, record["heats"])),
            left_out=tuple(record["left_out"]),
            failed=record["failed"],
        )
