"""A suite's photos and weights, as the doctor sees them."""

import pytest

from bench.doctor.check import looked
from bench.doctor.study import data_set, weights_checks
from tests.bench.suites import draw_photos, load

HEAD = '[suite]\nname = "s"\ndata = "d"\n'
PHOTOS = '[data.d]\nroot = "photos"\n'
PLAIN = '[experiment.x]\nmodel = "torchvision:resnet18"\n'


@pytest.fixture(autouse=True)
def empty_hubs(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))


def data_found(folder, data=PHOTOS):
    return data_set(load(folder, HEAD + data + PLAIN))


def weights_found(folder, experiments):
    suite = load(folder, HEAD + PHOTOS + experiments)
    return [looked("weights", check) for check in weights_checks(suite)]


class TestDataSet:
    def test_its_images_classes_and_splits_are_counted(self, tmp_path):
        draw_photos(tmp_path / "photos", n_train=3)
        found = data_found(tmp_path)
        assert (found.status, found.advice) == ("ok", "")
        assert found.found == "10 images of 2 classes: 6 train, 2 val, 2 test"

    def test_what_one_may_not_expect_is_a_note(self, tmp_path):
        draw_photos(tmp_path / "photos")
        (tmp_path / "photos/train/fox/notes.txt").write_text("")
        (tmp_path / "photos/spare").mkdir()
        found = data_found(tmp_path)
        assert found.status == "note"
        assert "not used: spare" in found.found
        assert "1 file that is no image" in found.found

    def test_where_it_is_not_here_the_ways_to_go_on_are_advised(self, tmp_path):
        quick = "[profile.quick.data.d]\nsynthetic = {}\n"
        found = data_found(tmp_path, PHOTOS + 'obtain = "ask the zoo"\n' + quick)
        assert found.status == "missing"
        assert "there is no such folder" in found.found
        assert found.advice.splitlines()[0] == "to get it: ask the zoo"
        assert found.advice.splitlines()[1].endswith("--quick (works now)")

    def test_a_folder_that_cannot_be_trained_on_is_missing_too(self, tmp_path):
        (tmp_path / "photos/train/fox").mkdir(parents=True)
        found = data_found(tmp_path)
        assert found.status == "missing"
        assert "no val split" in found.found

    def test_data_that_get_drawn_need_nothing(self, tmp_path):
        found = data_found(tmp_path, "[data.d]\nsynthetic = { images = 60, seed = 987 }\n")
        assert found.status == "ok"
        assert found.found == "60 footprints, drawn by program when they are first needed"


class TestWeights:
    def test_each_model_with_its_weights_is_looked_at_once(self, tmp_path):
        twice = PLAIN + PLAIN.replace(".x", ".y")
        other = PLAIN.replace(".x", ".z") + 'weights = "IMAGENET1K_V1"\n'
        assert len(weights_found(tmp_path, twice + other)) == 2

    def test_none_need_no_file(self, tmp_path):
        (found,) = weights_found(tmp_path, PLAIN)
        assert found.status == "ok"
        assert found.found == "torchvision:resnet18, none: it starts from random values"

    def test_a_file_is_named_with_its_size(self, tmp_path):
        (tmp_path / "sub").mkdir()
        (tmp_path / "mine.pth").write_bytes(bytes(2_000_000))
        (found,) = weights_found(tmp_path, PLAIN + 'weights = "sub/../mine.pth"\n')
        assert found.status == "ok"
        assert found.found == f"torchvision:resnet18: {tmp_path / 'mine.pth'}, 2 MB"

    def test_a_file_that_is_not_here_is_missing(self, tmp_path):
        (found,) = weights_found(tmp_path, PLAIN + 'weights = "gone.pth"\n')
        assert found.status == "missing"
        assert "experiment.x.weights" in found.found

    def test_what_a_run_would_fetch_is_a_note_with_its_address(self, tmp_path):
        (found,) = weights_found(tmp_path, PLAIN + 'weights = "IMAGENET1K_V1"\n')
        assert found.status == "note"
        assert found.found == "torchvision:resnet18, IMAGENET1K_V1: not here yet"
        assert " https://download.pytorch.org/models/resnet18-" in found.advice
        assert not (tmp_path / "torch").exists()

    def test_a_model_that_is_not_known_is_missing(self, tmp_path):
        (found,) = weights_found(tmp_path, PLAIN.replace("resnet18", "resnet19"))
        assert found.status == "missing"
        assert "did you mean 'resnet18'?" in found.found
