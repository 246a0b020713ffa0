"""The files that a mirrored run carries: its own, and tables and pictures of its test."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.experiments.spec import Published
from bench.results.records import (
    FailedRun,
    RunRecord,
    histories_frame,
    notice_for,
    predictions_frame,
)

if TYPE_CHECKING:
    import pandas as pd

_OWN = ("run.json", "history.csv", "metrics.json", "predictions.parquet", "log.txt")
_OF_A_FAILURE = ("run.json", "failure.json", "log.txt")
_DOTS_PER_INCH = 130


def per_class_table(record: RunRecord) -> "pd.DataFrame":
    """The accuracy of each class over the run's test images, as `analysis.per_class` has it.

    Without the columns that say nothing of a single run: the experiment, and those over seeds.
    """
    from analysis.per_class import per_class

    published = record.spec["experiment"].get("published")
    table = per_class(
        predictions_frame([record]),
        record.spec["classes"],
        [record.experiment],
        {record.experiment: Published(**published)} if published else {},
    )
    return table.drop(columns=["experiment", "sd", "n_seeds"])


def artifact_files(record: RunRecord, per_class: "pd.DataFrame") -> dict[str, bytes]:
    """The content of each artifact by its name.

    Args:
        record: the run.
        per_class: what `per_class_table` returned for it.

    Raises:
        DamagedError: where one of the run's files is not what was sealed.
    """
    test, classes, name = predictions_frame([record]), record.spec["classes"], record.experiment
    notice = notice_for([record])
    return {
        **({"NOTICE.txt": f"{notice}\n".encode()} if notice else {}),
        **{file: record.folder.read(file) for file in _OWN},
        "per_class.csv": _csv(per_class),
        **_mistakes(test, classes, f"{name}, seed {record.seed}: test", notice),
        **_training(histories_frame([record]), name, notice),
        **_probabilities(predictions_frame([record], "val"), test, name, notice),
    }


def failure_files(run: FailedRun) -> dict[str, bytes]:
    """What a failed run left, by name: its settings, the reason, and its log.

    Raises:
        OSError: where a file cannot be read.
    """
    path = run.folder.path
    return {name: (path / name).read_bytes() for name in _OF_A_FAILURE if (path / name).exists()}


def _mistakes(
    test: "pd.DataFrame", classes: Sequence[str], title: str, notice: str
) -> dict[str, bytes]:
    from analysis.confusion import POOLED, confused_pairs, confusion_matrix
    from analysis.figures import confusion_figure, png

    matrix = confusion_matrix(test, classes)
    pairs = confused_pairs(test, classes, list(test["experiment"].unique()))
    return {
        "confusion_matrix.csv": matrix.to_csv(lineterminator="\n").encode(),
        "confusion_matrix.png": png(confusion_figure(matrix, title, notice), _DOTS_PER_INCH),
        "confused_pairs.csv": _csv(pairs.loc[pairs["experiment"] != POOLED]),
    }


def _training(history: "pd.DataFrame", name: str, notice: str) -> dict[str, bytes]:
    from analysis.curves import changes, learning_curves, overfitting
    from analysis.figures import learning_figure, png

    curves, changed = (table(history, [name]) for table in (learning_curves, changes))
    figure = learning_figure(curves, changed, name, notice)
    return {
        "learning_curves.png": png(figure, _DOTS_PER_INCH),
        "overfitting.csv": _csv(overfitting(history, [name])),
    }


def _probabilities(
    validation: "pd.DataFrame", test: "pd.DataFrame", name: str, notice: str
) -> dict[str, bytes]:
    from analysis.calibration import calibration, reliability
    from analysis.figures import png, reliability_figure

    scaled = reliability(test, [name], validation=validation)
    figure = reliability_figure(reliability(test, [name]), scaled, name, notice)
    return {
        "reliability.png": png(figure, _DOTS_PER_INCH),
        "calibration.csv": _csv(calibration(validation, test, [name])),
    }


def _csv(table: "pd.DataFrame") -> bytes:
    return table.to_csv(index=False, lineterminator="\n").encode()
