"""Corrupted images in every form of a report; without results, how to get some."""

from dataclasses import replace

import pandas as pd

from tests.analysis import golden

from .rendered import background_of, rendered

LEFT = {"alpha": 1, "beta": 3}  # of four images of each class, at blur 1


def corrupted(experiments=("alpha", "beta")):
    study = golden.study()
    clean = study.test.loc[study.test["experiment"].isin(experiments)]
    clean = clean.assign(corruption="none", strength=0, n_test=12)
    number = clean.groupby(["experiment", "seed", "true"]).cumcount()
    kept = number < clean["experiment"].map(LEFT)
    wrong = clean["true"].map({"cat": "dog", "dog": "fox", "fox": "cat"})
    blurred = clean.assign(
        corruption="blur", strength=1, predicted=clean["true"].where(kept, wrong)
    )
    return replace(study, robustness=pd.concat([clean, blurred], ignore_index=True))


def test_all_forms_have_the_tables_and_the_terminal_the_short_one():
    made = rendered(corrupted())
    assert made.shown("robustness", "experiment", "mCA", "lost") == [
        ["beta", "0.750 ± 0.000", "22 %"],
        ["alpha", "0.250 ± 0.000", "65 %"],
    ]
    for name in ("markdown", "page"):
        assert "Accuracy per class on corrupted images" in made.read_by_people[name]
    for text in made.read_by_people.values():
        assert "0.750 ± 0.000" in text
    assert "Accuracy by corruption and strength" not in made.texts["wide terminal"]
    assert '"robustness": [' in made.texts["json"]
    assert '"robustness_strengths": [' in made.texts["json"]
    assert 'id="robustness"' in made.html
    assert 'href="#robustness"' in made.html
    assert "Uncorrupted and on average: beta: 0.96, left 0.75" in made.html
    assert "Not measured on corrupted images" not in made.html


def test_without_results_the_page_says_how_to_get_some():
    study = golden.study()
    facts = background_of(study, robustness_command="bench robustness --all --quick")
    made = rendered(study, background=facts, draws=False)
    assert "bench robustness --all --quick" in made.page.text
    assert 'id="robustness"' not in made.html
    assert "orrupted" not in made.texts["markdown"]
    assert "robustness" not in made.texts["json"]


def test_experiments_that_were_not_measured_are_simply_not_in_the_tables():
    made = rendered(corrupted(["beta"]), draws=False)
    assert made.shown("robustness", "experiment") == [["beta"]]


def test_what_seeds_lack_is_said_in_every_form():
    study = corrupted(["beta"])
    frame = study.robustness
    is_left_out = (frame["corruption"] == "blur") & (frame["seed"] == frame["seed"].max())
    made = rendered(replace(study, robustness=frame.loc[~is_left_out]))
    assert made.shown("robustness", "experiment", "mCA") == [["beta", "–"]]
    line = f"beta: no mCA on corrupted images: seed {frame['seed'].max()} not measured under blur"
    for text in (*made.read_by_people.values(), made.texts["json"]):
        assert line in text
    assert "Accuracy by corruption and strength" not in made.texts["markdown"]
