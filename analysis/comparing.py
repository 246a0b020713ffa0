"""Two sides on the same test images: what improved from the one to the other, what got worse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.labels import positions
from analysis.resolved_pairs import resolved_pairs
from analysis.shared_images import shared_images
from analysis.statistics.basis import BOTH
from analysis.statistics.class_differences import class_differences
from analysis.statistics.comparisons import compare
from analysis.statistics.outcomes import Outcomes, outcomes
from analysis.statistics.significance import ALPHA, holm
from bench.errors import UserError

IMPROVED = "improved"
WORSE = "got worse"
UNTOLD = "can't be told"
FIXED = "fixed"
BROKEN = "broken"

OVERALL_COLUMNS = (
    *("a", "b", "measure", "n", "n_seeds_a", "n_seeds_b", "value_a", "sd_a", "value_b", "sd_b"),
    *("difference", "low", "high", "p", "mcnemar_p", "basis", "verdict"),
)
CLASS_COLUMNS = (
    *("a", "b", "class", "n", "accuracy_a", "accuracy_b", "difference", "low", "high"),
    *("p", "p_holm", "basis", "verdict"),
)
PAIR_COLUMNS = (
    *("a", "b", "class_1", "class_2", "n_images", "errors_a", "errors_b", "difference"),
    *("low", "high", "p", "p_holm", "verdict"),
)
IMAGE_COLUMNS = (
    *("a", "b", "path", "true", "change", "called_a", "n_called_a", "n_runs_a"),
    *("called_b", "n_called_b", "n_runs_b"),
)


@dataclass(frozen=True, eq=False)
class Compared:
    """What differs between two sides, `a` and `b`; every difference is b - a.

    Verdicts are "improved" (from a to b), "got worse", or "can't be told" (p, or p_holm where
    there is one, of 0.05 or more). Fractions, but for errors.

    Attributes:
        a: the name of the first side, that is, of what was before.
        b: the name of the other.
        overall: a row a measure ("accuracy", "macro_accuracy"): `a, b, measure, n` (test images),
            `n_seeds_a, n_seeds_b, value_a, sd_a, value_b, sd_b` (mean and standard deviation over
            seeds, ddof = 1), `difference, low, high` (95 %), `p, mcnemar_p, basis, verdict`, as
            `analysis.statistics.comparisons.compare` describes them.
        classes: a row a class with test images: `a, b, class, n, accuracy_a, accuracy_b,
            difference, low, high, p, p_holm, basis, verdict`, as
            `analysis.statistics.class_differences` describes them. Improved classes first, then
            worse ones, then the rest, each by the size of the difference.
        pairs: a row an unordered pair of classes that either side confuses: `a, b, class_1,
            class_2, n_images, errors_a, errors_b` (images a run), `difference` (below 0 where b
            confuses fewer), `low, high, p, p_holm, verdict`, as `analysis.resolved_pairs` describes
            them; they speak of these trained networks. In the same order as the classes.
        images: a row a test image that is "fixed" (wrong in every run of a, right in every run of
            b) or "broken" (the opposite), as `change` says: `a, b, path, true, change, called_a`
            (what a called it mostly; of equally common answers the first class), `n_called_a` (runs
            that did), `n_runs_a, called_b, n_called_b, n_runs_b`. Fixed ones first, then by path.
    """

    a: str
    b: str
    overall: pd.DataFrame
    classes: pd.DataFrame
    pairs: pd.DataFrame
    images: pd.DataFrame

    @property
    def accuracy(self) -> dict[str, Any]:
        """The row of `overall` on accuracy."""
        rows = self.overall.loc[self.overall["measure"] == "accuracy"]
        return {str(key): value for key, value in rows.iloc[0].items()}

    @property
    def is_of_images_only(self) -> bool:
        """Whether a side has one seed, so that nothing is said of the spread over seeds."""
        return set(self.overall["basis"]) != {BOTH}


def compare_sides(predictions: pd.DataFrame, classes: Sequence[str], a: str, b: str) -> Compared:
    """Compares two sides, image by image.

    Args:
        predictions: a row an image of a run of one split: `experiment` (the side's name), `seed,
            path, true, predicted`. Others than the two are left out.
        classes: class names in order.
        a: the first side.
        b: the other; differences are b - a.

    Raises:
        UserError: where a and b are the same or one has no predictions, where the runs were not
            scored on the same images, and for a class that is not in `classes`.
    """
    lined_up = outcomes(predictions, classes, list(dict.fromkeys([a, b])))
    lacking = [name for name in (a, b) if name not in lined_up.experiments]
    if lacking:
        raise UserError(f"{lacking[0]!r}: has no predictions, so there is nothing to compare")
    if a == b:
        raise UserError(f"a comparison needs two different sides; got {a!r} twice")
    return Compared(
        a=a,
        b=b,
        overall=_overall(lined_up, a, b),
        classes=_classes(lined_up, a, b),
        pairs=_pairs(predictions, classes, a, b),
        images=_images(predictions, classes, a, b),
    )


def overall_changes(compared: Mapping[str, Compared]) -> pd.DataFrame:
    """The overall differences of several comparisons as one table.

    Args:
        compared: by what was compared, such as the experiment's name; at least one.

    Returns:
        Their `overall` one below the other, with `experiment` (the key) before, and after `p` a
        `p_holm`: Holm's correction over the comparisons, measure by measure, which the verdict
        here goes by.
    """
    tables = [one.overall.assign(experiment=name) for name, one in compared.items()]
    table = pd.concat(tables, ignore_index=True)
    table["p_holm"] = table.groupby("measure")["p"].transform(lambda p: holm(p.to_numpy()))
    table["verdict"] = _verdicts(table["difference"], table["p_holm"])
    at = OVERALL_COLUMNS.index("p") + 1
    return table[["experiment", *OVERALL_COLUMNS[:at], "p_holm", *OVERALL_COLUMNS[at:]]]


def _overall(lined_up: Outcomes, a: str, b: str) -> pd.DataFrame:
    found = compare(lined_up)
    table = found.comparisons.copy()
    # `compare` puts the better one first; here b always does.
    flip = (table["a"] == a).to_numpy()
    sign = np.where(flip, -1.0, 1.0)
    low, high = table["low"] * sign, table["high"] * sign
    table = table.assign(
        a=a,
        b=b,
        # A difference of 0 is not to become -0.
        difference=table["difference"] * sign + 0.0,
        low=np.where(flip, high, low),
        high=np.where(flip, low, high),
    )
    for side, name in (("a", a), ("b", b)):
        own = found.accuracies.loc[found.accuracies["experiment"] == name].set_index("measure")
        values = own.loc[table["measure"], ["value", "sd", "n_seeds"]].to_numpy().T
        table[f"value_{side}"], table[f"sd_{side}"] = values[0], values[1]
        table[f"n_seeds_{side}"] = values[2].astype(np.int64)
    table["n"] = len(lined_up.labels)
    table["verdict"] = _verdicts(table["difference"], table["p"])
    return table[list(OVERALL_COLUMNS)]


def _classes(lined_up: Outcomes, a: str, b: str) -> pd.DataFrame:
    # Its differences are of the first named less the second.
    swapped = {"a": "b", "b": "a", "accuracy_a": "accuracy_b", "accuracy_b": "accuracy_a"}
    table = class_differences(lined_up, [(b, a)]).rename(columns=swapped)
    table["verdict"] = _verdicts(table["difference"], table["p_holm"])
    return _ranked(table, CLASS_COLUMNS)


def _pairs(predictions: pd.DataFrame, classes: Sequence[str], a: str, b: str) -> pd.DataFrame:
    table = resolved_pairs(predictions, better=b, other=a, classes=classes)
    table = table.rename(
        columns={
            "a": "class_1",
            "b": "class_2",
            "errors_better": "errors_b",
            "errors_other": "errors_a",
        }
    )
    gain = table["difference"]
    table["verdict"] = _verdicts(gain, table["p_holm"])
    low, high = -table["high"], -table["low"]
    table = table.assign(a=a, b=b, difference=0.0 - gain, low=low, high=high)
    return _ranked(table, PAIR_COLUMNS)


def _images(predictions: pd.DataFrame, classes: Sequence[str], a: str, b: str) -> pd.DataFrame:
    grid = shared_images(predictions, [a, b])
    true = positions(predictions["true"].iloc[grid.rows[:, 0]], classes)
    called = positions(predictions["predicted"].iloc[grid.rows.ravel()], classes)
    called = called.reshape(grid.rows.shape)
    is_b = grid.experiments == b
    right = called == true[:, None]
    right_a, right_b = right[:, ~is_b], right[:, is_b]
    fixed = ~right_a.any(axis=1) & right_b.all(axis=1)
    broken = right_a.all(axis=1) & ~right_b.any(axis=1)
    names = np.array(classes, dtype=object)
    table = pd.DataFrame({"path": grid.paths, "true": names[true]}).assign(a=a, b=b)
    table["change"] = np.where(fixed, FIXED, BROKEN)
    for side, of_side in (("a", ~is_b), ("b", is_b)):
        answer, n_runs = _mostly(called[:, of_side], len(classes))
        table[f"called_{side}"], table[f"n_called_{side}"] = names[answer], n_runs
        table[f"n_runs_{side}"] = int(of_side.sum())
    changed: pd.DataFrame = table.loc[fixed | broken]
    changed = changed.sort_values(["change", "path"], ascending=[False, True])
    return changed.reindex(columns=list(IMAGE_COLUMNS)).reset_index(drop=True)


def _mostly(
    called: NDArray[np.int64], n_classes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The commonest answer of the runs (the columns) on each image, and how many gave it."""
    counts = np.zeros((len(called), n_classes), dtype=np.int64)
    np.add.at(counts, (np.arange(len(called))[:, None], called), 1)
    return counts.argmax(axis=1), counts.max(axis=1)


def _verdicts(gain: "pd.Series[float]", p: "pd.Series[float]") -> NDArray[np.object_]:
    sure = (p < ALPHA).to_numpy(dtype=bool)
    better, worse = sure & (gain > 0).to_numpy(), sure & (gain < 0).to_numpy()
    verdicts = np.full(len(p), UNTOLD, dtype=object)
    verdicts[better], verdicts[worse] = IMPROVED, WORSE
    return verdicts


def _ranked(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    order = table["verdict"].map([IMPROVED, WORSE, UNTOLD].index).rename("order")
    keys = pd.DataFrame({"order": order, "size": -table["difference"].abs().round(12)})
    ranked = keys.sort_values(["order", "size"], kind="stable").index
    return table.reindex(index=ranked, columns=list(columns)).reset_index(drop=True)
