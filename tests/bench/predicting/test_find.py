"""Files, folders and globs become a list of image files, always in the same order."""

import os

import pytest

from bench.errors import UserError
from bench.predicting.find import find_images


@pytest.fixture
def here(tmp_path, monkeypatch):
    """b.jpg, a.PNG, notes.txt, .hidden.jpg, deep/er/c.webp, deep/d.tif, .git/e.jpg, empty/."""
    for name in (
        "b.jpg", "a.PNG", "notes.txt", ".hidden.jpg", "deep/er/c.webp", "deep/d.tif", ".git/e.jpg"
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*asked):
    return [str(path) for path in find_images(asked)]


def test_a_folder_gives_what_is_called_an_image_at_any_depth(here):
    assert found(".") == ["a.PNG", "b.jpg", "deep/d.tif", "deep/er/c.webp"]
    assert found(str(here / "deep")) == [str(here / "deep/d.tif"), str(here / "deep/er/c.webp")]


def test_globs_are_expanded_here_too(here):
    assert found("*") == ["a.PNG", "b.jpg", "deep/d.tif", "deep/er/c.webp"]
    assert found("*.jpg") == ["b.jpg"]
    assert found("**/*.[tw]*") == ["deep/d.tif", "deep/er/c.webp"]


def test_a_file_is_taken_whatever_it_is_called(here):
    assert found("notes.txt", ".hidden.jpg") == ["notes.txt", ".hidden.jpg"]
    (here / "odd[1].jpg").touch()
    assert found("odd[1].jpg") == ["odd[1].jpg"]


def test_each_file_is_named_once_in_the_order_asked(here):
    assert found("deep/d.tif", "b.jpg", "deep", str(here / "b.jpg"), "./b.jpg") == [
        "deep/d.tif",
        "b.jpg",
        "deep/er/c.webp",
    ]


def test_links_are_followed_once(here):
    (here / "deep" / "up").symlink_to(here, target_is_directory=True)
    (here / "lost.jpg").symlink_to(here / "nowhere.jpg")
    names = found(".")
    assert names.count("b.jpg") == 1
    assert "lost.jpg" in names  # so that it is told that it cannot be read
    (here / "linked").symlink_to(here / "deep" / "er", target_is_directory=True)
    assert found("linked") == ["linked/c.webp"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("nowhere.jpg", "'nowhere.jpg': there is no such file or folder"),
        ("empty", "'empty': holds no image (.bmp, .jpeg, .jpg"),
        ("*.gif", "'*.gif': matches no image"),
        ("notes.*", "'notes.*': matches no image"),
        ("x" * 5000, "there is no such file or folder"),
        ("a\nb", "'a\\nb': there is no such"),
    ],
)
def test_what_names_no_file_is_refused_in_one_line(here, asked, words):
    with pytest.raises(UserError) as caught:
        find_images(["b.jpg", asked])
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told(here):
    (here / "deep" / "er").chmod(0)
    try:
        with pytest.raises(UserError, match="cannot be read"):
            find_images(["deep"])
    finally:
        (here / "deep" / "er").chmod(0o700)
