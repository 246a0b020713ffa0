"""A whole run, from photos to the files of its folder: repeatable, resumable, honest."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file
from sklearn.metrics import accuracy_score

from bench.errors import UserError
from bench.experiments.spec import EarlyStopping, Experiment, Freezing, Optimizer, Schedule
from bench.results.store import CHECKPOINT, FILES, PREVIOUS_CHECKPOINT, RunFolder
from runners import checkpoint
from runners.checkpoint import Progress
from runners.run import execute
from runners.training import Diverged
from tests.runners.photos import draw, planned

VIT = Experiment(
    "vit",
    "timm:vit_tiny_patch16_224",
    epochs=4,
    batch_size=8,
    schedule=Schedule("step", every_epochs=2, gamma=0.1),
    freezing=Freezing(trainable_blocks=1, every_epochs=2, add_blocks=11, reset_optimizer=False),
    precision="fp32",
)
RESNET18 = Experiment("resnet", "torchvision:resnet18", epochs=3, batch_size=8, precision="fp32")
# The same blocks, but narrow: where any network does.
RESNET = replace(RESNET18, model="embedded:resnet18_slim")
SAME = ("model.safetensors", "predictions.parquet")


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return draw(tmp_path_factory.mktemp("photos"))


@pytest.fixture(autouse=True)
def threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


class Killed(BaseException):
    """As if the process had been killed between two epochs."""


def run(photos, path, experiment, seed=0, kill_after=None):
    folder = RunFolder(path)
    path.mkdir(exist_ok=True)
    events = []

    def emit(event):
        events.append(event)
        if event["event"] == "epoch" and event["epoch"] == kill_after:
            raise Killed

    execute(planned(photos, experiment, seed), folder, emit)
    return folder, events


def history(folder):
    frame = pd.read_csv(folder.path / "history.csv")
    return frame.drop(columns=["seconds", "images_per_second"])


def test_a_run_writes_every_file_with_the_columns_and_keys_that_others_build_on(photos, tmp_path):
    folder, events = run(photos, tmp_path / "run", RESNET)
    written = {path.name for path in folder.path.iterdir()}
    assert written == {*FILES, CHECKPOINT, PREVIOUS_CHECKPOINT} - {"log.txt", "events.jsonl"}
    frame = pd.read_csv(folder.path / "history.csv")
    assert list(frame.columns) == [
        "epoch",
        "learning_rate",
        "train_loss",
        "train_accuracy",
        "val_loss",
        "val_accuracy",
        "val_macro_accuracy",
        "trainable_parameters",
        "seconds",
        "images_per_second",
    ]
    assert frame["epoch"].tolist() == [0, 1, 2]
    predictions = pd.read_parquet(folder.path / "predictions.parquet")
    classes = ["badger", "cat", "dog"]
    expected = ["split", "path", "true", "predicted", *(f"p:{name}" for name in classes)]
    assert list(predictions.columns) == expected
    assert predictions["split"].value_counts().to_dict() == {"val": 12, "test": 12}
    assert (predictions["path"].str.split("/").str[0] == predictions["true"]).all()
    metrics = json.loads((folder.path / "metrics.json").read_text())
    keys = {"accuracy", "macro_accuracy", "macro_f1", "nll", "ece", "n"}
    assert metrics["val"].keys() == metrics["test"].keys() == keys
    test = predictions[predictions["split"] == "test"]
    assert metrics["test"]["accuracy"] == accuracy_score(test["true"], test["predicted"])
    assert [event["event"] for event in events if event["event"] not in ("step", "score")] == [
        "start",
        "epoch",
        "epoch",
        "epoch",
        "finish",
    ]


def test_run_json_holds_the_resolved_settings_and_the_circumstances(photos, tmp_path):
    folder, _ = run(photos, tmp_path / "run", RESNET18, seed=3)
    spec = json.loads((folder.path / "run.json").read_text())
    assert spec["experiment"]["optimizer"]["lr"] == 1e-4
    assert spec["seed"] == 3
    assert spec["threads"] == 1
    assert spec["precision"] == "fp32"
    assert spec["classes"] == ["badger", "cat", "dog"]
    assert spec["n_images"] == {"train": 24, "val": 12, "test": 12}
    assert spec["blocks"] == ["stem", "layer1", "layer2", "layer3", "layer4", "head"]
    assert spec["weights"] == {"source": "none"}
    assert spec["versions"]["torch"] == torch.__version__.partition("+")[0]


def test_the_network_learns_and_the_selected_epoch_is_the_one_stored(photos, tmp_path):
    eager = replace(RESNET, epochs=6, optimizer=Optimizer("adam", lr=1e-3))
    folder, events = run(photos, tmp_path / "run", eager)
    frame = history(folder)
    best = frame.sort_values(["val_accuracy", "val_loss"], ascending=[False, True]).iloc[0]
    assert events[-1]["selected_epoch"] == best["epoch"]
    metrics = json.loads((folder.path / "metrics.json").read_text())
    assert metrics["val"]["accuracy"] == best["val_accuracy"]
    assert metrics["val"]["nll"] == pytest.approx(best["val_loss"])
    assert metrics["test"]["accuracy"] > 0.6


@pytest.mark.parametrize("experiment", [RESNET18, VIT], ids=lambda e: e.name)
def test_the_same_seed_repeats_bit_for_bit_and_another_does_not(photos, tmp_path, experiment):
    first, _ = run(photos, tmp_path / "a", experiment)
    second, _ = run(photos, tmp_path / "b", experiment)
    other, _ = run(photos, tmp_path / "c", experiment, seed=1)
    for name in SAME:
        assert (first.path / name).read_bytes() == (second.path / name).read_bytes()
        assert (first.path / name).read_bytes() != (other.path / name).read_bytes()
    pd.testing.assert_frame_equal(history(first), history(second), check_exact=True)


@pytest.fixture(scope="module")
def whole(photos, tmp_path_factory):
    """The ViT's run, of which nothing was killed."""
    folder, _ = run(photos, tmp_path_factory.mktemp("runs") / "whole", VIT)
    return folder


