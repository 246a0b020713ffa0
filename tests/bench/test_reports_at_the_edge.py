"""A suite of which half is missing, failed, damaged or still at work: its report, in every form."""

import io
from dataclasses import dataclass

import pytest
from rich.console import Console

from analysis.report.background import Background, Pictures
from analysis.report.build import build_report
from analysis.report.files import write
from analysis.report.html.page import as_html
from analysis.report.record import Report
from analysis.report.terminal import print_report
from bench.background import background_of
from bench.errors import UserError
from bench.pictures import pictures_for
from bench.reporting import Gathered, gather
from bench.survey import Survey
from tests.analysis.report.html.parsed import ParsedPage, parsed

from .reported_runs import complete, make_suite, runs, survey

REASON = "the loss was not finite in epoch 2, step 7"
ADVICE = "a lower learning rate"
DAMAGED = "metrics.json: was changed after the run was sealed; remove the run's folder"


@dataclass(frozen=True)
class Made:
    """Everything that `bench report --html` makes on the way to its page, and the page."""

    gathered: Gathered
    report: Report
    background: Background
    pictures: Pictures
    html: str
    page: ParsedPage


def make(survey: Survey, seeds=None) -> Made:
    gathered = gather(survey, seeds)
    study, records = gathered.study, gathered.records
    report = build_report(study)
    background = background_of(
        survey, records, study, lambda name, seed: f"bench run {name} --seeds {seed}"
    )
    pictures = pictures_for(survey, records, report.findings, study)
    html = as_html(report, study, background, pictures)
    return Made(gathered, report, background, pictures, html, parsed(html))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The experiment `whole` is complete, `partly` failed once; the others have no sound run.

    Of `broken` one run is damaged and one is at work, of `later` one is half finished.
    """
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(home / "cache"))
        make_suite(home)
        planned = runs(home)
        complete(planned["whole", 0], "bbff")
        complete(planned["whole", 1], "bfff")
        complete(planned["partly", 0], "boff")  # an owl, which no test image is
        failed = planned["partly", 1].folder
        failed.begin()
        failed.fail({"kind": "diverged", "reason": REASON, "try": ADVICE})
        damaged = complete(planned["broken", 0], "bbff")
        metrics = (damaged.path / "metrics.json").read_text()
        (damaged.path / "metrics.json").write_text(metrics.replace("0.7", "0.1"))
        half = planned["later", 0].folder
        half.begin()
        half.write("history.csv", "epoch\n0\n")
        half.write("checkpoint.pt", b"half a network")
        held = planned["broken", 1].folder
        held.begin()
        with held.locked():
            yield home


@pytest.fixture(scope="module")
def made(home):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(home / "cache"))
        return make(survey(home))


def renderings(report, folder):
    """What people read, by form, each on one line."""
    console = Console(file=io.StringIO(), width=100)
    print_report(report, console)
    (markdown,) = write(report, folder, ["markdown"])
    texts = {"terminal": console.file.getvalue(), "markdown": markdown.read_text("utf-8")}
    return {name: " ".join(text.replace("\\", "").split()) for name, text in texts.items()}


def test_each_run_that_lacks_is_named_with_its_reason_in_every_form(made, tmp_path):
    damaged, *others = made.gathered.study.missing
    assert damaged.startswith("broken, seed 0: damaged: ")
    assert DAMAGED in damaged
    assert others == [
        f"partly, seed 1: failed: {REASON}",
        "broken, seed 1: running",
        "not run yet: 2 of 8",
        "without a complete run, and so in no table: broken, later",
    ]
    texts = renderings(made.report, tmp_path) | {"page": made.page.text}
    for form, text in texts.items():
        for line in others:
            assert line in text, (form, line)
        assert DAMAGED in text, form


def test_what_is_complete_is_right(made):
    shown = {table.name: table.shown for table in made.report.tables}
    # Whole: 4 and 3 of 4 right; partly: 3 of 4.
    assert shown["summary"][["experiment", "seeds"]].to_numpy().tolist() == [
        ["whole", "2"],
        ["partly", "1"],
    ]
    assert [cell[:13] for cell in shown["summary"]["accuracy"]] == ["0.875 ± 0.177", "0.750 a"]
    by_class = shown["per_class"][["class", "n", "whole", "partly"]]
    assert by_class.to_numpy().tolist() == [
        ["bear", "2", "0.75 ± 0.35", "0.50"],
        ["fox", "2", "1.00 ± 0.00", "1.00"],
        ["owl", "0", "–", "–"],
    ]
    assert made.report.headline[-1].startswith("partly: one seed only")


def test_the_page_lists_each_run_with_its_state(made):
    rows = [row for row in made.page.rows["runs"] if row[0] != "experiment"]
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("whole", "0", "complete"),
        ("whole", "1", "complete"),
        ("partly", "0", "complete"),
        ("broken", "0", "damaged"),
        ("later", "0", "planned"),
        ("partly", "1", "failed"),
        ("broken", "1", "running"),
        ("later", "1", "planned"),
    ]
    assert rows[5][-1] == "bench run partly --seeds 1"


def test_the_page_says_what_to_try_after_a_failure(made):
    assert f"partly, seed 1 : {REASON} try: {ADVICE}" in made.page.text


def test_the_page_counts_the_images_of_a_class_without_test_images(made):
    assert [row[:4] for row in made.page.rows["data"]] == [
        ["class", "train", "val", "test"],
        ["bear", "2", "1", "2"],
        ["fox", "2", "1", "2"],
        ["owl", "2", "1", "0"],
    ]


def test_the_page_holds_the_photos_behind_mistakes(made):
    assert set(made.pictures.test) == {"bear/1.png"}
    assert "bear/1.png: bear, called owl" in made.page.alternatives
    assert 'src="data:image/jpeg;base64,' in made.html


def test_weights_that_are_damaged_or_gone_cost_only_the_look_inside(made, home):
    folder = made.gathered.records[0].folder.path
    weights = folder / "model.safetensors"
    content = weights.read_bytes()
    try:
        for spoil in (lambda: weights.write_bytes(b"other"), weights.unlink):
            spoil()
            pictures = pictures_for(
                survey(home), made.gathered.records, made.report.findings, made.gathered.study
            )
            assert pictures.glances == ()
            (note,) = pictures.notes
            assert note.startswith("whole, seed 0, cannot be looked into: ")
            assert str(weights) in note
            assert set(pictures.test) == {"bear/1.png"}
    finally:
        weights.write_bytes(content)


def test_one_seed_of_all_that_is_there(home):
    made = make(survey(home), seeds=[0])
    assert [(r.experiment, r.seed) for r in made.gathered.records] == [("whole", 0), ("partly", 0)]
    assert made.report.headline[-1].startswith("With one seed each, nothing is known")
    tables = [table.shown for table in made.report.tables]
    assert not any(shown.map(lambda cell: "±" in cell).any(axis=None) for shown in tables)
    # The other seed of `whole` was not asked for: it is neither reported nor called damaged.
    states = [(run.experiment, run.seed, run.state) for run in made.background.runs]
    assert ("broken", 0, "damaged") in states
    assert not any(run[:2] == ("whole", 1) for run in states)


def test_one_experiment_of_all(home):
    made = make(survey(home, "whole"))
    assert made.report.headline[0].startswith("whole reaches an accuracy of 0.875")
    # What is damaged is said of the whole suite; else only what was asked for.
    (damaged,) = made.gathered.study.missing
    assert damaged.startswith("broken, seed 0: damaged")
    assert "all experiments together" not in made.page.text


def test_without_any_sound_run_there_is_no_report_and_the_reason_is_said(home):
    with pytest.raises(UserError, match=r"holds no complete run.*broken, seed 0: damaged"):
        gather(survey(home, "broken", "later"))


def test_without_the_photos_the_rest_of_the_report_is_the_same(made, home):
    pictures = home / "pictures"
    away = pictures.rename(home / "away")
    try:
        again = make(survey(home))
    finally:
        away.rename(pictures)
    first = {table.name: table.shown for table in made.report.tables}
    for table in again.report.tables:
        assert table.shown.equals(first[table.name]), table.name
    planless, damaged, absent = again.gathered.study.missing
    assert planless.startswith("the plan could not be made (")
    assert DAMAGED in damaged
    assert absent == "without a complete run, and so in no table: broken, later"
    (note,) = again.pictures.notes
    assert note.startswith("No photos: ")
    assert note in again.page.text
    assert "no photo here" in again.page.text
    assert ["bear", "–", "1", "2"] in again.page.rows["data"]
