"""The card of a trained model has the run's own figures, and nothing in it breaks the page."""

import io
import json

import pandas as pd
import pytest

from analysis.report.card import Section, as_markdown, card_facts
from analysis.threshold import Threshold
from bench.results.records import complete_runs
from tests.bench.trained_runs import train


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        home = train(tmp_path_factory.mktemp("home"))
    return next(complete_runs(home / "results" / "tiny"))


@pytest.fixture
def altered(record, monkeypatch):
    """The run with other predictions and another record than it really has."""

    def alter(predictions, **spec):
        buffer = io.BytesIO()
        predictions.to_parquet(buffer, index=False)
        told = {**record.spec, **spec}
        files = {"predictions.parquet": buffer.getvalue(), "run.json": json.dumps(told).encode()}
        plain = record.folder.read
        monkeypatch.setattr(record.folder, "read", lambda name: files.get(name) or plain(name))
        monkeypatch.setitem(record.__dict__, "spec", told)
        return record

    return alter


# True class, what it was called, and how sure that was: of validation and of test.
VAL = [("a", "a", 0.9), ("a", "a", 0.8), ("b", "a", 0.6), ("b", "b", 0.7)]
TEST = [("a", "a", 0.9), ("a", "b", 0.6), ("b", "a", 0.9), ("b", "a", 0.6), ("b", "b", 0.9)]


def frame(names=("a", "b")):
    a, b = names
    rows = []
    for split, answers in (("val", VAL), ("test", TEST)):
        for number, (true, called, sure) in enumerate(answers):
            p_a = sure if called == "a" else 1 - sure
            known = {"a": a, "b": b}
            rows.append((split, f"{number}.jpg", known[true], known[called], p_a, 1 - p_a))
    return pd.DataFrame(rows, columns=["split", "path", "true", "predicted", f"p:{a}", f"p:{b}"])


def test_its_figures_can_be_worked_out_by_hand(altered):
    facts = card_facts(altered(frame(), classes=["a", "b"]))
    assert facts.counts.to_dict("list") == {"class": ["a", "b"], "val": [2, 2], "test": [2, 3]}
    assert facts.per_class["accuracy"].tolist() == pytest.approx([1 / 2, 1 / 3])
    (pair,) = facts.pairs.to_dict("records")
    assert (pair["a"], pair["b"], pair["a_as_b"], pair["b_as_a"]) == ("a", "b", 1, 2)
    told = facts.calibrated
    # On validation all that is right is surer than the wrong one; so "sure" begins at 0.7, scaled,
    # and on test the three answers of 0.9 are sure, of which two are right.
    assert told.threshold.accuracy_above == 1
    assert told.threshold.accuracy_below == 0
    assert told.sure_on_test == pytest.approx(3 / 5)
    assert told.on_test == Threshold(told.threshold.confidence, pytest.approx(2 / 3), 0, 5)


def test_scores_are_the_runs_own_with_intervals_around_them(record):
    scores = card_facts(record).scores.set_index("measure")
    for split in ("val", "test"):
        for measure in ("accuracy", "macro_accuracy", "nll", "ece"):
            assert scores.loc[measure, split] == record.metrics[split][measure]
        row = scores.loc["accuracy"]
        assert 0 <= row[f"{split}_low"] <= row[split] <= row[f"{split}_high"] <= 1
        assert pd.isna(scores.loc["nll", f"{split}_low"])


def test_the_page_says_what_a_card_must_say(record):
    page = as_markdown(card_facts(record), [Section("Use", "like this")])
    spec = record.spec
    for text in (
        "# net, seed 0",
        "It is not for",
        f"`{spec['fingerprint']}`",
        "24 images to train, 12 of validation",
        "| badger |",
        "95 % intervals",
        "temperature of",
        "no other work is in them",
        "`bench run net --seeds 0`",
        f"torch {spec['versions']['torch']}",
        "## Use\n\nlike this",
    ):
        assert text in page
    titles = [line[3:] for line in page.splitlines() if line.startswith("## ")]
    assert titles == [
        "Use",
        "Data",
        "Scores",
        "Classes",
        "Confused most",
        "How sure it is",
        "Limits",
        "Training",
        "Licence of the weights",
        "Made with",
    ]
    assert "nan" not in page.lower()


def test_drawn_footprints_are_said_first_and_last(altered):
    facts = card_facts(altered(frame(), classes=["a", "b"], drawn=True))
    page = as_markdown(facts)
    assert page.splitlines()[2].startswith("> These are drawn footprints")
    assert "Do not use it for photos." in facts.limits[0]


@pytest.mark.parametrize("name", ["a|b", "*bold*", "<img src=x>", "`code`", "a\nb", "[x](y)"])
def test_no_name_breaks_the_page(altered, name):
    facts = card_facts(altered(frame((name, "b")), classes=[name, "b"], suite=name))
    page = as_markdown(facts)
    assert "<img" not in page.replace("\\<img", "")
    assert "](y)" not in page.replace("\\](y)", "")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    columns = [len(line.replace("\\|", "").split("|")) - 2 for line in rows]
    assert columns == [3] * 4 + [3] * 7 + [6] * 4 + [3] * 3 + [2] * 12


def test_a_perfect_run_has_no_pairs_and_says_so(altered):
    right = frame().assign(predicted=lambda table: table["true"])
    page = as_markdown(card_facts(altered(right, classes=["a", "b"])))
    assert "It confused none of the test images." in page
    assert "nan" not in page.lower()
