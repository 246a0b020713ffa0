"""The files that a mirrored run carries: its own, and tables and pictures of its test."""

import io
from typing import TYPE_CHECKING

from bench.experiments.spec import Published
from bench.results.records import RunRecord, predictions_frame

if TYPE_CHECKING:
    import pandas as pd

_OWN = ("run.json", "history.csv", "metrics.json", "predictions.parquet", "log.txt")
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
    from analysis.confusion import confusion_matrix

    matrix = confusion_matrix(predictions_frame([record]), record.spec["classes"])
    return {
        **{name: record.folder.read(name) for name in _OWN},
        "per_class.csv": per_class.to_csv(index=False, lineterminator="\n").encode(),
        "confusion_matrix.csv": matrix.to_csv(lineterminator="\n").encode(),
        "confusion_matrix.png": _picture(matrix, f"{record.experiment}, seed {record.seed}: test"),
    }


def _picture(matrix: "pd.DataFrame", title: str) -> bytes:
    from analysis.figures import confusion_figure

    buffer = io.BytesIO()
    confusion_figure(matrix, title).savefig(buffer, format="png", dpi=_DOTS_PER_INCH)
    return buffer.getvalue()
