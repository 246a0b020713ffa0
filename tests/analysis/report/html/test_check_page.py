"""The page of a data check: complete, safe, and as wide as the window."""

import io
import shutil
from dataclasses import replace

import pytest
from PIL import Image

from analysis.report.html.check_page import MOST_GROUPS, check_page, shown
from bench.results.checks import Remark
from tests.analysis.report.checks import LEAKING, SOUND, group, image

HOSTILE = "<img src=x onerror=alert(1)>\n'\"&\udcff.jpg"


def jpeg():
    buffer = io.BytesIO()
    Image.new("RGB", (16, 12), "sienna").save(buffer, "JPEG")
    return buffer.getvalue()


def page(check):
    return check_page(check, dict.fromkeys(shown(check), jpeg()), "today")


def test_it_shows_each_photo_of_a_group_and_of_odd_images_but_no_unreadable_one():
    paths = shown(LEAKING)
    assert len(paths) == 8
    assert "val/fox/small.jpg" in paths
    assert "val/fox/broken.jpg" not in paths
    text = page(LEAKING)
    assert text.count('<img src="data:image/jpeg;base64,') == 8
    for path in (*paths, "val/fox/broken.jpg", "train/bear/a - Copy.jpg", "notes.txt"):
        assert path in text


def test_it_says_how_each_copy_was_made():
    text = page(LEAKING)
    assert "like 1, mirrored (0.987)" in text
    assert "the same file as 1" in text
    assert "the same pixels as 1" in text
    assert text.count("labels differ:") == 1


def test_the_worst_come_first():
    text = page(LEAKING)
    assert 0 < text.index('id="test-train"') < text.index('id="inside"') < text.index('id="images"')


def test_a_sound_data_set_has_a_page_too():
    text = page(SOUND)
    assert "<strong>sound</strong>" in text
    assert "<img" not in text


def test_hostile_names_are_escaped_and_encodable():
    copies = group("train/bear", "test/bear")
    evil = replace(copies.images[0], path=f"train/bear/{HOSTILE}", label="<b>bear")
    check = replace(
        SOUND,
        root=f"/photos/{HOSTILE}",
        groups=(replace(copies, images=(evil, copies.images[1])),),
        unreadable=(Remark(evil, "</td><script>"),),
        not_images=(HOSTILE,),
        clashes=((HOSTILE, HOSTILE.upper()),),
        notes=(HOSTILE,),
    )
    text = page(check)
    text.encode()
    assert "<img src=x" not in text
    assert "</td><script>" not in text
    assert "<b>bear" not in text


def test_more_groups_than_are_shown_are_counted():
    groups = tuple(group("train/bear", "test/bear", name=str(n)) for n in range(MOST_GROUPS + 5))
    check = replace(SOUND, groups=groups)
    assert len(shown(check)) == 2 * MOST_GROUPS
    assert "5 more photos are not shown" in page(check)


def test_a_photo_that_is_gone_costs_its_picture_alone():
    assert check_page(LEAKING, {}, "today").count("no photo here") == 8


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FOUND = next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.mark.skipif(FOUND is None, reason=f"none of {', '.join(BROWSERS)} is here")
def test_in_a_browser_it_fits_and_complains_of_nothing(tmp_path):
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    file = tmp_path / "check.html"
    long_name = replace(LEAKING, notes=("x" * 300,), not_images=("y" * 200,))
    odd = (*LEAKING.tiny, Remark(image("val/fox", HOSTILE), "5 × 5 pixels"))
    file.write_text(page(replace(long_name, tiny=odd)), "utf-8")
    complaints = []
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=FOUND, args=["--no-sandbox"])
        for width in (390, 1280):
            tab = chromium.new_page(viewport={"width": width, "height": 900})
            tab.on("console", lambda message: complaints.append(message.text))
            tab.on("pageerror", lambda error: complaints.append(str(error)))
            tab.on("dialog", lambda dialog: complaints.append(dialog.message))
            tab.goto(file.as_uri())
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            assert tab.locator("img").count() == 9
        chromium.close()
    assert complaints == []
