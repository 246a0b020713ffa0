"""Tables of two sides: what improved, what got worse."""

from collections.abc import Iterable, Mapping

import pandas as pd

from analysis.comparing import BROKEN, FIXED, UNTOLD, Compared, overall_changes
from analysis.report.numbers import fraction, p_value, sd_note, signed, signed_interval
from analysis.report.tables.table import Table
from analysis.report.tables.wording import means, sentences
from analysis.statistics.basis import BOTH

BEFORE, AFTER = "before", "after"
_MEASURES = {"accuracy": "accuracy", "macro_accuracy": "macro"}
_MACRO = "Macro: macro accuracy, the mean over classes, each counting the same."
_ABOUT_PAIRS = (
    "Images of the two classes taken for one another, per run: fewer are better. p: sign-flip "
    "permutation over these images, corrected by Holm over the pairs; it speaks of these trained "
    "networks."
)
_INTERVAL_NOTE = "95 %: for the row alone."


def side_words(compared: Compared) -> tuple[str, str]:
    """What the sides are called in a formula: "A" and "B", or "before" and "after"."""
    in_time = (BEFORE, AFTER)
    return in_time if (compared.a, compared.b) == in_time else ("A", "B")


def overall_table(compared: Compared) -> Table:
    """Accuracy and macro accuracy of both sides, and whether they differ.

    Args:
        compared: the two sides.

    Returns:
        The table "overall".
    """
    rows = compared.overall
    shown = pd.DataFrame({"measure": [_MEASURES[name] for name in rows["measure"]]})
    columns = _columns(compared, rows, _means(rows), digits=3, p="p")
    return Table(
        name="overall",
        title="Overall",
        frame=rows,
        shown=shown.assign(**columns),
        note=sentences(
            _who(compared),
            _spread(rows),
            _MACRO,
            _what_p_is(rows),
            _INTERVAL_NOTE,
            f"Test images: {rows['n'].iloc[0]}.",
        ),
        labels=("measure", "verdict"),
        experiments=(compared.a, compared.b),
    )


def changes_table(compared: Mapping[str, Compared]) -> Table:
    """The overall differences of several experiments, before and after.

    Args:
        compared: by experiment; at least one.

    Returns:
        The table "overall".
    """
    rows, first = overall_changes(compared), next(iter(compared.values()))
    shown = pd.DataFrame({"experiment": rows["experiment"]})
    shown["measure"] = [_MEASURES[name] for name in rows["measure"]]
    columns = _columns(first, rows, _means(rows), digits=3)
    return Table(
        name="overall",
        title="Overall",
        frame=rows,
        shown=shown.assign(**columns),
        note=sentences(_who(first), _spread(rows), _MACRO, _what_p_is(rows, "the experiments")),
        labels=("experiment", "measure", "verdict"),
        experiments=(first.a, first.b),
        # Beside three columns of words 80 columns do not hold it.
        intervals=("95 %",),
        interval_note=_INTERVAL_NOTE,
    )


def detail_tables(compared: Compared, of: str = "") -> list[Table]:
    """What changed by class, by pair of classes, and by image.

    Args:
        compared: the two sides.
        of: what was compared, where a report has several comparisons: it stands before the names
            and titles of the tables.

    Returns:
        The tables "classes", "pairs" and "images"; with `of`, "OF.classes" and so on.
    """
    return [_classes_table(compared, of), _pairs_table(compared, of), _images_table(compared, of)]


def _classes_table(compared: Compared, of: str) -> Table:
    name = _name(of, "classes")
    rows, said = _clear_or_largest(compared.classes, "class", name)
    shown = pd.DataFrame({"class": rows["class"], "n": [str(n) for n in rows["n"]]})
    accuracies = [[fraction(x) for x in rows[f"accuracy_{side}"]] for side in "ab"]
    columns = _without_empty_verdict(_columns(compared, rows, accuracies, digits=2))
    return Table(
        name=name,
        title=_title(of, "Classes"),
        frame=compared.classes,
        shown=shown.assign(**columns),
        note=sentences(
            said,
            "Accuracy, the mean over seeds. n: test images of the class.",
            _what_p_is(compared.classes, "the classes"),
            _INTERVAL_NOTE,
        ),
        labels=("class", "verdict") if "verdict" in columns else ("class",),
        experiments=(compared.a, compared.b),
    )


def _pairs_table(compared: Compared, of: str) -> Table:
    name = _name(of, "pairs")
    rows, said = _clear_or_largest(compared.pairs, "pair", name, sign=-1)
    pairs = zip(rows["class_1"], rows["class_2"], strict=True)
    shown = pd.DataFrame({"pair": [f"{one} ↔ {other}" for one, other in pairs]}, index=rows.index)
    errors = [[fraction(x, 1) for x in rows[f"errors_{side}"]] for side in "ab"]
    columns = _without_empty_verdict(_columns(compared, rows, errors, digits=1))
    return Table(
        name=name,
        title=_title(of, "Confused pairs"),
        frame=compared.pairs,
        shown=shown.assign(**columns),
        note=sentences(said, _ABOUT_PAIRS, _INTERVAL_NOTE)
        if len(rows)
        else "No test image was named wrongly.",
        labels=("pair", "verdict") if "verdict" in columns else ("pair",),
        experiments=(compared.a, compared.b),
    )


