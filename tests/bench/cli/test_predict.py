"""`bench predict`: names photos, reports broken ones, and says how it went by its exit code."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from bench.results.records import complete_runs
from tests.bench.cli.command import bench, bench_here, refused
from tests.bench.trained_runs import train


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        return train(tmp_path_factory.mktemp("home"))


def test_a_folder_as_csv_says_what_predictions_parquet_says(home):
    answer = bench(home, "predict", "photos/test", "--run", "vit", "--csv")
    assert answer.returncode == 0, answer.stderr
    found = pd.read_csv(io.StringIO(answer.stdout)).set_index("path")
    record = next(run for run in complete_runs(home / "results/tiny") if run.experiment == "vit")
    said = record.predictions().query("split == 'test'")
    said.index = [f"photos/test/{path}" for path in said["path"]]
    assert list(found.index) == list(said.index)
    assert list(found["predicted"]) == list(said["predicted"])
    names = [name for name in said if name.startswith("p:")]
    np.testing.assert_allclose(found[names], said[names], atol=1e-4)
    (summary,) = answer.stderr.splitlines()
    assert summary.startswith("bench: 12 images in ")
    assert "images/s" in summary
    assert "unsure" in summary


def test_without_a_run_it_is_the_best_on_validation_and_broken_files_are_told(home, tmp_path):
    shutil.copy(home / "photos/test/cat/0.png", tmp_path / "cat.jpg")  # a PNG all the same
    (tmp_path / "broken.png").write_bytes(b"\x89PNG no")
    answer = bench_here(home, "predict", str(tmp_path / "*"), "--json", "--top", "2")
    assert answer.returncode == 1
    told = json.loads(answer.stdout)
    broken, cat = told["images"]
    assert broken["path"] == str(tmp_path / "broken.png")
    assert broken["error"]
    assert len(cat["top"]) == 2
    assert told["summary"]["unreadable"] == 1
    chosen, unreadable, summary = answer.stderr.splitlines()
    best = max(complete_runs(home / "results/tiny"), key=lambda run: run.metrics["val"]["accuracy"])
    assert f"{best.experiment}/0 is the suite's best on validation" in chosen
    assert f"'{tmp_path / 'broken.png'}': cannot be read as an image" in unreadable
    assert "1 unreadable" in summary


def test_the_table_is_for_reading(home):
    answer = bench_here(home, "predict", "photos/test/cat", "photos/val/dog/0.png", "--run", "net")
    assert answer.returncode == 0, answer.stderr
    heading, *lines = answer.stdout.splitlines()
    assert heading.split()[:3] == ["image", "named", "probability"]
    assert len(lines) == 5
    assert lines[0].startswith("photos/test/cat/0.png")


def test_a_file_of_answers_is_there_whole_and_its_name_says_its_form(home, tmp_path):
    (folder,) = (home / "results" / "tiny" / "net").iterdir()
    Image.new("RGB", (60, 50), (200, 120, 60)).save(tmp_path / "own.webp")
    for name in ("out.csv", "out.json"):
        answer = bench_here(tmp_path, "predict", "own.webp", "--run", str(folder), "--out", name)
        assert (answer.returncode, answer.stdout) == (0, "")
        assert answer.stderr.splitlines()[-1] == f"bench: written to {name}"
    with (tmp_path / "out.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    (image,) = json.loads((tmp_path / "out.json").read_text())["images"]
    assert row["path"] == image["path"] == "own.webp"
    assert row["predicted"] == image["predicted"] == image["top"][0]["class"]
    assert float(row["confidence"]) == image["confidence"]


def test_mistakes_are_one_line(home, tmp_path):
    photo = "photos/test/cat/0.png"
    refused(bench_here(home, "predict", "nowhere/*.jpg"), "'nowhere/*.jpg': matches no image")
    refused(bench_here(home, "predict", photo, "--run", "nett"), "nett", "did you mean 'net'")
    refused(bench_here(home, "predict", photo, "--json", "--csv"), "only one of them")
    refused(bench_here(home, "predict", photo, "--csv", "--top", "3"), "--top 3")
    refused(bench_here(home, "predict", photo, "--out", "answers.txt"), ".json or .csv")
    refused(bench_here(home, "predict", photo, "--csv", "--out", "a.json"), "a.json", "--csv")
    refused(
        bench_here(home, "predict", photo, "--run", "net", "--out", "none/a.csv"),
        "none/a.csv: cannot be written to: No such file or directory",
    )
    assert not (home / "none").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_one_line_and_a_closed_pipe_none(home):
    command = f"{sys.executable} -m bench.cli predict photos/test --run net --csv"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}

    def run(script):
        return subprocess.run(
            ["bash", "-c", script], cwd=home, env=environment, capture_output=True, text=True
        )

    full = run(f"{command} > /dev/full")
    assert full.returncode == 2
    assert full.stderr == (
        "bench: standard output: cannot be written to: No space left on device\n"
    )
    closed = run(f"{command} | true; exit ${{PIPESTATUS[0]}}")
    assert (closed.returncode, closed.stderr) == (141, "")
