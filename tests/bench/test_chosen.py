"""The run that a user means is found by name, seed, identity or path."""

import shutil

import pytest

from bench.chosen import choose_best, choose_run, photos_of
from bench.errors import DataError, UserError
from bench.results.store import RunFolder
from bench.survey import Survey

from .finished_runs import finish_at, planned
from .suites import draw_photos, load
from .trained_runs import survey, train


def unasked():
    raise AssertionError("no suite is needed")


@pytest.fixture
def results(tmp_path):
    """Runs of the suite `tracks`: two seeds of one experiment, one of another."""
    for name, seed in (("plain", 0), ("plain", 3), ("counted", 1)):
        finish_at(tmp_path / "results", planned(name, seed))
    return tmp_path / "results"


@pytest.fixture
def suite(tmp_path, results):
    """The suite without its data set, so that the newest results count."""
    return lambda: Survey(load(tmp_path), results, (), problem="no photos")


def name_of(chosen):
    return chosen.record.experiment, chosen.record.seed


def refusal(asked, suite):
    with pytest.raises(UserError) as caught:
        choose_run(asked, suite)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_run_is_found_by_name_seed_and_identity(suite):
    identity = planned("counted", 1).identity
    assert name_of(choose_run("plain", suite)) == ("plain", 0)
    assert name_of(choose_run("plain/3", suite)) == ("plain", 3)
    assert name_of(choose_run(identity, suite)) == ("counted", 1)
    assert name_of(choose_run(identity[:4], suite)) == ("counted", 1)


def test_pictures_go_beside_the_report(suite, results):
    assert choose_run("plain/3", suite).pictures == (
        results / "tracks" / "report" / "explain" / "plain-3"
    )


def test_a_run_that_is_not_there_is_refused_with_the_nearest(suite):
    assert "did you mean 'plain'" in refusal("plian", suite)
    assert "complete seeds: 0, 3" in refusal("plain/1", suite)
    assert "did you mean 'counted'" in refusal("countet/1", suite)
    assert "`bench run phased` makes one" in refusal("phased", suite)
    assert "`bench run phased` makes one" in refusal("phased/0", suite)
    assert "; the plan could not be made (no photos)" in refusal("phased", suite)
    assert refusal("", suite).startswith("'': is no experiment")
    identity = planned("counted", 1).identity
    assert f"did you mean '{identity}'" in refusal(f"{identity[:10]}00", suite)


def test_how_several_identities_begin_is_refused_with_all_of_them(suite, results):
    for end in ("aa", "bb"):
        run = planned("counted", 1)
        folder = finish_at(results, run).path
        shutil.copytree(folder, folder.with_name(f"1-0123456789{end}"))
    assert "0123456789aa, 0123456789bb" in refusal("0123", suite)


def test_a_path_needs_no_suite(tmp_path):
    home = train(tmp_path / "home")
    (folder,) = (home / "results" / "tiny" / "net").iterdir()
    chosen = choose_run(str(folder), unasked)
    assert name_of(chosen) == ("net", 0)
    assert chosen.pictures == home / "results" / "tiny" / "report" / "explain" / "net-0"
    assert photos_of(chosen).read("test", "cat/0.png").shape == (32, 32, 3)
    (folder / "COMPLETE").unlink()
    assert "is not complete" in refusal(str(folder), unasked)


def test_a_changed_record_is_not_used(results):
    run = planned("plain", 0)
    folder = RunFolder.of(results, run)
    (folder.path / "run.json").write_text("{}")
    assert "changed after the run was sealed" in refusal(str(folder.path), unasked)


def test_a_damaged_run_is_not_called_unfinished_nor_passed_over_in_silence(tmp_path):
    home = train(tmp_path / "home")
    (folder,) = (home / "results" / "tiny" / "net").iterdir()
    (folder / "run.json").unlink()
    said = refusal("net/0", lambda: survey(home))
    assert "cannot be used: net, seed 0: damaged: " in said
    assert said.endswith("remove the run's folder, and `bench run` makes it anew")
    best = choose_best(survey(home))
    assert name_of(best) == ("vit", 0)
    assert [line.partition(": damaged")[0] for line in best.damaged] == ["net, seed 0"]


def test_photos_are_taken_from_where_the_suite_has_them_now(tmp_path):
    home = train(tmp_path / "home")
    (home / "photos").rename(home / "moved")
    found = choose_run("net", lambda: survey(home, f"data.colours.root={home / 'moved'}"))
    assert photos_of(found).folder.root == home / "moved"
    elsewhere = choose_run("net", lambda: survey(home))
    with pytest.raises(DataError, match="image files named after the run are shown without it"):
        photos_of(elsewhere)


def test_photos_that_are_not_those_of_the_run_are_refused(tmp_path):
    home = train(tmp_path / "home")
    other = draw_photos(tmp_path / "other")
    found = choose_run("vit", lambda: survey(home))
    moved = type(found)(found.record, survey(home, f"data.colours.root={other}").suite.data)
    with pytest.raises(DataError, match="other images than the run was trained on"):
        photos_of(moved)


def test_without_a_name_it_is_the_best_by_validation_or_a_word(tmp_path, suite):
    assert name_of(choose_best(suite())) == ("plain", 0)  # all equal: the first of the suite
    empty = Survey(load(tmp_path), tmp_path / "nothing", (), problem="no photos")
    with pytest.raises(UserError, match="has no complete run"):
        choose_best(empty)
