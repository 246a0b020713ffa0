"""An export is one folder, whole and checked; or everything is left as it was."""

import contextlib
import errno
import importlib.util
import io
import json
import re
from pathlib import Path

import onnx
import pytest
from PIL import Image

from app.predictor import load_predictor
from bench.chosen import choose_run
from bench.errors import UserError
from bench.exporting import checking
from bench.exporting.folder import Wanted, check_place, default_folder, export_run
from bench.exporting.samples import Samples
from bench.results.atomic import PART
from runners.data.decode import decode
from tests.bench.trained_runs import survey

# Those that take long need no clock and one thread.
pytestmark = pytest.mark.side_by_side

NO_GRAPHS = Wanted(onnx=False, photos=False, program=False)
PROGRAM = Wanted(onnx=False, photos=False, program=True)
PLAIN = ("MODEL_CARD.md", "classes.json", "model.safetensors", "run.json")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_weights_and_record_are_the_runs_bytes_and_the_card_lists_the_files(chosen, tmp_path):
    made = export_run(chosen, tmp_path / "deep" / "out", NO_GRAPHS)
    assert (made.files, made.checks, made.notes) == (PLAIN, (), ())
    assert names(tmp_path / "deep" / "out") == list(PLAIN)
    assert names(tmp_path / "deep") == ["out"]
    for name in ("model.safetensors", "run.json"):
        assert (made.folder / name).read_bytes() == chosen.record.folder.read(name)
    about = json.loads((made.folder / "classes.json").read_text())
    assert about["classes"] == ["badger", "cat", "dog"]
    assert about["identity"] == chosen.record.spec["identity"]
    card = (made.folder / "MODEL_CARD.md").read_text()
    assert re.findall(r"^- `(\S+)`:", card, re.MULTILINE) == [
        "model.safetensors",
        "run.json",
        "classes.json",
        "MODEL_CARD.md",
    ]
    assert "onnx" not in card
    assert "## Checked" not in card


def test_it_goes_beside_the_report_unless_it_is_said(chosen, home):
    assert default_folder(chosen) == home / "results" / "tiny" / "export" / "net-0"


def test_an_export_of_the_same_run_is_replaced_and_nothing_else(chosen, home, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    export_run(chosen, out, NO_GRAPHS)
    (out / "classes.json").write_text(
        json.dumps({"identity": chosen.record.spec["identity"], "old": True})
    )
    export_run(chosen, out, NO_GRAPHS)
    assert "old" not in json.loads((out / "classes.json").read_text())
    before = {path: path.read_bytes() for path in out.iterdir()}
    other = choose_run("vit", lambda: survey(home))
    with pytest.raises(UserError, match=r"holds an export of run \w{12}, and this is"):
        export_run(other, out, NO_GRAPHS)
    (out / "notes.txt").touch()
    with pytest.raises(UserError, match=r"holds 'notes\.txt', which is not of an export"):
        export_run(chosen, out, NO_GRAPHS)
    (out / "notes.txt").unlink()
    assert {path: path.read_bytes() for path in out.iterdir()} == before
    (out / "classes.json").unlink()
    with pytest.raises(UserError, match="an export of run unknown"):
        export_run(chosen, out, NO_GRAPHS)
    with pytest.raises(UserError, match="is no folder"):
        check_place(out / "run.json", "")
    with pytest.raises(UserError, match="cannot be written to"):
        export_run(chosen, out / "run.json" / "below", NO_GRAPHS)


def test_where_a_graph_answers_otherwise_nothing_is_left_behind(chosen, tmp_path, monkeypatch):
    export_run(chosen, tmp_path / "out", NO_GRAPHS)
    before = names(tmp_path / "out")
    plain = checking.asking_program

    def wrong(content):
        ask = plain(content)
        return lambda batch: tuple(p + 2e-4 for p in ask(batch))

    monkeypatch.setattr("bench.exporting.folder.asking_program", wrong)
    with pytest.raises(UserError) as caught:
        export_run(chosen, tmp_path / "out", PROGRAM)
    assert re.search(r"model\.pt2: .* up to 2\.\de-04 on test images of the run", str(caught.value))
    assert "\n" not in str(caught.value)
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == before


def test_where_the_new_one_cannot_take_the_place_the_old_one_stays(chosen, tmp_path, monkeypatch):
    export_run(chosen, tmp_path / "out", NO_GRAPHS)
    plain = Path.replace

    def full(self, target):
        if self.suffix == PART:
            raise OSError(errno.ENOSPC, "No space left on device")
        return plain(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UserError, match="No space left"):
        export_run(chosen, tmp_path / "out", NO_GRAPHS)
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == list(PLAIN)


def test_a_link_stays_one_and_what_it_leads_to_is_replaced(chosen, tmp_path):
    export_run(chosen, tmp_path / "deep" / "real", NO_GRAPHS)
    (tmp_path / "deep" / "real" / "MODEL_CARD.md").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "deep" / "real")
    export_run(chosen, tmp_path / "link", NO_GRAPHS)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "deep" / "real" / "MODEL_CARD.md").read_text() != "old"
    assert names(tmp_path) == ["deep", "link"]
    assert names(tmp_path / "deep") == ["real"]


