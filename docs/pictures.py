"""Makes the pictures of the README, from the quick suite run anew.

    make pictures            (or: python -m docs.pictures; 4 minutes on two cores)

Writes docs/pictures/live-table.svg, what `bench run` shows after a while, report-*.png, parts of
`bench report --html` in Chromium, and app*.png, what `bench app` shows of a photo.
"""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from bench.drawing import draw
from bench.experiments.config import load_suite
from bench.progress import Display, RunView
from bench.results.records import best_by_validation, complete_runs
from bench.survey import cpus, take
from runners.data.places import root_of

PROJECT = Path(__file__).parents[1]
PICTURES = Path(__file__).parent / "pictures"
BENCH = [sys.executable, "-m", "bench.cli"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDTH = 118
N_COMPLETE_IN_THE_PICTURE = 3
SHOWN_TO_THE_APP = "gray_fox"


def run_and_watch(results):
    """Runs the suite, and draws its live table when three runs are complete."""
    suite = load_suite(PROJECT / "experiments.toml", profile="quick")
    draw(suite, Console(stderr=True))
    views = [RunView(one.run, one.folder, None) for one in take(suite, results, cpus()).runs]
    command = [*BENCH, "run", "--all", "--quick", "--jobs", "2", "--results", str(results)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL) as running:
        while not is_the_moment(views):
            time.sleep(0.25)
            follow(views)
            assert running.poll() is None, "the suite ended before its picture was taken"
        take_picture(views)
        running.wait()


def is_the_moment(views):
    """Three runs are complete, and the fourth is half way."""
    n_complete = sum(view.status == "complete" for view in views)
    under_way = [view for view in views if view.status == "running"]
    half = any(view.epochs_done > view.run.experiment.epochs / 2 for view in under_way)
    return n_complete >= N_COMPLETE_IN_THE_PICTURE and half


def follow(views):
    """Reads what the runs have said since the last time."""
    for view in views:
        state = view.folder.state()
        if view.status == "waiting" and state != "planned":
            view.start()
        if view.status == "running":
            view.poll()
            if state == "complete":
                view.end("complete")


def take_picture(views):
    """Writes the live table as it stands."""
    console = Console(width=WIDTH, height=40, record=True, force_terminal=True, file=sys.stderr)
    console.print(Display(console, views, n_at_once=2).table())
    picture = console.export_svg(title="bench run --all --quick --jobs 2")
    # Rich's fonts would be fetched from the network.
    alone = re.sub(r"@font-face\s*{[^}]*}", "", picture)
    (PICTURES / "live-table.svg").write_text(alone, "utf-8")


def photograph(page):
    """The head of the report in light, and confused pairs on a phone in the dark."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=found, args=["--no-sandbox"])
        wide = browser.new_page(
            viewport={"width": 1160, "height": 1240}, color_scheme="light", reduced_motion="reduce"
        )
        wide.goto(page.as_uri())
        wide.screenshot(path=PICTURES / "report-experiments.png")
        wide.locator("#pairs").scroll_into_view_if_needed()
        wide.locator("details.pair summary").first.click()
        wide.locator("#pairs").evaluate("section => section.scrollIntoView()")
        wide.screenshot(path=PICTURES / "report-pairs.png")
        phone = browser.new_page(
            viewport={"width": 390, "height": 844}, color_scheme="dark", reduced_motion="reduce"
        )
        phone.goto(page.as_uri() + "#training")
        phone.screenshot(path=PICTURES / "report-phone.png")
        browser.close()


def photo_for_the_app(results):
    """A test photo of a gray fox that the best run names rightly, and of middling difficulty."""
    best = best_by_validation(complete_runs(results / "drawn-footprints"))
    said = best.predictions().query("split == 'test' and true == predicted == @SHOWN_TO_THE_APP")
    path = said.sort_values(f"p:{SHOWN_TO_THE_APP}")["path"].iloc[len(said) // 2]
    suite = load_suite(PROJECT / "experiments.toml", profile="quick")
    return root_of(suite.data) / "test" / path


def photograph_app(results, photo):
    """The answer to a photo, on a desk in light and on a phone in the dark."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    command = [*BENCH, "app", "--quick", "--results", str(results), "--no-browser"]
    with (
        subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as served,
        sync_playwright() as running,
    ):
        address = served.stdout.readline().split(" is at ")[1].split()[0]
        browser = running.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for name, size, scheme in (
            ("app", {"width": 1160, "height": 1240}, "light"),
            ("app-phone", {"width": 390, "height": 844}, "dark"),
        ):
            page = browser.new_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
            page.goto(address)
            page.locator("input[type=file]").set_input_files(photo)
            page.locator(".tb-answer").wait_for()
            page.locator("[data-testid=stStatusWidget]").wait_for(state="hidden")
            if scheme == "dark":
                page.locator("[data-testid=stImage]").evaluate(
                    "photo => { photo.style.scrollMarginTop = '4rem'; photo.scrollIntoView(); }"
                )
            page.wait_for_function("document.images.length")
            page.wait_for_function("[...document.images].every(image => image.naturalWidth)")
            page.evaluate("Promise.all([...document.images].map(image => image.decode()))")
            page.screenshot(path=PICTURES / f"{name}.png")
        browser.close()
        served.send_signal(signal.SIGINT)


def main():
    """Runs, watches and photographs."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        run_and_watch(results)
        command = [*BENCH, "report", "--quick", "--html", "--results", str(results)]
        subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
        photograph(results / "drawn-footprints" / "report" / "report.html")
        photograph_app(results, photo_for_the_app(results))


if __name__ == "__main__":
    main()
