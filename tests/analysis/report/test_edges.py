"""Studies that lack something: the report is right about the rest, in every form, and says so."""

import json

import numpy as np
import pytest

from .rendered import rendered


def test_one_experiment_has_nothing_to_be_compared_with(golden):
    made = rendered(golden.part("experiment == 'alpha'"))
    first, *others = made.report.headline
    assert first.startswith("alpha reaches an accuracy of 0.708 (95 %: 0.00–1.00; 2 seeds")
    assert others == []
    assert made.shown("summary", "accuracy") == [["0.708 ± 0.177"]]  # no letter
    assert made.shown("comparisons") == []
    why = "There is nothing to compare with: only one experiment has results."
    assert all(why in text for text in made.read_by_people.values())
    names = [table.name for table in made.report.tables]
    assert not {"class_differences", "resolved_pairs"} & set(names)
    assert "all experiments together" not in made.page.text


def test_experiments_without_any_run_stand_in_no_table(golden):
    made = rendered(
        golden.study(experiments=("gamma", *golden.EXPERIMENTS), missing=("gamma: ?",)), draws=False
    )
    assert [name for (name,) in made.shown("summary", "experiment")] == golden.EXPERIMENTS
    assert "gamma" not in made.texts["csv"]
    assert all("gamma: ?" in text for text in made.read_by_people.values())


def test_a_run_without_any_mistake(golden):
    made = rendered(golden.part("experiment == 'beta' and seed == 0"), pair=("dog", "cat"))
    assert made.table("confused_pairs").note == "No test image was named wrongly."
    assert made.shown("pair", "dog called cat", "share", "rank") == [
        ["0 of 4 (0 %)", "–", "–"],
        ["0 of 4 (0 %)", "–", "–"],
    ]
    assert "hard_images" not in [table.name for table in made.report.tables]
    assert "Confusion matrices" in made.page.text


def with_wolf(frame):
    return frame.assign(**{"p:wolf": 0.0})


def test_a_class_without_test_images_changes_no_other_number(golden, golden_tables):
    study = golden.study(
        classes=(*golden.CLASSES, "wolf"),
        test=with_wolf(golden.predictions()),
        validation=with_wolf(golden.validation()),
    )
    made = rendered(study, pair=("cat", "wolf"))
    *known, wolf = made.shown("per_class")
    assert known == golden_tables["per_class"].shown.to_numpy().tolist()
    assert wolf == ["wolf", "0", "–", "–", "–", "–", "–"]
    for name in ("summary", "confused_pairs", "comparisons", "extremes", "class_differences"):
        assert made.shown(name) == golden_tables[name].shown.to_numpy().tolist(), name
    assert made.shown("pair", "cat called wolf", "wolf called cat")[-1] == ["0 of 16 (0 %)", "–"]
    row = json.loads(made.texts["json"])["per_class"][-1]
    assert (row["class"], row["n"], row["accuracy"], row["low"]) == ("wolf", 0, None, None)
    # In the page's matrices the row of a class without images is void.
    assert ["wolf", "", "", "", ""] in made.page.rows["matrices"]


def test_mistakes_for_a_class_without_test_images_count(golden):
    test = with_wolf(golden.predictions())
    at = (test["path"] == "test/0.jpg") & (test["experiment"] == "alpha")
    test.loc[at, ["predicted", "p:wolf", "p:cat"]] = ["wolf", 0.9, 0.05]
    validation = with_wolf(golden.validation())
    study = golden.study(classes=(*golden.CLASSES, "wolf"), test=test, validation=validation)
    made = rendered(study, pair=("wolf", "cat"), draws=False)
    # Of alpha's cats 2 and 1 are right now, and one of four is called wolf by both seeds.
    assert made.shown("per_class", "alpha")[0] == ["0.38 ± 0.18"]
    assert made.shown("per_class", "alpha")[3] == ["–"]
    assert made.shown("pair", "experiment", "wolf called cat", "cat called wolf")[1] == [
        *("alpha", "–", "2 of 8 (25 %)")
    ]


