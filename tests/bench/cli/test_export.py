"""`bench export`: a run as a folder for others, and mistakes in one line."""

import pytest

from tests.bench.cli.command import bench_here, refused
from tests.bench.trained_runs import train


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        return train(tmp_path_factory.mktemp("home"))


def test_it_says_where_it_is_and_how_far_the_graphs_are_from_the_run(home):
    answer = bench_here(home, "export", "net", "--no-onnx")
    assert (answer.returncode, answer.stderr) == (0, "")
    check, written = answer.stdout.splitlines()
    assert check.startswith("model.pt2: differs by at most ")
    assert check.endswith(" on 12 test images of the run")
    assert written == (
        "written to results/tiny/export/net-0: "
        "MODEL_CARD.md, classes.json, model.pt2, model.safetensors, run.json"
    )
    assert (home / "results/tiny/export/net-0/MODEL_CARD.md").is_file()
    # what is exported is no run
    listed = bench_here(home, "list")
    assert "2 complete" in listed.stdout


def test_mistakes_are_one_line(home, tmp_path):
    none = ("--no-onnx", "--no-torch-export")
    refused(bench_here(home, "export", "nett"), "nett", "did you mean 'net'")
    refused(bench_here(home, "export", "net", "--no-onnx", "--with-preprocessing"), "as ONNX")
    (tmp_path / "mine.txt").touch()
    refused(
        bench_here(home, "export", "net", "--out", str(tmp_path), *none),
        "holds 'mine.txt', which is not of an export; name another folder with --out",
    )
    (run,) = (home / "results" / "tiny" / "vit").iterdir()
    weights = run / "model.safetensors"
    whole = weights.read_bytes()
    try:
        weights.write_bytes(whole[:-1])
        answer = bench_here(home, "export", str(run), "--out", str(tmp_path / "new"), *none)
    finally:
        weights.write_bytes(whole)
    refused(answer, "model.safetensors: was changed after the run was sealed")
    assert not (tmp_path / "new").exists()
