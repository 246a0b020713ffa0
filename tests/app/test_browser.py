"""`bench app` in a real browser: a photo is named, a run is changed, bad files get a clear word.

With TRACKBENCH_QUICK_RESULTS=FOLDER, results of `bench run --all --quick`, it looks at those.
"""

import csv
import os
import re
import shutil
import signal
import socket
from urllib.parse import urlsplit

import numpy as np
import psutil
import pytest

from app.familiarity import Seen
from app.predictor import load_predictor
from app.reference import learn_reference, sample
from bench.results.records import complete_runs
from runners.data.photos import open_photos, recorded_data
from tests.app import served
from tests.app.files import MEGABYTE, bomb, content_of, of_size
from tests.app.nonsense import nonsense, page_of_text
from tests.bench.suites import STUDY

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FOUND = next(filter(None, map(shutil.which, BROWSERS)), None)
QUICK = os.environ.get("TRACKBENCH_QUICK_RESULTS")
MILLISECONDS = 60_000

pytestmark = [
    pytest.mark.slow,
    pytest.mark.side_by_side,
    pytest.mark.skipif(FOUND is None, reason=f"none of {', '.join(BROWSERS)} is here"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Really trained runs, and their drawn photos in a cache of their own."""
    with pytest.MonkeyPatch.context() as patched:
        home = tmp_path_factory.mktemp("home")
        patched.setenv("TRACKBENCH_CACHE", str(home / served.CACHE))
        patched.delenv("MLFLOW_TRACKING_URI", raising=False)
        return served.train(home)


@pytest.fixture(scope="module")
def page(home):
    """The page, served; what went wrong on the server is an error at the end."""
    arguments = ["-f", str(STUDY), "--quick", "--results", QUICK] if QUICK else ["--run", "net"]
    with served.opened(home, *arguments) as running:
        yield running
        log = running.log
    assert not re.search(r"Traceback|Error|Exception|Uncaught", log), log


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=FOUND, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, page):
    """Opens the page; what it complains of, or asks other machines for, is an error at the end."""
    contexts, complaints = [], []

    def go(path="", width=1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.set_default_timeout(MILLISECONDS)
        tab = context.new_page()
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda request: complaints.extend(foreign(request.url)))
        tab.goto(page.address + path)
        return tab

    def foreign(url):
        here = (page.address, page.address.replace("http", "ws"), "data:", "blob:")
        return [] if url.startswith(here) else [f"asked for {url[:80]}"]

    expect.set_options(timeout=MILLISECONDS)
    yield go
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def photos(home):
    """A drawn test photo of each species."""
    files = sorted(served.photos_in(home / served.CACHE), reverse=True)
    return {file.parent.name: file for file in files}


def give(tab, *files):
    """Uploads files: paths, or (name, content)."""
    named = [one if isinstance(one, tuple) else (one.name, one.read_bytes()) for one in files]
    tab.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "image/jpeg", "buffer": content} for name, content in named]
    )


def answer(tab):
    expect(tab.locator(".tb-answer h2")).to_be_visible()
    return tab.locator(".tb-answer h2").inner_text()


def test_a_photo_is_named_looked_into_and_held_against_what_it_is_confused_with(visit, photos):
    tab = visit()
    expect(tab.get_by_role("heading", name="Whose footprint is this?")).to_be_visible()
    expect(tab.get_by_text("These are drawn footprints")).to_be_visible()
    give(tab, photos["goose"])
    name = answer(tab).rstrip("?")
    bars = tab.locator(".tb-bars li")
    expect(bars).to_have_count(5)
    assert bars.first.locator(".tb-name").inner_text() == name
    shares = [
        float(re.sub(r"[^\d]", "", text)) for text in bars.locator(".tb-value").all_inner_texts()
    ]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 105
    confused = tab.locator(".tb-section", has_text="Most often confused with")
    expect(confused).to_contain_text(re.compile(r"\d+ of \d+ .* photos were called|with nothing"))
    for heading in ("Its track", "The animal"):
        expect(tab.get_by_role("heading", name=heading)).to_be_visible()
    image = tab.locator("[data-testid=stImage] img")
    before = image.get_attribute("src")
    tab.get_by_text("Show where the model looked").click()
    expect(tab.get_by_text("mattered most")).to_be_visible()
    expect(image).not_to_have_attribute("src", before)
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64


def test_another_run_answers_when_it_is_chosen_and_goes_along_to_the_other_page(visit, photos):
    tab = visit()
    give(tab, photos["goose"])
    assert answer(tab)
    chosen = tab.get_by_role("combobox", name="Model")
    expect(chosen).not_to_have_value(re.compile("^vit"))
    chosen.click()
    tab.get_by_role("option", name=re.compile("^vit")).first.click()
    expect(chosen).to_have_value(re.compile("^vit"))
    tab.get_by_text("Show where the model looked").click()
    expect(tab.get_by_text("attention rollout")).to_be_visible()
    assert answer(tab)
    tab.get_by_role("link", name="About the model").click()
    expect(tab.locator(".tb-tiles")).to_contain_text("Accuracy")
    expect(chosen).to_have_value(re.compile("^vit"))


def test_photos_are_still_there_after_a_look_at_the_other_page(visit, photos):
    tab = visit()
    give(tab, photos["goose"])
    name = answer(tab)
    tab.get_by_role("link", name="About the model").click()
    expect(tab.locator(".tb-tiles")).to_be_visible()
    tab.get_by_role("link", name="Identify").click()
    assert answer(tab) == name
    tab.get_by_role("button", name="Take the photo away").click()
    expect(tab.locator(".tb-answer")).to_have_count(0)
    give(tab, photos["elephant"])
    assert answer(tab)
    tab.locator("[data-testid=stFileChipDeleteBtn] button").click()
    expect(tab.locator(".tb-answer")).to_have_count(0)
    expect(tab.get_by_role("button", name="Take the photo away")).to_have_count(0)


def test_bad_files_get_a_clear_word_each(visit, photos):
    tab = visit()
    give(
        tab,
        ("words.jpg", b"no image, just words\n" * 20),
        ("bomb.png", bomb()),
        ("big.jpg", of_size(11 * MEGABYTE)),
        photos["turkey"],
    )
    said = tab.locator("[data-testid=stAlert]")
    expect(said.filter(has_text="words.jpg: this is not a JPEG, PNG")).to_be_visible()
    expect(
        said.filter(has_text="bomb.png: 10000 × 5000 pixels are more than the limit of 40")
    ).to_be_visible()
    big = tab.locator("[data-testid=stFileChip]", has_text="big.jpg").get_by_role("alert")
    expect(big).to_contain_text("File must be 10.0MB or smaller")
    assert big.bounding_box()["height"] > 10  # and not only to a mouse that rests there
    assert answer(tab)


def test_a_page_of_text_is_said_to_be_no_footprint(visit):
    if QUICK:
        pytest.skip("the data set of those results is not here to learn from")
    tab = visit()
    give(tab, ("page.png", content_of(page_of_text())))
    expect(tab.locator(".tb-chip")).to_contain_text("This looks like no footprint")


def test_several_photos_give_a_table_to_take_away(visit, photos):
    tab = visit()
    give(tab, *list(photos.values())[:3])
    expect(tab.locator("[data-testid=stDataFrame]")).to_be_visible()
    expect(tab.locator("[data-testid=stExpander]")).to_have_count(3)
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Download as CSV").click()
    rows = list(csv.DictReader(waiting.value.path().read_text("utf-8-sig").splitlines()))
    assert [row["file"] for row in rows] == [file.name for file in list(photos.values())[:3]]
    for row in rows:
        assert sum(float(row[name]) for name in row if name.startswith("p:")) == pytest.approx(
            1, abs=1e-4
        )


def test_two_visitors_at_once_get_their_own_answers(visit, photos):
    one, other = visit(), visit()
    give(one, photos["goose"])
    give(other, photos["elephant"])
    for tab in (one, other):
        tab.get_by_text("Show where the model looked").click()
    for tab, name in ((one, "goose"), (other, "elephant")):
        assert answer(tab)
        expect(tab.get_by_text("mattered most")).to_be_visible()
        expect(tab.locator("[data-testid=stFileChip]")).to_contain_text(photos[name].name)


@pytest.mark.parametrize("path", ["", "/about"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(visit, photos, width, path):
    tab = visit(path, width=width)
    if not path:
        give(tab, photos["raccoon"])
        assert answer(tab)
    else:
        expect(tab.locator(".tb-table")).to_be_visible()
    for element in ("document.documentElement", "document.querySelector('[data-testid=stMain]')"):
        assert tab.evaluate(f"{element}.scrollWidth") <= width


def test_it_is_dark_where_the_visitor_wants_it(visit):
    ground = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    for scheme, is_light in (("light", True), ("dark", False)):
        tab = visit(color_scheme=scheme)
        expect(tab.get_by_role("heading", name="Whose footprint is this?")).to_be_visible()
        red, green, blue = map(float, re.findall(r"[\d.]+", tab.evaluate(ground))[:3])
        assert (red + green + blue > 600) is is_light


def test_an_upload_is_not_written_to_the_disk(visit, photos, page):
    tab = visit()
    give(tab, photos["goose"])
    assert answer(tab)
    *_, server = psutil.Process(page.process.pid).children(recursive=True)
    before = server.io_counters().write_bytes
    give(tab, ("large.jpg", of_size(9 * MEGABYTE)))
    expect(tab.locator("[data-testid=stFileChip]", has_text="large.jpg")).to_be_visible()
    expect(tab.locator("[data-testid=stDataFrame], .tb-answer").first).to_be_visible()
    expect(tab.locator("[data-testid=stExpander]")).to_have_count(2)
    assert server.io_counters().write_bytes - before < MEGABYTE


def test_only_this_machine_is_answered(page):
    port = urlsplit(page.address).port
    listening = [
        one.laddr
        for process in psutil.Process(page.process.pid).children(recursive=True)
        for one in process.net_connections("tcp")
        if one.status == psutil.CONN_LISTEN
    ]
    assert [(one.ip, one.port) for one in listening] == [("127.0.0.1", port)]
    for addresses in psutil.net_if_addrs().values():
        for one in addresses:
            if one.family == socket.AF_INET and not one.address.startswith("127."):
                with pytest.raises(OSError, match=r".*"):
                    socket.create_connection((one.address, port), timeout=2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_it_is_told_to_and_leaves_nothing(home, number):
    with served.opened(home) as running:
        mine = [one.pid for one in psutil.Process(running.process.pid).children(recursive=True)]
        assert mine
        assert running.end(number) == 0
        assert served.gone(mine)
        assert "Traceback" not in running.log


def test_whoever_opens_it_to_others_is_told_who_can_reach_it(home):
    with served.opened(home, "--address", "0.0.0.0") as running:  # noqa: S104 - it is the point
        assert "whoever can reach this machine over the network" in running.log
        assert "on a phone choose Photos" in running.log
        assert running.address.startswith("http://127.0.0.1:")


def test_drawn_footprints_are_familiar_and_what_is_none_is_not(home, monkeypatch):
    monkeypatch.setenv("TRACKBENCH_CACHE", str(home / served.CACHE))
    record = next(complete_runs(home / "results" / "drawn"))
    predictor = load_predictor(record)
    found = learn_reference(predictor, sample(predictor, None))
    photos = open_photos(recorded_data(record.spec), record.spec["fingerprint"])
    test = np.stack([photos.read("test", one.path) for one in photos.folder.splits["test"]])
    odd = nonsense(predictor.classifier.image_size)
    of_test, of_odd = (
        found.recognises(Seen(images, predictor.classifier.features(images)))
        for images in (test, odd)
    )
    assert of_test.mean() >= 0.85
    assert not of_odd.any()