@pytest.mark.parametrize("kill_after", [0, 1, 2])
def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(photos, tmp_path, whole, kill_after):
    """Across the unfreezing at epoch 2, with an optimizer that keeps its state."""
    with pytest.raises(Killed):
        run(photos, tmp_path / "killed", VIT, kill_after=kill_after)
    resumed, events = run(photos, tmp_path / "killed", VIT)
    notes = [event["text"] for event in events if event["event"] == "note"]
    assert notes == [f"resumed at epoch {kill_after + 1}"]
    for name in SAME:
        assert (whole.path / name).read_bytes() == (resumed.path / name).read_bytes()
    pd.testing.assert_frame_equal(history(whole), history(resumed), check_exact=True)


def test_a_resumed_run_keeps_the_threads_and_the_start_that_it_began_with(photos, tmp_path):
    folder = RunFolder(tmp_path)
    with pytest.raises(Killed):
        run(photos, tmp_path, RESNET, kill_after=0)
    begun = json.loads((tmp_path / "run.json").read_text())
    begun["started"] = "2026-01-01T00:00:00+00:00"
    folder.write_json("run.json", begun)
    execute(replace(planned(photos, RESNET), threads=2), folder, lambda _: None)
    after = json.loads((tmp_path / "run.json").read_text())
    assert after["threads"] == begun["threads"] == 1
    assert after["started"] == begun["started"]


def test_bf16_trains_and_is_recorded(photos, tmp_path):
    folder, _ = run(photos, tmp_path, replace(RESNET, precision="bf16"))
    spec = json.loads((folder.path / "run.json").read_text())
    assert spec["precision"] == "bf16"
    weights = load_file(folder.path / "model.safetensors")
    assert all(t.dtype == torch.float32 for t in weights.values() if t.is_floating_point())


def test_a_torn_checkpoint_is_not_used_and_that_is_said(photos, tmp_path):
    with pytest.raises(Killed):
        run(photos, tmp_path / "run", RESNET, kill_after=1)
    checkpoint = tmp_path / "run" / "checkpoint.pt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    _, events = run(photos, tmp_path / "run", RESNET)
    notes = [event["text"] for event in events if event["event"] == "note"]
    assert len(notes) == 1
    assert notes[0].startswith("checkpoint.pt is not used: it is torn or was changed")
    assert notes[0].endswith("; resumed at epoch 1")
    assert next(event for event in events if event["event"] == "start")["epoch"] == 1


def test_what_is_frozen_is_frozen_in_the_whole_run(photos, tmp_path):
    head_only = Experiment(
        "frozen",
        "torchvision:resnet18",
        epochs=2,
        batch_size=8,
        freezing=Freezing(trainable_blocks=0),
        precision="fp32",
    )
    state = []
    for epochs in (1, 2):
        folder, _ = run(photos, tmp_path / str(epochs), replace(head_only, epochs=epochs))
        state.append(load_file(folder.path / "model.safetensors"))
    backbone = [name for name in state[0] if not name.startswith("fc.")]
    assert all(torch.equal(state[0][name], state[1][name]) for name in backbone)
    assert pd.read_csv(folder.path / "history.csv")["trainable_parameters"].tolist() == [1539, 1539]


