"""What a person can do where a suite's data set is not here."""

from pathlib import Path

import pytest

from bench.experiments.config import load_suite
from bench.experiments.packaged import packaged_suite
from bench.missing import how_to_go_on, in_short
from tests.bench.suites import draw_photos, load

HEAD = '[suite]\nname = "s"\ndata = "d"\n[experiment.x]\nmodel = "m:n"\n'
PHOTOS = '[data.d]\nroot = "photos"\n'
OBTAIN = 'obtain = """\nask the zoo,\nor the museum\n"""\n'
DRAWN = "[profile.quick.data.d]\nsynthetic = {}\n"


def said(folder, text, **options):
    """The advice, each line without the space around it and between its columns."""
    suite = load(folder, HEAD + text, **options)
    return [" ".join(line.split()) for line in how_to_go_on(suite).splitlines()]


def test_all_ways_are_named_in_order(tmp_path):
    file = tmp_path / "suite.toml"
    assert said(tmp_path, PHOTOS + OBTAIN + DRAWN) == [
        "to get it ask the zoo,",
        "or the museum",
        f"it belongs in {tmp_path / 'photos'}",
        "train/CLASS/*.jpg, val/CLASS/*.jpg and test/CLASS/*.jpg;",
        "or CLASS/*.jpg alone, of which bench takes 10 % to validate and 20 % to test",
        f"other photos bench run --all -f {file} --set data.d.root=FOLDER",
        f'or, for good, root = "FOLDER" under [data.d] in {file}',
        f"without it bench run --all -f {file} --quick (works now)",
    ]


def test_what_the_suite_does_not_say_is_left_out(tmp_path):
    lines = said(tmp_path, PHOTOS)
    assert lines[0].startswith("it belongs in")
    assert lines[-1].startswith("or, for good")


@pytest.mark.parametrize(
    "profile",
    [
        "[profile.quick.defaults]\nepochs = 1\n",  # the same photos, which are not there
        '[profile.quick.data.d]\nroot = "elsewhere"\n',
        "[profile.quick.defaults]\nepochs = 0\n",
    ],
)
def test_a_quick_profile_that_would_not_run_is_not_offered(tmp_path, profile):
    assert not any("--quick" in line for line in said(tmp_path, PHOTOS + profile))


def test_a_quick_profile_on_photos_that_are_here_is_offered(tmp_path):
    draw_photos(tmp_path / "few")
    lines = said(tmp_path, PHOTOS + '[profile.quick.data.d]\nroot = "few"\n')
    assert lines[-1].endswith("--quick (works now)")


def test_a_quick_profile_that_is_in_use_is_not_offered(tmp_path):
    drawn = '[profile.quick.data.d]\nsynthetic = {}\n[profile.big.data.d]\nroot = "big"\n'
    set_ = ["data.d.root=photos"]
    assert not any(
        "--quick" in line
        for line in said(tmp_path, PHOTOS + drawn, profile="quick", assignments=set_)
    )
    assert any("--quick" in line for line in said(tmp_path, PHOTOS + drawn, profile="big"))


def test_the_short_form_has_a_line_for_each_of_the_two_best_ways(tmp_path):
    suite = load(tmp_path, HEAD + PHOTOS + OBTAIN + DRAWN)
    assert in_short(suite) == [
        "to get it: ask the zoo, or the museum",
        f"without it: bench run --all -f {tmp_path / 'suite.toml'} --quick (works now)",
    ]


def test_the_short_form_always_says_something(tmp_path):
    (line,) = in_short(load(tmp_path, HEAD + PHOTOS))
    assert line.startswith("other photos: bench run --all")


def test_where_the_photos_are_here_there_is_nothing_to_say(tmp_path):
    draw_photos(tmp_path / "photos")
    suite = load(tmp_path, HEAD + PHOTOS)
    assert how_to_go_on(suite) == ""
    assert in_short(suite) == []


def test_data_that_get_drawn_are_never_missing(tmp_path):
    suite = load(tmp_path, HEAD + "[data.d]\nsynthetic = {}\n")
    assert how_to_go_on(suite) == ""


def test_a_suite_file_that_is_found_by_itself_is_not_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("experiments.toml").write_text(HEAD + PHOTOS)
    text = how_to_go_on(load_suite(Path("experiments.toml")))
    assert "bench run --all --set data.d.root=FOLDER" in text
    text = how_to_go_on(load_suite(packaged_suite(), folder=tmp_path))
    assert "bench run --all --set data.open-animal-tracks.root=FOLDER" in text
    assert "in the experiments.toml that `bench init` makes" in text