def _images_table(compared: Compared, of: str, top: int = 10) -> Table:
    name, frame = _name(of, "images"), compared.images
    kept = frame.groupby("change", sort=False).head(top)
    # Of a fixed image it is the old answer that was wrong, of a broken one the new.
    rows = [(row, "a" if row["change"] == FIXED else "b") for row in kept.to_dict("records")]
    shown = pd.DataFrame({"image": kept["path"], "is": kept["true"], "change": kept["change"]})
    shown["wrongly called"] = [row[f"called_{side}"] for row, side in rows]
    shown["by"] = [f"{row[f'n_called_{side}']} of {row[f'n_runs_{side}']}" for row, side in rows]
    n_fixed, n_broken = ((frame["change"] == change).sum() for change in (FIXED, BROKEN))
    a, b = side_words(compared)
    return Table(
        name=name,
        title=_title(of, "Images fixed and broken"),
        frame=frame,
        shown=shown,
        note=sentences(
            f"Fixed: wrong in every run of {a}, right in every run of {b}; broken: the opposite. "
            f"{n_fixed} fixed and {n_broken} broken of {compared.accuracy['n']} test images.",
            "By: how many runs of that side." if len(kept) else "",
            f"The first {top} of each; all are in {name}.csv." if len(kept) < len(frame) else "",
        ),
        labels=("image", "is", "change", "wrongly called"),
    )


def _clear_or_largest(
    frame: pd.DataFrame, one: str, name: str, sign: int = 1, top: int = 20, few: int = 5
) -> tuple[pd.DataFrame, str]:
    """The rows that surely changed or, where none did, the largest few; and what to say of that.

    Args:
        frame: with `difference` and `verdict`, in order.
        one: what a row is.
        name: of the table.
        sign: of a difference that is an improvement.
        top: how many of the former are kept.
        few: how many of the latter.
    """
    clear = frame.loc[frame["verdict"] != UNTOLD]
    differing = frame.loc[frame["difference"].round(12) != 0]
    kept, most = (clear, top) if len(clear) else (differing, few)
    size = kept["difference"].abs().sort_values(ascending=False, kind="stable")
    rows = kept.loc[size.index[:most].sort_values()]
    rows = rows.loc[(rows["difference"] * sign < 0).sort_values(kind="stable").index]
    left = f"; all are in {name}.csv" if len(rows) < len(frame) else ""
    if not len(differing):
        return rows, f"No {one} differs."
    if not len(clear):
        shown = f": these are the {len(rows)} largest differences of {len(frame)}"
        if len(rows) == len(differing):
            shown = f": only these {len(rows)} of {len(frame)} differ at all"
        return rows, f"No {one} can be told to have changed{shown if left else ''}{left}."
    first = f"The {top} largest of {len(clear)} changes. " if len(rows) < len(clear) else ""
    n_untold = len(frame) - len(clear)
    more = f"The other {n_untold} can't be told" if n_untold else "All changed"
    return rows, f"{first}{more}{left}." if left else ""


def _columns(
    compared: Compared,
    rows: pd.DataFrame,
    values: Iterable[list[str]],
    digits: int,
    p: str = "p_holm",
) -> dict[str, list[str]]:
    """What all these tables have: both sides, their difference, and what it is worth."""
    bounds = zip(rows["low"], rows["high"], strict=True)
    return {
        **dict(zip((compared.a, compared.b), values, strict=True)),
        _difference(compared): [signed(x, digits) for x in rows["difference"]],
        "95 %": [signed_interval(*each, digits) for each in bounds],
        "p (Holm)" if p == "p_holm" else p: [p_value(x) for x in rows[p]],
        "verdict": list(rows["verdict"]),
    }


def _without_empty_verdict(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """The columns without a verdict that says "can't be told" of every row, as the note does."""
    says_nothing = set(columns["verdict"]) <= {UNTOLD}
    return {k: v for k, v in columns.items() if not (says_nothing and k == "verdict")}


def _difference(compared: Compared) -> str:
    # "B−A" without spaces is one word, and not folded.
    return "change" if compared.a == BEFORE else "B−A"


def _means(rows: pd.DataFrame) -> list[list[str]]:
    return [means(rows, f"value_{side}", f"sd_{side}", digits=3) for side in "ab"]


def _name(of: str, table: str) -> str:
    return f"{of}.{table}" if of else table


def _title(of: str, table: str) -> str:
    return f"{of}: {table.lower()}" if of else table


def _spread(rows: pd.DataFrame) -> str:
    return sd_note([*rows["n_seeds_a"], *rows["n_seeds_b"]])


def _who(compared: Compared) -> str:
    a, b = side_words(compared)
    is_in_time = compared.a == BEFORE
    return f"Change: {b} − {a}." if is_in_time else f"{a}: {compared.a}. {b}: {compared.b}."


def _what_p_is(rows: pd.DataFrame, corrected_over: str = "") -> str:
    alone = set(rows["basis"]) != {BOTH}
    over = "over other test images, not other seeds" if alone else "over test images and seeds"
    corrected = f", corrected by Holm over {corrected_over}" if corrected_over else ""
    return f"p: two-sided, {over}{corrected}."
