"""What a table is: the numbers, and how they are shown to people."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, eq=False)
class Table:
    """One table of a report.

    `frame` is tidy and of full precision: it goes to CSV and JSON. `shown` holds the strings that
    people read. `labels` are the columns of `shown` that say what a row is. Headings in `shown`
    may start with one of `experiments`, which are names as headings have them; a narrow renderer
    may replace them by a letter and a key. It may also leave out the columns in `intervals`, which
    `interval_note` explains. `is_detail` tables are left out where only the main ones are asked
    for; a terminal also leaves those out that are not `in_terminal`.
    """

    name: str
    title: str
    frame: pd.DataFrame
    shown: pd.DataFrame
    note: str
    labels: tuple[str, ...]
    experiments: tuple[str, ...] = ()
    intervals: tuple[str, ...] = ()
    interval_note: str = ""
    is_detail: bool = False
    in_terminal: bool = True

    def full_note(self, with_intervals: bool = True) -> str:
        """The note, and what the intervals are or, where they are left out, where to find them."""
        if not self.intervals:
            return self.note
        left_out = f"No room here for the 95 % intervals; they are in {self.name}.csv."
        return f"{self.note} {self.interval_note if with_intervals else left_out}"
