"""A table as CSV."""

from analysis.report.tables import Table


def as_csv(table: Table) -> str:
    """The tidy numbers of a table at full precision; what is not known is an empty field.

    Returns:
        Comma-separated lines (RFC 4180 quoting, line feeds between lines) with a header line.
    """
    return table.frame.to_csv(index=False, lineterminator="\n")
