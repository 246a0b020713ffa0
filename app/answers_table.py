"""Several answers as a table, on the page and to take away."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from app.predictor import Answer

COLUMNS = ("file", "species", "probability", "sure", "familiar")
# What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "|", "%")


@dataclass(frozen=True, eq=False)
class Named:
    """A file with its answer; `is_familiar` is None where that is not known."""

    file: str
    species: str
    answer: Answer
    is_familiar: bool | None


def as_table(rows: Sequence[Named]) -> pd.DataFrame:
    """A row a file: `file, species, probability` (calibrated), `sure` and `familiar`.

    The last says whether it is like the photos that the run was trained on: yes, no or unknown.
    """
    known = {True: "yes", False: "no", None: "unknown"}
    return pd.DataFrame(
        [
            (
                row.file,
                row.species,
                row.answer.confidence,
                known[row.answer.is_sure],
                known[row.is_familiar],
            )
            for row in rows
        ],
        columns=list(COLUMNS),
    )


def as_csv(rows: Sequence[Named]) -> bytes:
    """The same with the probability of every class, as a file that a spreadsheet opens safely.

    A name that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, "CSV
    Injection"). UTF-8 with a mark, by which spreadsheets know it.
    """
    table = as_table(rows)
    for column in ("file", "species"):
        table[column] = table[column].map(harmless)
    for place, name in enumerate(rows[0].answer.classes if rows else ()):
        table[harmless(f"p:{name}")] = [float(row.answer.calibrated[place]) for row in rows]
    return table.to_csv(index=False, float_format="%.6f").encode("utf-8-sig")


def harmless(text: str) -> str:
    """A text on one line that no spreadsheet takes for a formula."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    return f"'{line}" if line.lstrip().startswith(_FORMULA) else line
