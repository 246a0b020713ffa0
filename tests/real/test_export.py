"""An export of a run on real photos, of all sizes and shapes, answers as the run does."""

from pathlib import Path

import pytest

from tests.bench.cli import warm

PROJECT = Path(__file__).parents[2]
PHOTOS = PROJECT.parent / "shared" / "data" / "footprints-3"
# 96 is no power of two: sizes divided by it are no round numbers.
SUITE = f"""
[suite]
name = "real"
data = "prints"
seeds = [0]
[data.prints]
root = "{PHOTOS}"
image_size = 96
[defaults]
epochs = 1
batch_size = 16
threads = 1
[experiment.net]
model = "embedded:resnet18_slim"
weights = "pretrained"
"""

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.side_by_side,
    pytest.mark.skipif(not PHOTOS.is_dir(), reason=f"the real photos are not at {PHOTOS}"),
]


def bench(home, *arguments):
    alone = {"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin", "HOME": str(home)}
    return warm.run("bench.cli", arguments, home, alone, timeout=600)


def test_a_run_on_real_photos_is_exported_with_its_preprocessing(tmp_path):
    (tmp_path / "experiments.toml").write_text(SUITE)
    assert bench(tmp_path, "run", "--all").returncode == 0
    answer = bench(tmp_path, "export", "net", "--with-preprocessing")
    assert answer.returncode == 0, answer.stderr
    checks = answer.stdout.splitlines()[:-1]
    assert [line.partition(":")[0] for line in checks] == ["model.onnx", "model.pt2", "photos.onnx"]
    for line in checks:
        assert "on 61 test images of the run" in line