def test_a_class_that_is_never_named_has_no_precision_and_an_f1_of_nothing(golden):
    test = golden.predictions()
    at = (test["predicted"] == "fox") & (test["experiment"] == "alpha")
    test.loc[at, ["predicted", "p:dog", "p:fox"]] = [["dog", 0.9, 0.05]] * int(at.sum())
    made = rendered(golden.study(test=test), draws=False)
    row = made.table("per_class").frame.query("experiment == 'alpha' and `class` == 'fox'").iloc[0]
    assert np.isnan(row["precision"])
    assert (row["accuracy"], row["f1"], row["n"]) == (0, 0, 4)
    assert made.shown("per_class", "alpha")[2] == ["0.00 ± 0.00"]


def test_two_classes(golden):
    names = ("cat", "dog")
    frames = {
        "test": golden.predictions().query("true in @names and predicted in @names"),
        "validation": golden.validation().query("true in @names and predicted in @names"),
        "metrics": golden.metrics(),
        "histories": golden.histories(),
    }
    one = {name: frame.query("seed == 0") for name, frame in frames.items()}
    for name in ("test", "validation"):
        one[name] = one[name].drop(columns="p:fox")
    made = rendered(golden.study(classes=names, published={}, **one), pair=names)
    # Alpha takes one cat of four for a dog; beta nothing.
    assert made.shown("per_class", "class", "beta", "alpha") == [
        ["cat", "1.00", "0.75"],
        ["dog", "1.00", "1.00"],
    ]
    assert made.shown("confused_pairs", "a ↔ b", "share") == [["cat ↔ dog", "100 %"]]
    assert made.shown("extremes", "best", "worst") == [
        ["cat 1.00", "dog 1.00"],
        ["dog 1.00", "cat 0.75"],
    ]
    assert ["cat", "75", "25"] in made.page.rows["matrices"]


def test_histories_of_unequal_length(golden):
    """Beta's seed 1 stopped after three epochs: best and lowest loss (0.6) in the second."""
    histories = golden.histories().query("experiment != 'beta' or seed != 1 or epoch < 3")
    made = rendered(golden.study(histories=histories))
    # Lost 1/6 and 0, the loss rises by 0.5 and 0.1, epochs are 5 and 3.
    assert made.shown("overfitting", "epochs", "best epoch", "lost after it", "loss rise")[0] == [
        *("4", "2–3", "0.083 ± 0.118", "+0.30")
    ]
    curves = made.report.findings.curves.query("experiment == 'beta' and measure == 'val_loss'")
    assert curves["n_seeds"].tolist() == [2, 2, 2, 1, 1]
    assert curves["mean"].tolist() == pytest.approx([1.15, 0.7, 0.7, 0.9, 1.2])
    assert curves["low"].isna().tolist() == [False] * 3 + [True] * 2


def test_without_histories_or_validation_their_tables_are_absent(golden):
    of_beta = golden.histories().query("experiment == 'beta'")
    made = rendered(golden.study(histories=of_beta, validation=golden.validation().iloc[:0]))
    names = [table.name for table in made.report.tables]
    assert "calibration" not in names
    assert made.shown("overfitting", "experiment") == [["beta"]]
    curves = [text for text in made.page.alternatives if text.startswith("Learning curves")]
    assert len(curves) == 1
    bare = golden.predictions()[["experiment", "seed", "split", "path", "true", "predicted"]]
    study = golden.study(test=bare, validation=bare.iloc[:0], histories=golden.histories().iloc[:0])
    made = rendered(study)
    names = [table.name for table in made.report.tables]
    assert not {"calibration", "overfitting", "hard_images"} & set(names)
    assert not {"training", "calibration", "hard"} & set(made.page.rows)


def test_an_infinite_loss_is_a_dash_and_spoils_no_other_number(golden, golden_tables):
    metrics = golden.metrics()
    metrics.loc[1, "nll"] = np.inf  # alpha's seed 1
    made = rendered(golden.study(metrics=metrics), draws=False)
    assert made.shown("summary", "NLL") == [["0.20"], ["–"]]
    without = golden_tables["summary"].shown.drop(columns="NLL").to_numpy().tolist()
    assert made.table("summary").shown.drop(columns="NLL").to_numpy().tolist() == without
    assert [row["nll"] for row in json.loads(made.texts["json"])["summary"]] == [0.2, None]
    assert "inf" in made.texts["csv"]