@pytest.mark.slow
def test_where_the_data_set_is_elsewhere_it_is_checked_on_drawn_footprints(chosen, home, tmp_path):
    (home / "photos").rename(home / "elsewhere")
    try:
        made = export_run(chosen, tmp_path / "out", PROGRAM)
    finally:
        (home / "elsewhere").rename(home / "photos")
    (note,) = made.notes
    assert note.startswith("checked on drawn footprints, not on test images")
    (check,) = made.checks
    assert (check.file, check.kind) == ("model.pt2", "footprints drawn for the check")
    assert check.n > 30
    card = (made.folder / "MODEL_CARD.md").read_text()
    assert f"{check.n} footprints drawn for the check" in card
    assert "can unpickle" in card


def test_without_its_packages_it_is_refused_in_one_line(chosen, tmp_path, monkeypatch):
    plain = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec",
        lambda name, *more: None if name == "onnxscript" else plain(name, *more),
    )
    with pytest.raises(UserError, match=r"onnxscript: not installed; pip install 'trackbench\[ex"):
        export_run(chosen, tmp_path / "out", Wanted())
    assert names(tmp_path) == []


@pytest.fixture(scope="session")
def exported(home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported") / "net"
    return export_run(choose_run("net", lambda: survey(home)), folder, Wanted(photos=True))


@pytest.mark.slow
def test_all_graphs_are_checked_on_the_runs_test_images(exported):
    assert exported.files == tuple(sorted((*PLAIN, "model.onnx", "model.pt2", "photos.onnx")))
    assert [(check.file, check.n, check.kind) for check in exported.checks] == [
        (name, 12, "test images of the run") for name in ("model.onnx", "model.pt2", "photos.onnx")
    ]
    assert all(check.difference < 1e-5 for check in exported.checks)
    card = (exported.folder / "MODEL_CARD.md").read_text()
    for check in exported.checks:
        assert (
            f"- {check.file}: differs by at most {check.difference:.1e} on 12 test images" in card
        )


@pytest.mark.slow
@pytest.mark.parametrize("file", ["model.onnx", "photos.onnx"])
def test_the_file_says_how_images_are_prepared_and_what_answers_mean(exported, chosen, file):
    properties = {one.key: one.value for one in onnx.load(exported.folder / file).metadata_props}
    predictor = load_predictor(chosen.record)
    assert json.loads(properties["classes"]) == list(predictor.classes)
    assert json.loads(properties["image_size"]) == 32
    assert json.loads(properties["mean"]) == list(predictor.classifier.normalization.mean)
    assert json.loads(properties["temperature"]) == predictor.temperature
    assert json.loads(properties["threshold"]) == predictor.threshold.confidence
    assert properties["data_fingerprint"] == chosen.record.spec["fingerprint"]
    assert "Pillow" in properties["resize"]


@pytest.mark.slow
def test_the_cards_own_lines_name_a_photo(exported, chosen, tmp_path, monkeypatch):
    """Written, run, and compared: what a reader copies from the card works."""
    for path in exported.folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    Image.new("RGB", (90, 60), (200, 120, 60)).save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    card = (exported.folder / "MODEL_CARD.md").read_text()
    images, photos = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    said, names_ = io.StringIO(), {}
    with contextlib.redirect_stdout(said):
        exec(images, names_)  # noqa: S102 - it is what is tested
    answer = load_predictor(chosen.record).answer(decode(tmp_path / "photo.jpg"))
    word, confidence, *_ = said.getvalue().split()
    assert word == answer.predicted
    assert float(confidence) == pytest.approx(answer.confidence, abs=1e-3)
    exec(photos, names_)  # noqa: S102
    assert names_["calibrated"][0] == pytest.approx(answer.calibrated, abs=1e-4)


@pytest.mark.slow
def test_a_photo_that_pillow_resizes_in_another_order_is_told_apart(exported, chosen):
    predictor = load_predictor(chosen.record)
    ask = checking.asking_onnx((exported.folder / "photos.onnx").read_bytes())
    wide = Image.effect_noise((400, 60), 90).convert("RGB")
    tall = Image.effect_noise((60, 400), 90).convert("RGB")
    found = checking.check_photos("photos.onnx", ask, predictor, Samples((wide, tall), "photos"))
    assert found.n == 2
    assert found.difference < 1e-5
    across_first = tall.resize((32, 400), Image.Resampling.BILINEAR)
    is_down_first = (predictor.square(across_first) != predictor.square(tall)).any()
    assert found.n_down_first == is_down_first
    if is_down_first:  # a matter of Pillow's version
        assert 1e-5 < found.difference_down_first < 0.1
        assert "1 of them are resized in another order than Pillow's" in found.line()


@pytest.mark.slow
def test_a_graph_that_resizes_otherwise_is_refused(exported, chosen):
    predictor = load_predictor(chosen.record)
    ask = checking.asking_onnx((exported.folder / "photos.onnx").read_bytes())
    samples = Samples((Image.effect_noise((400, 300), 90).convert("RGB"),), "photos")

    def askew(batch):
        return ask(batch[:, :-9])

    with pytest.raises(UserError, match=r"photos\.onnx: its probabilities differ"):
        checking.check_photos("photos.onnx", askew, predictor, samples)
