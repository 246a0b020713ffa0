"""What was named as JSON and CSV, and as a table, with figures known by hand."""

import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from analysis.threshold import Threshold
from app.predictor import Answer, Predictor
from bench.predicting.naming import Named
from bench.predicting.terminal import print_table
from bench.predicting.writing import Tally, write_csv, write_json
from bench.results.records import RunRecord
from tests.bench.finished_runs import finish_at, planned

CLASSES = ("bear, brown", "fox")


@pytest.fixture
def predictor(tmp_path):
    folder = finish_at(tmp_path, planned("plain"), drawn=True)
    limit = Threshold(0.75, 1.0, float("nan"), 4)
    classifier = SimpleNamespace(classes=CLASSES, image_size=64)
    return Predictor(RunRecord("plain", 0, folder), classifier, 2.0, limit)


def answer(raw, calibrated, is_sure):
    return Answer(CLASSES, np.array(raw), np.array(calibrated), is_sure)


NOT_UTF8 = b"\xff.jpg".decode(errors="surrogateescape")
NAMED = [
    Named(Path("a.jpg"), answer([0.9, 0.1], [0.75, 0.25], True)),
    Named(Path("b\n,.jpg"), None, "truncated"),
    Named(Path(NOT_UTF8), answer([0.4, 0.6], [0.45, 0.55], False)),
]


def test_json_is_one_document_of_what_is_calibrated(predictor):
    out, tally = io.StringIO(), Tally()
    write_json(out, NAMED, predictor, 1, tally)
    told = json.loads(out.getvalue())
    assert told["images"] == [
        {
            "path": "a.jpg",
            "predicted": "bear, brown",
            "confidence": 0.75,
            "sure": True,
            "top": [{"class": "bear, brown", "probability": 0.75}],
        },
        {"path": "b\n,.jpg", "error": "truncated"},
        {
            "path": "\N{REPLACEMENT CHARACTER}.jpg",
            "predicted": "fox",
            "confidence": 0.55,
            "sure": False,
            "top": [{"class": "fox", "probability": 0.55}],
        },
    ]
    assert told["summary"] == {"images": 3, "unreadable": 1, "unsure": 1}
    run = told["run"]
    assert (run["experiment"], run["seed"], run["classes"]) == ("plain", 0, list(CLASSES))
    assert run["threshold"] == {
        "confidence": 0.75,
        "accuracy_above": 1.0,
        "accuracy_below": None,
        "n": 4,
    }
    assert "drawn footprints" in run["notice"]


def test_csv_has_a_row_an_image_and_the_probabilities_as_trained(predictor):
    out, tally = io.StringIO(), Tally()
    write_csv(out, NAMED, predictor, tally)
    out.seek(0)
    heading, *rows = csv.reader(out)
    assert heading == ["path", "predicted", "confidence", "sure", "error", "p:bear, brown", "p:fox"]
    assert rows == [
        ["a.jpg", "bear, brown", "0.75", "true", "", "0.9", "0.1"],
        ["b\n,.jpg", "", "", "", "truncated", "", ""],
        ["\N{REPLACEMENT CHARACTER}.jpg", "fox", "0.55", "false", "", "0.4", "0.6"],
    ]


def test_rows_are_written_as_they_come(predictor):
    out, seen = io.StringIO(), []

    def coming():
        for one in NAMED:
            seen.append(out.getvalue().count("\n"))
            yield one

    write_csv(out, coming(), predictor, Tally())
    assert seen == [1, 2, 4]  # a name has a line break


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_table_has_a_line_an_image(predictor, width):
    console = Console(file=io.StringIO(), width=width, markup=False, highlight=False)
    unreadable = []
    tally = Tally(on_unreadable=unreadable.append)
    print_table(console, NAMED, [one.path for one in NAMED], predictor, 2, tally)
    lines = console.file.getvalue().splitlines()
    assert all(len(line) <= width for line in lines)
    assert lines[0].split()[:3] == ["image", "named", "probability"]
    assert unreadable == [NAMED[1]]
    if width > 60:
        first, broken, unsure = lines[1:]
        assert first.split("  ")[0] == "a.jpg"
        assert "bear, brown" in first
        assert "75 %" in first
        assert "fox 25 %" in first
        assert "cannot be read" in broken
        assert " unsure " in unsure
