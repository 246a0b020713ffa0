"""The test images that no run gets right, and those on which luck decides."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.labels import positions
from analysis.probabilities import probabilities
from analysis.shared_images import SharedImages, shared_images

ALWAYS_WRONG = "always wrong"
FLIPS = "flips"
COLUMNS = (
    "path",
    "true",
    "kind",
    "n_runs",
    "n_wrong",
    "answer",
    "n_answer",
    "confidence",
    "n_flipping",
    "flipping",
)


def hard_images(predictions: pd.DataFrame, experiments: Sequence[str]) -> pd.DataFrame:
    """Images that are wrong in every run, and images that flip between seeds of an experiment.

    An always wrong image on which most runs agree on one other class, and are sure of it, is a
    likely label error: look at it before blaming the models. The others are hard, or alike to what
    the training lacks. An image that flips is one on which the seed decides: it is near a border
    between classes, and a single run's answer on it says little about the experiment.

    Args:
        predictions: a row an image of a run of one split: `experiment, seed, path, true,
            predicted` and `p:<class>` for each class.
        experiments: names; others in `predictions` are left out.

    Returns:
        A row a hard image, of those that every run has: `path, true, kind` ("always wrong", or
        "flips": at least one experiment has seeds that are right and seeds that are wrong),
        `n_runs, n_wrong` (runs that are wrong), `answer` (the commonest wrong class; of equally
        common ones that of the higher confidence, then the first), `n_answer` (runs that gave
        it), `confidence` (their mean probability of it), `n_flipping` (experiments whose seeds
        disagree), `flipping` (their names, joined by ", "). Always wrong ones first, by n_answer
        and confidence, both falling, and path; then those that flip by n_wrong, falling, and path.

    Raises:
        UserError: if the runs know different classes.
    """
    grid = shared_images(predictions, experiments)
    if not grid.rows.size:
        return pd.DataFrame(columns=list(COLUMNS))
    table = _all_images(predictions, grid)
    always = table.loc[table["n_wrong"] == table["n_runs"]].assign(kind=ALWAYS_WRONG)
    flips = table.loc[table["n_flipping"] > 0].assign(kind=FLIPS)
    parts = [
        always.sort_values(["n_answer", "confidence", "path"], ascending=[False, False, True]),
        flips.sort_values(["n_wrong", "path"], ascending=[False, True]),
    ]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def _all_images(predictions: pd.DataFrame, grid: SharedImages) -> pd.DataFrame:
    """The columns but `kind`, a row an image of the grid, right or wrong."""
    rows = grid.rows
    classes, p = probabilities(predictions.iloc[rows.ravel()])
    true = positions(predictions["true"].iloc[rows[:, 0]], classes)
    called = positions(predictions["predicted"].iloc[rows.ravel()], classes)
    confidence = p[np.arange(len(p)), called].reshape(rows.shape)
    called = called.reshape(rows.shape)
    wrong = called != true[:, None]
    n_given, mean = _wrong_answers(called, wrong, confidence, len(classes))
    # Counts are whole numbers and confidences at most 1: half of one only ever breaks a tie.
    answer = (n_given + mean / 2).argmax(axis=1)
    image = np.arange(len(true))
    names = list(dict.fromkeys(grid.experiments.tolist()))
    flipping = np.stack([_mixed(wrong[:, grid.experiments == name]) for name in names], axis=1)
    return pd.DataFrame(
        {
            "path": grid.paths,
            "true": np.array(classes, dtype=object)[true],
            "n_runs": rows.shape[1],
            "n_wrong": wrong.sum(axis=1),
            "answer": np.array(classes, dtype=object)[answer],
            "n_answer": n_given[image, answer],
            "confidence": mean[image, answer],
            "n_flipping": flipping.sum(axis=1),
            "flipping": [", ".join(np.array(names, dtype=object)[each]) for each in flipping],
        }
    )


def _wrong_answers(
    called: NDArray[np.int64],
    wrong: NDArray[np.bool_],
    confidence: NDArray[np.float64],
    n_classes: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """How many runs gave each wrong answer, and their mean probability of it; [n_images, k]."""
    image, _ = np.nonzero(wrong)
    n_given = np.zeros((len(called), n_classes), dtype=np.int64)
    total = np.zeros((len(called), n_classes))
    np.add.at(n_given, (image, called[wrong]), 1)
    np.add.at(total, (image, called[wrong]), confidence[wrong])
    return n_given, total / np.maximum(n_given, 1)


def _mixed(wrong: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the runs (the columns) disagree, image by image."""
    return np.asarray(wrong.any(axis=1) & ~wrong.all(axis=1), dtype=np.bool_)
