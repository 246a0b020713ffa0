"""`bench robustness`: tables, files, mistakes in one line."""

import json
import os
import signal

import pandas as pd
import pytest
from PIL import Image

from tests.bench.cli.command import bench, refused, wait_for
from tests.bench.trained_runs import train


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield train(tmp_path_factory.mktemp("home"))


def test_runs_are_measured_once_and_the_report_has_them(home):
    asked = ("robustness", "--all", "--corruption", "jpeg", "--corruption", "snow")
    first = bench(home, *asked)
    assert first.returncode == 0, first.stderr
    assert first.stderr == ""
    assert "known already" not in first.stdout
    folder = home / "results" / "tiny" / "robustness"
    (file,) = (folder / "net").glob("*.parquet")
    # Twelve images as they are, and at five strengths of either corruption.
    assert len(pd.read_parquet(file)) == 12 * 11
    for picture in (file.with_suffix(".png"), folder / "robustness.png"):
        with Image.open(picture) as image:
            assert min(image.size) > 300
    again = bench(home, *asked, "--json")
    document = json.loads(again.stdout)
    assert [row["experiment"] for row in document["robustness"]] == ["net", "vit"]
    assert document["robustness"][0]["n"] == 12
    assert len(document["robustness_strengths"]) == 2 * 11
    assert str(file.relative_to(home)) in document["files"]
    third = bench(home, *asked)
    assert third.stdout.startswith("net, seed 0: known already; --again measures it anew\n")
    report = bench(home, "report", "--json")
    assert json.loads(report.stdout)["robustness"] == document["robustness"]
    page = bench(home, "report", "--html")
    assert page.returncode == 0, page.stderr
    html = (home / "results" / "tiny" / "report" / "report.html").read_text()
    assert 'id="robustness"' in html
    assert "A test image under jpeg, snow." in html
    assert len(bench(home, "list", "--json").stdout) > 0


def test_mistakes_are_one_line(home):
    refused(bench(home, "robustness"), "name runs, or --all")
    refused(bench(home, "robustness", "net", "--all"), "name runs, or --all")
    refused(bench(home, "robustness", "nett"), "nett", "did you mean 'net'")
    wrong = bench(home, "robustness", "net", "--corruption", "blurr")
    refused(wrong, "blurr", "did you mean 'blur'")


def test_an_interrupted_measurement_leaves_nothing(home, start):
    (folder,) = (home / "results" / "tiny" / "vit").iterdir()
    asked = ["robustness", str(folder), "--again"]
    before = sorted((home / "results" / "tiny" / "robustness").rglob("*"))
    process = start(home, *asked)
    loaded = f"/proc/{process.pid}/maps"
    wait_for(lambda: "libtorch" in open(loaded).read())  # noqa: SIM115, PTH123
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.splitlines()[-1].startswith("bench: interrupted")
    assert sorted((home / "results" / "tiny" / "robustness").rglob("*")) == before
