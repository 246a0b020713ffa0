"""`bench search` as a person uses it, on a network and photos that take seconds."""

import json
import re

import pytest

from bench.errors import UserError
from bench.experiments.search_config import load_search
from bench.search.study import check_models
from bench.survey import take
from tests.bench.cli.command import bench, refused, rows
from tests.bench.search.homes import SUITE, search, starts, told, with_mirror


@pytest.fixture(scope="module")
def searched(tmp_path_factory, photos, empty_mirror):
    """A search that has ended: what it printed, and where."""
    home = with_mirror(tmp_path_factory.mktemp("searched"), empty_mirror)
    (home / "photos").symlink_to(photos, target_is_directory=True)
    (home / "experiments.toml").write_text(SUITE)
    answer = search(home, "net", "--trials", "4", "--jobs", "2")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return home, answer.stdout


@pytest.mark.slow
@pytest.mark.side_by_side
def test_it_ends_with_the_best_trials_and_what_to_do_next(searched):
    home, output = searched
    assert re.search(r"Trial \d is the best so far: val_macro_accuracy [01]\.\d{4}", output)
    assert "4 of 4 trials: 4 complete." in output
    for line in ("Best trials", "What mattered", "bench search net --promote"):
        assert line in output
    assert "test accuracy" not in output
    found = told(home, "net", "--trials", "4")
    assert [one["state"] for one in found["trials"]] == ["complete"] * 4
    assert found["trials"][0]["settings"] == {"optimizer.lr": 1e-4, "optimizer.momentum": 0.0}
    best = max(found["trials"], key=lambda one: (one["value"], -one["number"]))
    assert found["best"] == best["number"]
    assert sum(found["importances"].values()) == pytest.approx(1)
    for one in found["trials"]:
        metrics = json.loads((home / one["folders"][0] / "metrics.json").read_text())
        assert one["value"] == metrics["val"]["macro_accuracy"]
        assert len(one["curve"]) == 3


@pytest.mark.slow
@pytest.mark.side_by_side
def test_its_runs_are_in_no_list_and_no_report_but_a_run_of_the_same_settings_is_not_repeated(
    searched,
):
    home, _ = searched
    assert [(row["experiment"], row["seed"], row["state"]) for row in rows(home)] == [
        ("net", 0, "complete"),  # trial 0 is what was set by hand
        ("net", 1, "planned"),
    ]
    assert bench(home, "list", "--json").returncode == 0
    report = json.loads(bench(home, "report", "--json").stdout)
    assert [row["experiment"] for row in report["summary"]] == ["net"]
    clean = bench(home, "clean")
    assert str(home / "results" / "tiny") not in clean.stdout
    before = starts(home)
    again = search(home, "net", "--trials", "4")
    assert again.returncode == 0
    assert starts(home) == before
    # Other bounds are another study; what is the same in it is read.
    other = search(home, "net", "--trials", "1", "--set", "search.net.space.optimizer.lr.high=0.5")
    assert "trial 0: val_macro_accuracy" in other.stdout
    assert "which was run before" in other.stdout
    assert starts(home) == before


@pytest.mark.slow
@pytest.mark.side_by_side
def test_the_page_is_one_document_with_the_five_figures(searched):
    home, _ = searched
    answer = search(home, "net", "--trials", "4", "--html")
    assert answer.returncode == 0, answer.stderr
    page = (home / "results/tiny/search/net/report.html").read_text()
    assert page.count("<svg") == 5
    assert not re.findall(r"(?:src|href)=\"(?!#|data:)[^\"]*\"", page)
    assert "honest figures are those of other seeds" in page
    assert "1e-05 to 0.1 (log)" in page


@pytest.mark.slow
@pytest.mark.side_by_side
def test_mlflow_has_a_parent_with_figures_and_a_child_a_trial(searched):
    from mlflow import MlflowClient

    from bench.tracking.quiet import quieted

    home, _ = searched
    with quieted():
        client = MlflowClient(f"sqlite:///{home / 'results' / 'mlflow.db'}")
        experiment = client.get_experiment_by_name("tiny").experiment_id
        (parent,) = client.search_runs([experiment], "tags.`trackbench.kind` = 'search'")[:1]
        study = parent.data.tags["trackbench.study"]
        children = client.search_runs(
            [experiment],
            f"tags.`trackbench.kind` = 'trial' and tags.`trackbench.study` = '{study}'",
        )
        files = {one.path for one in client.list_artifacts(parent.info.run_id)}
    assert {one.data.tags["mlflow.parentRunId"] for one in children} == {parent.info.run_id}
    assert {"search_history.png", "search_importances.png", "trials.csv"} <= files
    assert all("val_macro_accuracy" in one.data.metrics for one in children)


