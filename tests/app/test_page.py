"""The page as Streamlit runs it, without a browser: what it says, and what it does not."""

import re
import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import app
from bench.app_launch import settings_for
from tests.bench.trained_runs import survey

from .files import bomb, content_of, noise

PAGE = Path(app.__file__).with_name("page.py")
ABOUT = """
import sys
from app import about
from pathlib import Path
from app.settings import read_settings
about.show(read_settings(Path(sys.argv[-1])))
"""
FACTS = Path(app.__file__).with_name("species.toml")


@pytest.fixture
def opened(home, monkeypatch, tmp_path):
    """Opens the page, or another script, on the suite of a folder."""

    def go(run="net", facts=None, script=None):
        st.cache_resource.clear()
        settings, _ = settings_for(run, lambda: survey(home), facts)
        settings.write(tmp_path / "page.json")
        monkeypatch.setattr(sys, "argv", [str(PAGE), str(tmp_path / "page.json")])
        page = AppTest.from_file(PAGE) if script is None else AppTest.from_string(script)
        page.default_timeout = 60
        return page.run()

    yield go
    st.cache_resource.clear()


def text_of(page):
    """Everything that the page says; no exception is among it."""
    assert not page.exception
    html = [one.value for one in page.html]
    said = [one.value for kind in ("error", "warning", "info") for one in page.get(kind)]
    return "\n".join([*html, *said])


def photo(home, name="cat"):
    return (home / f"photos/test/{name}/0.png").read_bytes()


def give(page, *files):
    page.file_uploader[0].set_value([(name, content, "image/png") for name, content in files])
    return page.run()


def answers(page):
    return re.findall(r"<h2>(.*?)</h2>", text_of(page))


def test_a_photo_is_answered_with_its_top_classes_and_confusions(home, opened):
    page = give(opened(), ("cat.png", photo(home)))
    said = text_of(page)
    assert len(answers(page)) == 1
    assert said.count('<span class="tb-bar">') == 3  # there are no more classes
    assert "Most often confused with" in said
    assert "What is on this photo?" in said


def test_files_that_are_refused_get_a_line_each_and_the_rest_an_answer(home, opened):
    page = give(
        opened(),
        ("text.jpg", b"no image at all"),
        ("bomb.png", bomb()),
        ("cat.png", photo(home)),
        ("anim.png", content_of(noise(), "gif")),
    )
    lines = [one.value.replace("\\", "") for one in page.error]
    assert lines == [
        "text.jpg: this is not a JPEG, PNG, WebP, BMP or TIFF image, whatever its name says.",
        "bomb.png: 10000 × 5000 pixels are more than the limit of 40 megapixels.",
        "anim.png: this is not a JPEG, PNG, WebP, BMP or TIFF image, whatever its name says.",
    ]
    assert len(answers(page)) == 1


def test_photos_stay_while_the_camera_is_looked_at_and_go_when_they_are_taken_away(home, opened):
    page = give(opened(), ("cat.png", photo(home)))
    named = answers(page)
    for source in ("Camera", "Photos"):
        page.get("button_group")[0].set_value(source).run()
    assert answers(page) == named
    next(one for one in page.button if one.label == "Take the photo away").click().run()
    assert answers(page) == []
    assert not page.button


def test_several_photos_give_a_table_and_a_card_each(home, opened):
    page = give(opened(), *((f"{name}.png", photo(home, name)) for name in ("cat", "dog")))
    table = page.dataframe[0].value
    assert table["File"].tolist() == ["cat.png", "dog.png"]
    assert set(table.columns) == {"File", "Species", "Probability", "Sure", "Familiar"}
    assert [one.label.partition(":")[0].replace("\\", "") for one in page.expander] == [
        "cat.png",
        "dog.png",
    ]
    assert len(answers(page)) == 2


def test_a_photo_unlike_all_others_is_said_to_be_so_however_sure_the_model_is(home, opened):
    page = give(opened(), ("stripes.png", content_of(noise(200, 200).convert("1"))))
    said = text_of(page)
    assert "This looks like no photo of its kind" in said
    assert (home / "results/tiny/familiarity").is_dir()


def test_without_the_data_set_it_says_that_this_is_not_checked(home, opened, capsys):
    page = opened()
    (home / "photos").rename(home / "elsewhere")
    page = give(page, ("cat.png", (home / "elsewhere/test/cat/0.png").read_bytes()))
    assert "is not checked" in text_of(page)
    assert str(home) not in text_of(page).replace("\\", "")
    assert str(home) in capsys.readouterr().err
    assert len(answers(page)) == 1


def test_saliency_is_drawn_when_it_is_switched_on(home, opened):
    page = give(opened(), ("cat.png", photo(home)))
    assert "Grad" not in str(page.get("imgs"))
    page.toggle[0].set_value(True).run()
    assert not page.exception
    assert page.toggle[0].value


def test_the_run_is_chosen(opened):
    page = opened("net")
    place = next(i for i, one in enumerate(page.selectbox[0].options) if one.startswith("vit"))
    page.selectbox[0].select_index(place).run()
    assert page.selectbox[0].value == place
    assert not page.exception


@pytest.mark.parametrize("name", ["model.safetensors", "predictions.parquet", "run.json"])
def test_a_damaged_run_gets_a_clear_word_and_another_one_can_be_chosen(home, opened, name):
    record = next(one for one in survey(home).records if one.experiment == "net")
    page = opened("net")
    (record.folder.path / name).write_bytes(b"changed")
    (record.folder.path / "COMPLETE").touch()
    page.run()
    said = page.error[0].value.replace("\\", "")
    assert said == (
        f"The run net, seed 0, cannot be used: {name}: was changed after the run was sealed. "
        "Choose another one."
    )
    assert not page.exception
    place = next(i for i, one in enumerate(page.selectbox[0].options) if one.startswith("vit"))
    page.selectbox[0].select_index(place).run()
    assert not page.error
    assert not page.exception


def test_facts_of_ones_own_name_the_classes(home, opened, tmp_path):
    own = tmp_path / "facts.toml"
    own.write_text(FACTS.read_text("utf-8").replace("bob_cat", "cat"), "utf-8")
    said = text_of(give(opened(facts=own), ("cat.png", photo(home))))
    assert "Whose footprint is this?" in said
    assert '<span class="tb-name">Bobcat</span>' in said


def test_the_page_about_the_model_says_what_it_is_worth(opened):
    said = text_of(opened(script=ABOUT))
    for part in ("What it is worth", "What to beware of", "Class by class", "Licence", "Accuracy"):
        assert part in said
    assert "<td>Badger</td>" in said


def test_the_page_about_a_damaged_run_says_so(home, opened):
    page = opened(script=ABOUT)
    record = next(one for one in survey(home).records if one.experiment == "net")
    (record.folder.path / "predictions.parquet").unlink()
    (record.folder.path / "COMPLETE").touch()
    page.run()
    said = text_of(page).replace("\\", "")
    assert "The run net, seed 0, cannot be used: predictions.parquet: " in said
    assert str(home) not in said
