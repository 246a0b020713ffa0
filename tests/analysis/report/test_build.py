"""The report as a whole: its JSON, its files, its edges."""

import io
import json
import os

import numpy as np
import pandas as pd
import pytest

from analysis.report.build import as_json, build_report, write
from bench.errors import UserError


def report_of(golden, **more):
    arguments = {
        "suite": "s",
        "metrics": golden.metrics(),
        "predictions": golden.predictions(),
        "classes": golden.CLASSES,
        "experiments": golden.EXPERIMENTS,
        "published": {},
    }
    return build_report(**(arguments | more))


def test_json_has_the_three_tables_as_rows_of_plain_numbers(golden):
    document = as_json(report_of(golden))
    assert list(document) == ["summary", "per_class", "confused_pairs"]
    again = json.loads(json.dumps(document, allow_nan=False))
    assert again == document
    assert again["summary"][1]["accuracy"] == pytest.approx(17 / 24)
    assert again["summary"][1]["n"] == 12
    assert again["summary"][0]["published_accuracy"] is None
    # Wilson with p = 5/8, n = 4, z² = 3.8415: centre (0.625 + 0.4802) / 1.9604 = 0.5638, half
    # width 1.96 × sqrt(0.0586 + 0.0600) / 1.9604 = 0.3443.
    assert again["per_class"][5] == {
        "class": "fox",
        "experiment": "alpha",
        "n": 4,
        "accuracy": 0.625,
        "sd": pytest.approx(0.25 / 2**0.5),
        "low": pytest.approx(0.2194, abs=1e-4),
        "high": pytest.approx(0.9081, abs=1e-4),
        "n_seeds": 2,
        "published": None,
    }
    assert again["confused_pairs"][4]["share"] == 0.5
    assert isinstance(again["confused_pairs"][4]["rank"], int)


def test_json_has_the_pair_if_it_was_asked_for(golden):
    right = golden.predictions().query("experiment == 'beta' and seed == 0")
    document = as_json(report_of(golden, predictions=right, pair=("fox", "cat")))
    assert document["pair"][0]["a"] == "fox"
    # No error at all: no share of them, and no rank.
    assert document["pair"][0]["share"] is None
    assert document["pair"][0]["rank"] is None
    assert document["confused_pairs"] == []


def test_infinite_loss_is_null_in_json(golden):
    metrics = golden.metrics()
    metrics["nll"] = np.inf
    assert as_json(report_of(golden, metrics=metrics))["summary"][0]["nll"] is None


def test_writes_the_report_and_two_files_a_table(golden, tmp_path):
    folder = tmp_path / "new" / "report"
    report = report_of(golden, pair=("cat", "dog"))
    names = ["report.md"] + [
        f"{table.name}.{suffix}" for table in report.tables for suffix in ("csv", "tex")
    ]
    assert write(report, folder) == [folder / name for name in names]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    again = pd.read_csv(io.StringIO((folder / "per_class.csv").read_text("utf-8")))
    pd.testing.assert_frame_equal(again, report.tables[1].frame, check_dtype=False)


def test_a_failed_write_leaves_the_old_file_and_no_other(golden, tmp_path, monkeypatch):
    report = report_of(golden)
    write(report, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write(report_of(golden, suite="other"), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_two_splits_are_not_mixed(golden):
    predictions = golden.predictions()
    predictions.loc[0, "split"] = "val"
    with pytest.raises(ValueError, match="one split; got test, val"):
        report_of(golden, predictions=predictions)


def test_an_unknown_class_of_the_pair_is_the_users_to_mend(golden):
    with pytest.raises(UserError, match="did you mean 'fox'"):
        report_of(golden, pair=("cat", "foxx"))


def test_two_classes_and_one_seed(golden):
    predictions = golden.predictions().query("seed == 0 and true != 'fox' and predicted != 'fox'")
    metrics = golden.metrics().query("seed == 0")
    report = report_of(golden, predictions=predictions, metrics=metrics, classes=["cat", "dog"])
    assert [len(table.shown) for table in report.tables] == [2, 2, 1]
    assert all("One seed each" in table.note for table in report.tables[:2])


def test_two_hundred_classes_are_quick(golden):
    classes = [f"class_{i}" for i in range(200)]
    rng = np.random.default_rng(0)
    n = 20_000
    predictions = pd.DataFrame(
        {
            "experiment": rng.choice(golden.EXPERIMENTS, n),
            "seed": rng.integers(3, size=n),
            "split": "test",
            "path": [f"{i}.jpg" for i in range(n)],
            "true": rng.choice(classes, n),
            "predicted": rng.choice(classes, n),
        }
    )
    report = report_of(golden, predictions=predictions, classes=classes)
    assert len(report.tables[1].shown) == 200
    assert len(report.tables[2].shown) == 10
