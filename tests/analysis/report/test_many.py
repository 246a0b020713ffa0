"""Two hundred classes and twenty experiments: nothing is lost, and what has no room says so."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from analysis.report.html.matrices import MOST_CLASSES
from analysis.study import Study
from tests.analysis import golden as golden_study

from .rendered import rendered
from .wide_study import study as wide_study

CLASSES = [f"class_{number:03}" for number in range(200)]


@pytest.fixture(scope="module")
def many_classes():
    """Two experiments on 1,000 images of 200 classes, without probabilities."""
    test, metrics = wide_study(1000, seeds=2, experiments=["one", "two"], classes=CLASSES)
    study = Study("wide", tuple(CLASSES), ("one", "two"), metrics, test)
    return rendered(study, pair=("class_007", "class_123"))


def test_each_class_has_its_row_in_every_form(many_classes):
    assert len(many_classes.table("per_class").shown) == 200
    for form in ("wide terminal", "narrow terminal", "csv", "json"):
        assert set(CLASSES) <= set(re.findall(r"class_\d\d\d", many_classes.texts[form])), form
    names = [row[0] for row in many_classes.page.rows["classes"]]
    assert [name for name in names if name in CLASSES][-200:] == CLASSES


def test_too_large_a_matrix_to_be_touched_is_a_figure(many_classes):
    assert len(CLASSES) > MOST_CLASSES
    assert "matrices" not in many_classes.page.rows  # no table there
    drawn = [t for t in many_classes.page.alternatives if t.startswith("Confusion matrix of")]
    assert len(drawn) == 2


def test_only_the_worst_pairs_are_shown_and_the_rest_are_where_it_says(many_classes):
    table = many_classes.table("confused_pairs")
    n_pairs = int((table.frame["experiment"] == "all").sum())
    assert len(table.shown) == 10 < n_pairs
    assert f"The 10 worst of {n_pairs} pairs; the rest are in confused_pairs.csv." in table.note
    of_pair = many_classes.table("pair").frame.query("experiment == 'all'").iloc[0]
    assert (of_pair["a"], of_pair["b"]) == ("class_007", "class_123")


@pytest.fixture(scope="module")
def many_experiments():
    """Ten copies of each of the hand-worked experiments, under other names."""
    study = golden_study.study(published={})
    names = tuple(f"e{number:02}" for number in range(20))

    def copies(frame):
        parts = [
            frame.query("experiment == @original").assign(experiment=name)
            for number, name in enumerate(names)
            for original in [golden_study.EXPERIMENTS[number % 2]]
        ]
        return pd.concat(parts, ignore_index=True)

    kinds = ("metrics", "test", "validation", "histories")
    frames = {kind: copies(getattr(study, kind)) for kind in kinds}
    return rendered(replace(study, experiments=names, **frames), draws=False)


def test_each_experiment_has_its_row_and_column(many_experiments, golden_tables):
    names = [f"e{number:02}" for number in range(20)]
    for name in ("summary", "calibration", "overfitting", "extremes"):
        assert many_experiments.table(name).shown["experiment"].tolist() == names, name
    assert set(names) < set(many_experiments.table("per_class").shown)
    # Of the same runs the same numbers, whoever stands beside them.
    for name in ("calibration", "overfitting"):
        found = [cells[1:] for cells in many_experiments.shown(name)[-2:]]
        assert found == golden_tables[name].shown.iloc[:, 1:].to_numpy().tolist()
    matrices = re.findall(r'<div class="matrix[^"]*" id="matrix-\d+"', many_experiments.html)
    assert len(matrices) == 1 + 20


def test_of_190_pairs_the_first_are_shown_and_all_are_kept(many_experiments):
    table = many_experiments.table("comparisons")
    assert len(table.shown) == 15
    assert len(table.frame) == 2 * 190
    assert "The first 15 of 190 pairs; the rest are in comparisons.csv." in table.note
    assert many_experiments.report.headline[1] == "It can't be told from 19 others."
    # Nobody can be told from anybody: one letter for all.
    assert set(many_experiments.table("summary").frame["groups"]) == {"a"}


def test_a_narrow_terminal_writes_letters_and_says_whose_they_are(many_experiments):
    text = many_experiments.texts["narrow terminal"]
    for number, letter in enumerate("ABCDEFGHIJKLMNOPQRST"):
        name = f"e{number:02}"
        assert re.search(rf"^{letter} +{name}$", text, re.MULTILINE), name
