"""What a report is, before anybody renders it."""

from dataclasses import dataclass

from analysis.report.tables import Table


@dataclass(frozen=True)
class Report:
    """All that a report says: its tables in order, and lines on what it lacks, shown last."""

    suite: str
    tables: tuple[Table, ...]
    missing: tuple[str, ...] = ()
