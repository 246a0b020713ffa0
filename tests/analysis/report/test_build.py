"""The report as a whole: its JSON, its edges."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.report.build import as_json
from bench.errors import UserError

from .made import report_from

NOTICE = "Nothing here is real & no number counts."


def report_of(golden, **more):
    arguments = {
        "suite": "s",
        "metrics": golden.metrics(),
        "predictions": golden.predictions(),
        "classes": golden.CLASSES,
        "experiments": golden.EXPERIMENTS,
    }
    return report_from(**(arguments | more))


def test_json_has_the_three_tables_as_rows_of_plain_numbers(golden):
    document = as_json(report_of(golden))
    assert list(document)[:3] == ["summary", "per_class", "confused_pairs"]
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
        # alpha calls 3 and 3 images fox, of which 3 and 2 are, out of 4.
        "precision": pytest.approx((3 / 3 + 2 / 3) / 2),
        "f1": pytest.approx((6 / 7 + 4 / 7) / 2),
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


def test_the_notice_stands_first_in_json_and_only_where_there_is_one(golden):
    document = as_json(report_of(golden, notice=NOTICE))
    assert list(document)[:4] == ["notice", "summary", "per_class", "confused_pairs"]
    assert document.pop("notice") == NOTICE
    assert document == as_json(report_of(golden))


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
    predictions = predictions.drop(columns="p:fox")
    metrics = golden.metrics().query("seed == 0")
    report = report_of(golden, predictions=predictions, metrics=metrics, classes=["cat", "dog"])
    assert [len(table.shown) for table in report.tables][:4] == [2, 2, 1, 1]
    assert all("One seed each" in table.note for table in report.tables[:2])
    assert "One of the two has one seed" in report.tables[3].note
    assert report.headline[-1].startswith("With one seed each, nothing is known")


def test_two_hundred_classes_are_quick(golden):
    classes = [f"class_{i}" for i in range(200)]
    rng = np.random.default_rng(0)
    n = 2_000
    true = rng.choice(classes, n)
    predictions = pd.concat(
        pd.DataFrame(
            {
                "experiment": name,
                "seed": seed,
                "split": "test",
                "path": [f"{i}.jpg" for i in range(n)],
                "true": true,
                "predicted": rng.choice(classes, n),
            }
        )
        for name in golden.EXPERIMENTS
        for seed in range(2)
    )
    report = report_of(golden, predictions=predictions, classes=classes)
    assert len(report.tables[1].shown) == 200
    assert len(report.tables[2].shown) == 10
