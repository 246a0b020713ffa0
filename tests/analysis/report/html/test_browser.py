"""The report in a real browser: it loads alone, sorts, opens, fits a phone and turns dark."""

import shutil

import pytest

from .pages import page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FOUND = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = pytest.mark.skipif(FOUND is None, reason=f"none of {', '.join(BROWSERS)} is here")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=FOUND, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(page(), "utf-8")
    return file.as_uri()


@pytest.fixture
def visit(browser, address):
    """Opens the page; what it complains of, or asks the network for, is an error at the end."""
    contexts, complaints = [], []

    def go(fragment="", width=1200, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda request: complaints.extend(foreign(request.url)))
        tab.goto(address + fragment)
        return tab

    def foreign(url):
        return [] if url.startswith((address, "data:")) else [f"asked for {url[:80]}"]

    yield go
    for context in contexts:
        context.close()
    assert complaints == []


def column(tab, table, number):
    return tab.locator(f"#{table} tbody tr > :nth-child({number})").all_inner_texts()


def test_a_click_sorts_by_number_and_another_turns_it_round(visit):
    tab = visit()
    heading = tab.locator("#table-summary thead th", has_text="accuracy").first
    before = column(tab, "table-summary", 3)
    heading.click()
    falling = sorted(before, key=lambda text: -float(text.split()[0]))
    assert [text.split()[0] for text in column(tab, "table-summary", 3)] == [
        text.split()[0] for text in falling
    ]
    assert heading.get_attribute("aria-sort") == "descending"
    heading.click()
    assert [t.split()[0] for t in column(tab, "table-summary", 3)] == [
        t.split()[0] for t in reversed(falling)
    ]
    assert heading.get_attribute("aria-sort") == "ascending"


def test_times_of_other_units_are_sorted_and_the_unknown_stands_last(visit):
    tab = visit()
    runs = tab.locator("#runs table thead th", has_text="time")
    runs.click()
    times = tab.locator("#runs table tbody tr > :nth-child(4)").all_inner_texts()
    # 50 s, 150 s, 250 s and 350 s, three runs each; the failed one has no time.
    assert times == ["6 min"] * 3 + ["4 min"] * 3 + ["2 min"] * 3 + ["50 s"] * 3 + ["–"]


def test_the_bar_of_a_run_shows_where_its_time_went(visit):
    tab = visit()
    rows = tab.locator("#table-timing tbody tr")
    assert rows.count() == 12
    bar = rows.nth(1).locator(".bar")  # resnet18-baseline, seed 1: 6, 4, 60, 20, 7 and 3 %
    whole = bar.bounding_box()["width"]
    pieces = [piece.bounding_box()["width"] / whole for piece in bar.locator("i").all()]
    assert pieces == pytest.approx([0.06, 0.04, 0.6, 0.2, 0.07, 0.03], abs=0.005)
    assert bar.locator("i").nth(2).get_attribute("title") == "compute: 60 %"
    # What was not measured has no bar, and a share sorts as a number.
    assert rows.nth(11).locator(".bar").count() == 0
    tab.locator("#table-timing thead th", has_text="compute").click()
    assert column(tab, "table-timing", 9)[:4] == ["70 %", "70 %", "60 %", "60 %"]


def test_a_confused_pair_opens_and_shows_the_photos(visit):
    tab = visit()
    pair = tab.locator("details.pair").first
    photo = pair.locator("img").first
    assert not photo.is_visible()
    pair.locator("summary").click()
    assert photo.is_visible()
    assert photo.evaluate("image => image.decode().then(() => image.naturalWidth)") == 16
    assert "called" in pair.inner_text()


def test_an_address_opens_the_pair_that_it_names(visit):
    tab = visit("#pair-2")
    assert tab.locator("#pair-2").get_attribute("open") is not None
    assert tab.locator("#pair-1").get_attribute("open") is None


def test_matrices_are_chosen_and_a_cell_says_its_counts(visit):
    tab = visit()
    assert tab.locator(".matrix:visible").count() == 1
    tab.locator("#which-matrix").select_option(label="vit-full-finetune")
    shown = tab.locator(".matrix:visible")
    assert "Confusion matrix of vit-full-finetune" in shown.locator("caption").text_content()
    cell = shown.locator("td[title]").first
    cell.hover()
    assert tab.locator("#cell").inner_text() == cell.get_attribute("title")
    assert " called " in cell.get_attribute("title")
    tab.locator("#cell").evaluate("said => { said.textContent = ''; }")
    cell.focus()
    assert tab.locator("#cell").inner_text() == cell.get_attribute("title")


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_wider_than_the_window(visit, width):
    tab = visit(width=width)
    for pair in tab.locator("details.pair summary").all()[:2]:
        pair.click()
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_it_is_dark_where_the_reader_wants_it_and_light_on_paper(visit):
    ground = "getComputedStyle(document.body).backgroundColor"
    assert brightness(visit(color_scheme="light").evaluate(ground)) > 240
    dark = visit(color_scheme="dark")
    assert brightness(dark.evaluate(ground)) < 40
    assert brightness(dark.evaluate("getComputedStyle(document.body).color")) > 200
    dark.emulate_media(media="print", color_scheme="dark")
    assert brightness(dark.evaluate(ground)) > 240


def brightness(colour):
    red, green, blue = (float(x) for x in colour.strip("rgba()").split(",")[:3])
    return (red + green + blue) / 3


def test_print_shows_all_pairs_and_matrices(visit):
    tab = visit()
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    tab.emulate_media(media="print")
    assert tab.locator("details.pair:not([open])").count() == 0
    assert tab.locator(".matrix:visible").count() == 5


def test_without_scripts_everything_is_there(visit):
    tab = visit(java_script_enabled=False)
    assert tab.locator(".matrix:visible").count() == 5
    assert tab.locator("#table-summary tbody tr").count() == 4
