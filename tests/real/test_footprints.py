"""The four methods on real photos, end to end: `bench run`, again, one seed more, the report."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.bench.cli import warm
from tests.bench.cli.command import BENCH, environment

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared"
SUITE = ["-f", str(PROJECT / "tests" / "real" / "footprints.toml"), "--profile", "small"]
PHOTOS = SHARED / "data" / "footprints-3"
WEIGHTS = SHARED / "weights" / "vit_small_patch14_dinov2.safetensors"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not PHOTOS.is_dir(), reason=f"the real photos are not at {PHOTOS}"),
    pytest.mark.skipif(not WEIGHTS.is_file(), reason=f"the real weights are not at {WEIGHTS}"),
]


def bench(results, command, *arguments):
    asked = (command, *SUITE, "--results", str(results), *arguments)
    return warm.run("bench.cli", asked, PROJECT, environment(), timeout=900)


def bench_anew(results, command, *arguments):
    """The same in a Python that starts with nothing."""
    return subprocess.run(
        [*BENCH, command, *SUITE, "--results", results, *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=900,
        env=environment(),
    )


def sealed(results):
    return {p.parent: p.stat().st_mtime_ns for p in results.glob("real-footprints/*/*/COMPLETE")}


def test_the_photos_and_weights_are_found_and_planned(tmp_path):
    answer = bench(tmp_path, "list", "--json")
    assert answer.returncode == 0, answer.stderr
    rows = json.loads(answer.stdout)["runs"]
    assert [row["experiment"] for row in rows] == [
        "resnet18-baseline",
        "resnet18-progressive-unfreezing",
        "vit-full-finetune",
        "vit-progressive-freezing",
    ]
    assert all(len(row["identity"]) == 12 for row in rows)


@pytest.mark.slow
def test_four_methods_run_once_then_nothing_then_only_the_new_seed(tmp_path):
    answer = bench(tmp_path, "run", "--all")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    first = sealed(tmp_path)
    assert len(first) == 4
    for title in ("Experiments", "Accuracy per class", "Confused pairs"):
        assert title in answer.stdout

    began = time.perf_counter()
    again = bench_anew(tmp_path, "run", "--all")
    assert time.perf_counter() - began < 3
    assert again.returncode == 0
    assert again.stdout.startswith("nothing to do: 4 of 4 runs are complete")

    more = bench(tmp_path, "run", "resnet18-baseline", "--seeds", "0,1")
    assert more.returncode == 0, more.stdout + more.stderr
    assert {folder: first[folder] for folder in first} == {
        folder: time for folder, time in sealed(tmp_path).items() if folder in first
    }
    assert len(sealed(tmp_path)) == 5

    report = json.loads(bench(tmp_path, "report", "--json").stdout)
    assert {row["class"]: row["n"] for row in report["per_class"]} == {
        "domestic_cat": 35,
        "domestic_dog": 9,
        "european_badger": 17,
    }
    check_weights(tmp_path)


def check_weights(results):
    """The ViTs carry the real weights whole: nothing missing, nothing left over."""
    for file in results.glob("real-footprints/vit-*/*/run.json"):
        spec = json.loads(file.read_text())
        assert spec["weights"]["missing"] == spec["weights"]["unexpected"] == []
        assert spec["n_images"] == {"train": 163, "val": 31, "test": 61}
        assert spec["blocks"][0] == "embed"
        assert len(spec["blocks"]) == 14
