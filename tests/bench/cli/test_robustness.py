"""`bench robustness`: tables, files, mistakes in one line."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from tests.bench.cli.command import BENCH, bench, bench_here, environment, refused, wait_for
from tests.bench.trained_runs import train

# Those that take long need no clock and one thread.
pytestmark = pytest.mark.side_by_side


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield train(tmp_path_factory.mktemp("home"))


ASKED = ("robustness", "--all", "--corruption", "jpeg", "--corruption", "snow")


@pytest.fixture(scope="module")
def measured(home):
    """All runs, measured; what the command printed."""
    return bench(home, *ASKED)


def test_all_runs_are_measured_and_drawn(home, measured):
    assert measured.returncode == 0, measured.stderr
    assert measured.stderr == ""
    assert "known already" not in measured.stdout
    folder = home / "results" / "tiny" / "robustness"
    (file,) = (folder / "net").glob("*.parquet")
    # Twelve images as they are, and at five strengths of either corruption.
    assert len(pd.read_parquet(file)) == 12 * 11
    for picture in (file.with_suffix(".png"), folder / "robustness.png"):
        with Image.open(picture) as image:
            assert min(image.size) > 200


def test_what_is_known_is_told_again_as_json(home, measured):
    again = bench(home, *ASKED, "--json")
    document = json.loads(again.stdout)
    assert [row["experiment"] for row in document["robustness"]] == ["net", "vit"]
    assert document["robustness"][0]["n"] == 12
    assert len(document["robustness_strengths"]) == 2 * 11
    assert all((home / file).is_file() for file in document["files"])


def test_what_is_done_otherwise_than_asked_is_said_at_once(home, measured):
    fewer = bench_here(home, "robustness", "net", "--corruption", "jpeg", "--images", "2", "--json")
    line = (
        "net, seed 0: 12 images are stored, and used in place of 2; --discard drops what is stored"
    )
    assert fewer.stderr == f"bench: {line}\n"
    document = json.loads(fewer.stdout)
    assert document["notes"] == [line]
    assert document["robustness"][0]["n"] == 12


@pytest.mark.slow
def test_the_report_has_what_was_measured(home, measured):
    again = bench(home, *ASKED)
    assert again.stdout.startswith("net, seed 0: known already; --again measures it anew\n")
    lines = [line.split() for line in again.stdout.splitlines()]
    (shown,) = (line[3:8] for line in lines if line[:2] == ["net", "jpeg"])
    report = bench(home, "report", "--json")
    rows = json.loads(report.stdout)["robustness_strengths"]
    jpeg = [row["accuracy"] for row in rows if row["experiment"] == "net"][1:6]
    assert [f"{accuracy:.2f}" for accuracy in jpeg] == shown
    page = bench(home, "report", "--html")
    assert page.returncode == 0, page.stderr
    html = (home / "results" / "tiny" / "report" / "report.html").read_text()
    assert 'id="robustness"' in html
    assert "A test image under jpeg, snow." in html


def test_mistakes_are_one_line(home):
    refused(bench(home, "robustness"), "name runs, or --all")
    refused(bench(home, "robustness", "net", "--all"), "name runs, or --all")
    refused(bench(home, "robustness", "nett"), "nett", "did you mean 'net'")
    wrong = bench(home, "robustness", "net", "--corruption", "blurr")
    refused(wrong, "blurr", "did you mean 'blur'")


@pytest.mark.slow
def test_an_interrupted_measurement_leaves_nothing(home):
    """Python starts anew for it: what is there already is over in a second."""
    (folder,) = (home / "results" / "tiny" / "vit").iterdir()
    asked = ["robustness", str(folder), "--again"]
    before = sorted((home / "results" / "tiny" / "robustness").rglob("*"))
    with subprocess.Popen(
        [*BENCH, *asked],
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=environment(),
    ) as process:
        loaded = Path(f"/proc/{process.pid}/maps")
        wait_for(lambda: "libtorch" in loaded.read_text())
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.splitlines()[-1].startswith("bench: interrupted")
    assert sorted((home / "results" / "tiny" / "robustness").rglob("*")) == before