@pytest.mark.slow
@pytest.mark.side_by_side
def test_the_best_is_promoted_and_its_honest_figures_are_kept_apart(searched):
    home, _ = searched
    file = home / "experiments.toml"
    before = file.read_text()
    # What was set by hand may be as good; then another one is to be the best.
    file.write_text(before.replace("lr = 1e-4", "lr = 1e-7"))
    assert search(home, "net", "--trials", "4").returncode == 0
    before = file.read_text()
    promoted = search(home, "net", "--trials", "4", "--promote")
    assert promoted.returncode == 0, promoted.stderr
    after = file.read_text()
    assert after.startswith(before.rstrip("\n"))
    added = after[len(before.rstrip("\n")) :]
    assert "[experiment.net-searched]" in added
    assert "chosen_on_seeds = [0]" in added
    assert "validation images of tiny, seed 0" in added
    assert "bench run net-searched net --seeds 1,2" in promoted.stdout
    refused(search(home, "net", "--trials", "4", "--promote"), "is there already; name another")
    command = ("run", "net-searched", "net", "--seeds", "0,1,2")
    ran = bench(home, *command)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "net-searched seed 0: started" not in ran.stdout  # the search has run it
    assert "Seeds searched flatter" in ran.stdout
    report = json.loads(bench(home, "report", "--json").stdout)
    summary = {row["experiment"]: row for row in report["summary"]}
    assert summary["net-searched"]["n_seeds"] == 2
    (apart,) = report["searched_seeds"]
    assert (apart["n_new"], apart["n_searched"]) == (2, 1)
    assert apart["accuracy_new"] == pytest.approx(summary["net-searched"]["accuracy"])
    assert bench(home, "report", "--html").returncode == 0
    assert "Seeds searched flatter" in (home / "results/tiny/report/report.html").read_text()


def test_a_freezing_schedule_beyond_the_model_is_refused_before_anything_runs(home):
    space = "search.net.space.freezing.trainable_blocks={low=0, high=9}"
    loaded = load_search(home / "experiments.toml", "net", assignments=[space])
    with pytest.raises(UserError) as caught:
        check_models(loaded, take(loaded.suite, home / "results", threads=1))
    (line,) = str(caught.value).splitlines()
    place = "search.net.space.freezing.trainable_blocks = 9"
    assert f"{place}: the model has 5 blocks besides the head" in line
    assert not list(home.glob("results/tiny/*/*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name a search of experiments.toml; it has net"),
        (("net", "--storage", "nowhere://x"), "--storage nowhere://x: cannot be used"),
        (("net", "--promote"), "no trial is complete yet"),
        (("net", "--html", "--json"), "--html and --json: one of them at a time"),
        (("net", "other"), "a second name belongs to --promote"),
        (("net", "--set", "search.net.metric=test_accuracy"), "never looks at the test set"),
    ],
)
def test_mistakes_are_a_line(home, arguments, said):
    refused(search(home, *arguments), said)


def test_a_trial_that_fails_is_told_so_and_the_search_goes_on(home):
    space = "search.net.space.optimizer"
    arguments = ("--set", f"{space}.lr={{choices=[1e-3, 1e30]}}", "--set", f"{space}.momentum=none")
    arguments += ("--set", "search.net.sampler=grid", "--set", "defaults.epochs=1")
    answer = search(home, "net", *arguments)
    assert answer.returncode == 0, answer.stdout
    assert "no further" not in answer.stdout
    found = told(home, "net", *arguments)
    assert found["declared"] == 2, "a grid has no more trials than cells"
    by_rate = {one["settings"]["optimizer.lr"]: one for one in found["trials"]}
    # The loss of such a rate is not finite.
    assert by_rate[1e30]["state"] == "failed"
    assert by_rate[1e30]["reason"].startswith("diverged: ")
    assert by_rate[1e-3]["state"] == "complete"
