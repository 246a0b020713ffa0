"""What a report is, before anybody renders it."""

from dataclasses import dataclass

from analysis.findings import Findings
from analysis.report.tables import Table


@dataclass(frozen=True, eq=False)
class Report:
    """All that a report says.

    `notice` is a sentence without which none of its numbers may be read: every rendering says it,
    and says it first. `tables` are in order; `missing` are lines on what the report lacks, shown
    last. `headline` are the sentences that come before the tables, `findings` what the tables were
    made from.
    """

    suite: str
    tables: tuple[Table, ...]
    missing: tuple[str, ...] = ()
    notice: str = ""
    headline: tuple[str, ...] = ()
    findings: Findings | None = None
