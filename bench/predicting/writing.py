"""What was named, as JSON and as CSV, written as it comes."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from bench.results.records import notice_for

if TYPE_CHECKING:
    from app.predictor import Answer, Predictor
    from bench.predicting.naming import Named

_DIGITS = 6


@dataclass
class Tally:
    """Counts what goes by: `images` in all, of which `unreadable`, and `unsure` of the others."""

    images: int = 0
    unreadable: int = 0
    unsure: int = 0
    on_unreadable: Callable[["Named"], object] = field(default=lambda _: None, repr=False)

    def counting(self, named: Iterable["Named"]) -> Iterator["Named"]:
        """The same, counted; each that cannot be read is told to `on_unreadable`."""
        for one in named:
            self.images += 1
            if one.answer is None:
                self.unreadable += 1
                self.on_unreadable(one)
            else:
                self.unsure += not one.answer.is_sure
            yield one

    def as_record(self) -> dict[str, int]:
        """The counts by name."""
        return {"images": self.images, "unreadable": self.unreadable, "unsure": self.unsure}


def write_json(
    out: TextIO, named: Iterable["Named"], predictor: "Predictor", n_top: int, tally: Tally
) -> None:
    """One document, an image a line: `{"run": {…}, "images": […], "summary": {…}}`.

    An image is `path, predicted, confidence, sure` and `top`, the `n_top` most probable classes,
    each `class, probability`; or `path, error`. Confidence and probabilities are calibrated.
    """
    out.write(f'{{"run": {_line(described(predictor))},\n"images": [')
    comma = "\n"
    for one in tally.counting(named):
        out.write(comma + _line(as_record(one, n_top)))
        out.flush()
        comma = ",\n"
    out.write(f'\n],\n"summary": {_line(tally.as_record())}}}\n')


def write_csv(out: TextIO, named: Iterable["Named"], predictor: "Predictor", tally: Tally) -> None:
    """A row an image: `path, predicted, confidence, sure, error`, and `p:<class>` for each class.

    `confidence` is calibrated. `p:<class>` are the probabilities as trained, as
    `predictions.parquet` has them. `sure` is true or false.
    """
    rows = csv.writer(out, lineterminator="\n")
    columns = [f"p:{name}" for name in predictor.classes]
    rows.writerow(["path", "predicted", "confidence", "sure", "error", *columns])
    for one in tally.counting(named):
        rows.writerow([shown_path(one.path), *_cells(one, len(columns))])
        out.flush()


def _cells(one: "Named", n_classes: int) -> list[object]:
    answer = one.answer
    if answer is None:
        return ["", "", "", one.error, *[""] * n_classes]
    sure = "true" if answer.is_sure else "false"
    raw = [round(p, _DIGITS) for p in answer.raw.tolist()]
    return [answer.predicted, round(answer.confidence, _DIGITS), sure, "", *raw]


def as_record(one: "Named", n_top: int) -> dict[str, Any]:
    """What was named, as `write_json` has it."""
    path = {"path": shown_path(one.path)}
    return path | ({"error": one.error} if one.answer is None else _answer(one.answer, n_top))


def _answer(answer: "Answer", n_top: int) -> dict[str, Any]:
    top = answer.top(n_top)
    return {
        "predicted": answer.predicted,
        "confidence": round(answer.confidence, _DIGITS),
        "sure": answer.is_sure,
        "top": [{"class": one.name, "probability": round(one.probability, _DIGITS)} for one in top],
    }


def described(predictor: "Predictor") -> dict[str, Any]:
    """The run that answers: who it is, its classes, and how its confidence was calibrated."""
    record = predictor.record
    threshold = asdict(predictor.threshold)
    return {
        "experiment": record.experiment,
        "seed": record.seed,
        "identity": record.spec["identity"],
        "folder": str(record.folder.path),
        "model": record.spec["experiment"]["model"],
        "classes": list(predictor.classes),
        "image_size": predictor.classifier.image_size,
        "temperature": predictor.temperature,
        # JSON has no NaN, which stands where no validation image is on that side.
        "threshold": {key: None if isnan(n) else n for key, n in threshold.items()},
        "notice": notice_for([record]),
    }


def shown_path(path: Path) -> str:
    """A path as text; bytes of its name that are not UTF-8 are replaced."""
    return str(path).encode(errors="surrogateescape").decode(errors="replace")


def _line(record: object) -> str:
    return json.dumps(record, ensure_ascii=False, allow_nan=False)
