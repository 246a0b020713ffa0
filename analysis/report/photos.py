"""Which photos a report shows: those behind the mistakes."""

from dataclasses import dataclass

import pandas as pd

from analysis.confusion import POOLED
from analysis.findings import Findings

N_PAIRS = 12
PHOTOS_A_DIRECTION = 6
N_HARD = 18


@dataclass(frozen=True)
class Mistaken:
    """A test image that runs took for another class: `n_called` of `n_runs` called it `called`."""

    path: str
    true: str
    called: str
    n_called: int
    n_runs: int


def mistaken(test: pd.DataFrame, a: str, b: str) -> tuple[Mistaken, ...]:
    """The images of a that were called b.

    Args:
        test: predictions of the test images, a row an image of a run.
        a: the true class.
        b: what it was called.

    Returns:
        Those that most runs called b first, then by path.
    """
    of_a = test.loc[test["true"] == a]
    n_runs = of_a.groupby("path").size()
    called = of_a.loc[of_a["predicted"] == b].groupby("path").size()
    order = called.rename("n").reset_index().sort_values(["n", "path"], ascending=[False, True])
    counts = zip(order["path"], order["n"], n_runs.loc[order["path"]], strict=True)
    return tuple(Mistaken(path, a, b, int(n), int(m)) for path, n, m in counts)


def worst_pairs(found: Findings, n: int = N_PAIRS) -> pd.DataFrame:
    """The pooled pairs that are shown with their photos."""
    pairs = found.confused_pairs
    return pairs.loc[pairs["experiment"] == POOLED].head(n)


def hardest(found: Findings, n: int = N_HARD) -> pd.DataFrame:
    """The images of each kind that are shown: wrong in every run, and flipping."""
    return found.hard_images.groupby("kind", sort=False).head(n)


def wanted(found: Findings, test: pd.DataFrame) -> list[str]:
    """The paths of all test images that a report shows, each once."""
    paths = [
        photo.path
        for pair in worst_pairs(found).itertuples()
        for a, b in ((pair.a, pair.b), (pair.b, pair.a))
        for photo in mistaken(test, str(a), str(b))[:PHOTOS_A_DIRECTION]
    ]
    return list(dict.fromkeys([*paths, *hardest(found)["path"]]))
