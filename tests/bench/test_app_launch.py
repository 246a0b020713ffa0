"""The page gets the complete runs of a suite, best first, or the one that was named."""

import dataclasses

import pytest

from bench.app_launch import settings_for
from bench.errors import UserError
from bench.survey import Survey

from .trained_runs import survey, train


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A suite with two complete runs, and the cache in which its images lie decoded."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        return train(tmp_path_factory.mktemp("home"))


def runs(settings):
    return [(run.experiment, run.seed) for run in settings.runs]


def test_the_best_by_validation_is_shown_first(home):
    found, _ = settings_for(None, lambda: survey(home), None)
    assert found.suite == "tiny"
    assert sorted(runs(found)) == [("net", 0), ("vit", 0)]
    right = [run.metrics["val"]["accuracy"] for run in found.runs]
    assert right == sorted(right, reverse=True)
    assert found.opened == 0
    assert found.data_root == home / "photos"


@pytest.mark.parametrize("name", ["net", "vit"])
def test_a_run_that_is_named_is_shown_first_among_all(home, name):
    found, _ = settings_for(name, lambda: survey(home), None)
    assert runs(found)[found.opened] == (name, 0)
    assert len(found.runs) == 2


def test_a_run_folder_is_shown_alone_and_needs_no_suite(home):
    def unasked():
        raise AssertionError("no suite is needed")

    folder = survey(home).records[0].folder.path
    found, _ = settings_for(str(folder), unasked, None)
    assert [run.folder.path for run in found.runs] == [folder]
    assert (found.suite, found.opened, found.data_root) == ("tiny", 0, None)


def test_a_run_of_other_settings_is_shown_where_it_is_named(home):
    identity = survey(home).records[0].folder.path.name.partition("-")[2]
    found, left_out = settings_for(identity, lambda: survey(home, "experiment.net.epochs=3"), None)
    assert runs(found)[found.opened] == ("net", 0)
    assert "1 complete run of other settings: left out" in left_out


def test_mistakes_are_the_users_to_mend(home, tmp_path):
    whole = survey(home)
    empty = Survey(dataclasses.replace(whole.suite), tmp_path / "nowhere", ())
    with pytest.raises(UserError, match="has no complete run"):
        settings_for(None, lambda: empty, None)
    with pytest.raises(UserError, match="no such file"):
        settings_for(None, lambda: whole, tmp_path / "facts.toml")
