"""`bench explain`: pictures of what a run's model sees, and mistakes in one line."""

import pytest
from PIL import Image

from tests.bench.cli.command import bench, refused
from tests.bench.trained_runs import train


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        return train(tmp_path_factory.mktemp("home"))


def written(answer):
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    return [line.removeprefix("written to ") for line in answer.stdout.splitlines()]


def test_pictures_of_test_images_go_beside_the_report(home):
    files = written(bench(home, "explain", "net", "--filters", "4"))
    folder = "results/tiny/report/explain/net-0"
    assert files == [
        f"{folder}/filters-conv1.0.png",
        f"{folder}/filters-layer4.1.conv2.png",
        f"{folder}/saliency.png",
    ]
    for file in files:
        with Image.open(home / file) as picture:
            picture.load()
            assert picture.format == "PNG"
            assert min(picture.size) > 300


def test_own_images_and_a_run_folder_need_neither_suite_nor_data_set(home, tmp_path):
    (folder,) = (home / "results" / "tiny" / "vit").iterdir()
    Image.new("RGB", (60, 50), (200, 120, 60)).save(tmp_path / "own.jpg")
    answer = bench(tmp_path, "explain", str(folder), "own.jpg", "--out", "pictures")
    assert written(answer) == ["pictures/filters-patch_embed.proj.png", "pictures/saliency.png"]
    assert (tmp_path / "pictures" / "saliency.png").is_file()


def test_mistakes_are_one_line(home, tmp_path):
    refused(bench(home, "explain", "nett"), "nett", "did you mean 'net'")
    refused(bench(home, "explain", "net", "--layer", "conv9"), "--layer conv9", "did you mean")
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no image")
    refused(bench(home, "explain", "net", str(broken)), "broken.png", "cannot be read")
    file = tmp_path / "file"
    file.touch()
    refused(bench(home, "explain", "net", "--out", str(file)), "file: cannot be written to")
