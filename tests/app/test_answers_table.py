"""A table of answers, and a file of it that no spreadsheet runs."""

import csv
import io

import numpy as np
import pytest

from app.answers_table import Named, as_csv, as_table, harmless
from app.predictor import Answer

P = np.array([0.25, 0.75])
ANSWER = Answer(("bear", "=fox"), np.array([0.4, 0.6]), P, is_sure=True)


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_table_says_calibrated_probabilities():
    table = as_table([Named("a.jpg", "Fox", ANSWER, None)])
    assert table.to_dict("records") == [
        {
            "file": "a.jpg",
            "species": "Fox",
            "probability": 0.75,
            "sure": "yes",
            "familiar": "unknown",
        }
    ]


def test_the_file_has_every_class_too():
    heading, row = rows_of(as_csv([Named("a.jpg", "Fox", ANSWER, is_familiar=False)]))
    assert heading == ["file", "species", "probability", "sure", "familiar", "p:bear", "p:=fox"]
    assert row == ["a.jpg", "Fox", "0.750000", "yes", "no", "0.250000", "0.750000"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n+1", "|x", "%x"])
def test_a_name_that_would_be_a_formula_is_defused(name):
    assert harmless(name) == "'" + name.replace("\t", " ").replace("\r\n", "  ")
    _, row = rows_of(as_csv([Named(name, "=2", ANSWER, None)]))
    assert row[0].startswith("'")
    assert row[1] == "'=2"


def test_other_names_are_left_as_they_are():
    names = ['a,b "c".jpg', "löwe – 2.jpg", "x=1.jpg"]
    written = rows_of(as_csv([Named(name, "Fox", ANSWER, None) for name in names]))
    assert [row[0] for row in written[1:]] == names
