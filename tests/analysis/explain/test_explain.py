"""From a run's folder to pictures of what its model sees."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from analysis.explain.examples import saliency_examples, trained_of
from analysis.explain.examples import test_images as images_of
from analysis.explain.explain import explain
from analysis.explain.saliency import saliency
from bench.errors import UserError
from bench.results.records import DRAWN_NOTICE, RunRecord
from bench.results.store import DamagedError, RunFolder


def unasked():
    raise AssertionError("the data set is not needed")


def text_of(figure):
    texts = [figure.get_suptitle(), figure.get_supxlabel()]
    return " ".join(" ".join([*texts, *(axes.get_title() for axes in figure.get_axes())]).split())


def test_examples_are_the_runs_own_images_predictions_and_maps(records, photos):
    record = records["net"]
    found = saliency_examples(record, photos, n=2)
    said = record.predictions().query("split == 'test'").set_index("path")
    assert found
    assert [one.is_correct for one in found] == sorted(
        (one.is_correct for one in found), reverse=True
    )
    trained = trained_of(record)
    for one in found:
        row = said.loc[one.path]
        assert (one.true, one.predicted) == (row["true"], row["predicted"])
        assert one.confidence == row[f"p:{one.predicted}"]
        np.testing.assert_array_equal(one.image, photos.read("test", one.path))
        target = trained.classes.index(one.predicted)
        alone = saliency(trained, trained.inputs(one.image[None]), [target])
        np.testing.assert_allclose(one.map, alone.maps[0], atol=1e-4)
        assert one.method == alone.method == "Grad-CAM at layer4.1.conv2, 1 × 1 cells"


def test_there_are_at_most_n_of_each_kind(records, photos):
    for n in (1, 3):
        seen = images_of(records["vit"], photos, n)
        for kind in (True, False):
            assert sum(one.is_correct is kind for one in seen) <= n


def test_a_convolutional_run_has_both_ends_and_saliency(records, photos):
    made = explain(records["net"], lambda: photos)
    assert [name for name, _ in made.figures] == [
        "filters-conv1.0",
        "filters-layer4.1.conv2",
        "saliency",
    ]
    assert made.notes == ()
    first = text_of(made.figures[0][1])
    assert "net, seed 0: what conv1.0 looks for" in first
    assert "the first 8 of 12 filters, 3 × 3: mid-grey is zero" in first
    assert "Grad-CAM at layer4.1.conv2, 1 × 1 cells" in text_of(made.figures[-1][1])
    assert DRAWN_NOTICE not in first


def test_a_vit_has_its_patch_embedding_and_rollout(records, photos):
    made = explain(records["vit"], lambda: photos, n_filters=3)
    assert [name for name, _ in made.figures] == ["filters-patch_embed.proj", "saliency"]
    assert "the first 3 of 96 filters, 8 × 8" in text_of(made.figures[0][1])
    assert "Attention rollout, 4 × 4 patches" in text_of(made.figures[1][1])


def test_layers_are_the_users_choice(records, photos):
    made = explain(records["net"], lambda: photos, layers=["layer2.0.conv1", "layer3.1.conv2"])
    assert [name for name, _ in made.figures] == [
        "filters-layer2.0.conv1",
        "filters-layer3.1.conv2",
        "saliency",
    ]
    assert "Grad-CAM at layer3.1.conv2, 2 × 2 cells" in text_of(made.figures[-1][1])
    with pytest.raises(UserError, match=r"did you mean 'layer3\.1\.conv2'"):
        explain(records["net"], lambda: photos, layers=["layer3.1.conv22"])


def test_own_images_need_no_data_set_and_are_named(records, tmp_path):
    files = [tmp_path / name for name in ("first.png", "second.jpg", "third.png")]
    for file, colour in zip(files, [(60, 60, 70), (200, 120, 60), (90, 160, 90)], strict=True):
        Image.new("RGB", (50, 40), colour).save(file)
    made = explain(records["net"], unasked, files)
    trained = trained_of(records["net"])
    image = np.asarray(Image.open(files[0]).resize((32, 32), 2))[None]
    probabilities = trained.predict(image)[0]
    said = f"said: {trained.classes[probabilities.argmax()]}, {100 * probabilities.max():.0f} %"
    filters, saliency_ = text_of(made.figures[0][1]), text_of(made.figures[-1][1])
    assert f"first.png {said}" in filters
    assert "second.jpg said:" in filters
    assert "third.png" not in filters
    assert "third.png said:" in saliency_
    assert "true" not in saliency_


def test_one_image_is_enough(records, tmp_path):
    Image.new("RGB", (50, 40)).save(tmp_path / "only.png")
    made = explain(records["vit"], unasked, [tmp_path / "only.png"])
    assert "only.png" in text_of(made.figures[0][1])


def test_a_broken_image_is_named(records, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no image")
    with pytest.raises(UserError, match=r"broken\.png': cannot be read as an image"):
        explain(records["net"], unasked, [broken])


def test_drawn_footprints_are_called_so_in_every_figure(records, photos):
    drawn = replace(records["net"])
    drawn.spec["drawn"] = True
    for _, figure in explain(drawn, lambda: photos).figures:
        assert DRAWN_NOTICE in text_of(figure)


def test_what_cannot_be_shown_is_told_beside_what_can(records, photos, monkeypatch):
    def refuse(*_):
        raise UserError("net: there is no saliency map")

    monkeypatch.setattr("analysis.explain.explain.with_saliency", refuse)
    made = explain(records["net"], lambda: photos)
    assert [name for name, _ in made.figures] == ["filters-conv1.0", "filters-layer4.1.conv2"]
    assert made.notes == ("net: there is no saliency map",)


def test_damaged_weights_are_not_used(records, photos, tmp_path):
    import shutil

    copy = tmp_path / "0-copy"
    shutil.copytree(records["net"].folder.path, copy)
    (copy / "model.safetensors").write_bytes(b"other")
    with pytest.raises(DamagedError, match=r"model\.safetensors"):
        explain(RunRecord("net", 0, RunFolder(copy)), lambda: photos)