def test_a_loss_that_is_not_finite_ends_the_run_with_epoch_and_step(photos, tmp_path):
    wild = replace(RESNET, optimizer=Optimizer("sgd", lr=1e30))
    with pytest.raises(Diverged, match="not finite in epoch 0, step 1") as caught:
        run(photos, tmp_path / "run", wild)
    assert (caught.value.epoch, caught.value.step) == (0, 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_an_error_of_the_disk(tmp_path):
    class Full(RunFolder):
        def write(self, name, content, keep=None):
            with Path("/dev/full").open("wb") as file:
                content(file)

    progress = Progress(model={"w": torch.zeros(100_000)})
    with pytest.raises(OSError, match="No space left on device") as caught:
        checkpoint.save(Full(tmp_path), "identity", progress)
    assert caught.value.errno == 28


def test_a_network_that_only_its_validation_shows_to_be_broken_has_diverged(photos, tmp_path):
    """One step an epoch: its loss is computed before the step that spoils the weights."""
    wild = replace(RESNET, epochs=1, batch_size=64, optimizer=Optimizer("sgd", lr=1e30))
    with pytest.raises(Diverged, match="not finite in epoch 0, step 0"):
        run(photos, tmp_path, wild)
    assert not (tmp_path / "metrics.json").exists()


def test_what_is_left_out_of_the_data_is_recorded(tmp_path):
    photos = draw(tmp_path / "photos")
    (photos / "train" / "cat" / "live.heic").write_bytes(b"x")
    (photos / "train" / "cat" / "notes.txt").write_text("x")
    folder, events = run(photos, tmp_path / "run", replace(RESNET, epochs=1))
    notes = json.loads((folder.path / "run.json").read_text())["notes"]
    assert notes == [
        "files that are no images of a known format are left out: 1 with .heic, 1 with .txt"
    ]
    assert not [event for event in events if event["event"] == "note"]


def test_a_run_whose_record_was_lost_still_goes_on(photos, tmp_path):
    with pytest.raises(Killed):
        run(photos, tmp_path, RESNET, kill_after=0)
    (tmp_path / "run.json").unlink()
    _, events = run(photos, tmp_path, RESNET)
    assert next(event for event in events if event["event"] == "start")["epoch"] == 1


def test_early_stopping_waits_its_patience_and_no_longer(photos, tmp_path):
    stopping = replace(
        RESNET,
        epochs=30,
        optimizer=Optimizer("sgd", lr=1e-12),  # nothing moves but the batch norms
        freezing=Freezing(trainable_blocks=0),
        early_stopping=EarlyStopping(patience=2),
    )
    folder, _ = run(photos, tmp_path / "run", stopping)
    frame = history(folder)
    metrics = json.loads((folder.path / "metrics.json").read_text())
    assert len(frame) == metrics["selected_epoch"] + 1 + 2 < 30


def test_label_smoothing_and_clipping_change_the_training(photos, tmp_path):
    losses = []
    for number, extra in enumerate([{}, {"label_smoothing": 0.2}, {"clip_norm": 1e-3}]):
        folder, _ = run(photos, tmp_path / str(number), replace(RESNET, epochs=1, **extra))
        losses.append(history(folder)["train_loss"][0])
    assert len(set(losses)) == 3


def test_data_that_changed_since_the_plan_is_refused(tmp_path):
    photos = draw(tmp_path / "photos")
    job = planned(photos, RESNET)
    (photos / "train" / "cat" / "0.png").unlink()
    (tmp_path / "run").mkdir()
    with pytest.raises(UserError, match="has changed since the run was planned"):
        execute(job, RunFolder(tmp_path / "run"), lambda _: None)


def test_predictions_are_the_stored_networks_own(photos, tmp_path):
    """The selected weights, loaded into a fresh network, say what predictions.parquet says."""
    from PIL import Image
    from torchvision.models import resnet18
    from torchvision.transforms import functional

    folder, _ = run(photos, tmp_path / "run", RESNET18)
    network = resnet18(num_classes=3).eval()
    network.load_state_dict(load_file(folder.path / "model.safetensors"))
    content = (folder.path / "predictions.parquet").read_bytes()
    rows = pd.read_parquet(io.BytesIO(content)).query("split == 'test'")
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    for row in rows.to_dict("records"):
        image = Image.open(photos / "test" / row["path"]).convert("RGB").resize((32, 32), 2)
        tensor = functional.normalize(functional.to_tensor(image), mean, std)
        with torch.inference_mode():
            ours = torch.softmax(network(tensor[None]).double(), dim=1)[0].numpy()
        stored = np.array([row[f"p:{name}"] for name in ("badger", "cat", "dog")])
        np.testing.assert_allclose(ours, stored, atol=1e-5)
