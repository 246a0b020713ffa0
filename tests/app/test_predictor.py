"""A predictor says of every test image what its run said, and how far that can be believed."""

import io
import json
import pickle
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.special import softmax

from app.predictor import load_predictor
from bench.errors import UserError
from bench.results.atomic import sha256_file
from bench.results.records import complete_runs
from bench.results.store import COMPLETE, DamagedError, RunFolder
from runners.data.decode import decode
from tests.bench.trained_runs import train


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """A suite trained in fp32, and one trained in bf16."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        return {
            precision: train(tmp_path_factory.mktemp(precision), f"defaults.precision={precision}")
            for precision in ("fp32", "bf16")
        }


def record_of(home, experiment):
    runs = complete_runs(home / "results" / "tiny")
    return next(run for run in runs if run.experiment == experiment)


@pytest.fixture(scope="module")
def predictor(homes):
    return load_predictor(record_of(homes["fp32"], "net"))


def said(record, split="test"):
    predictions = record.predictions()
    return predictions[predictions["split"] == split]


def squares(predictor, home, paths):
    return [predictor.square(decode(home / "photos" / "test" / path)) for path in paths]


@pytest.mark.parametrize("experiment", ["net", "vit"])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_it_says_of_every_test_image_what_the_run_said(homes, precision, experiment):
    """Whatever a run trained in, its scores are fp32's; so is the tolerance."""
    record = record_of(homes[precision], experiment)
    assert record.spec["precision"] == precision
    predictor = load_predictor(record)
    test = said(record)
    answers = predictor.answer_all(squares(predictor, homes[precision], test["path"]))
    raw = test[[f"p:{name}" for name in predictor.classes]].to_numpy()
    assert [answer.predicted for answer in answers] == test["predicted"].tolist()
    np.testing.assert_allclose([answer.raw for answer in answers], raw, atol=1e-4)
    scaled = softmax(np.log(raw) / predictor.temperature, axis=1)
    calibrated = np.array([answer.calibrated for answer in answers])
    np.testing.assert_allclose(calibrated, scaled, atol=1e-4)
    limit = predictor.threshold.confidence
    assert [a.is_sure for a in answers] == (calibrated.max(axis=1) >= limit).tolist()


def test_an_answer_names_its_best_class_and_those_behind_it(predictor):
    answer = predictor.answer(Image.new("RGB", (70, 50), (200, 120, 60)))
    top = answer.top(2)
    assert [one.name for one in answer.top(9)] == [
        predictor.classes[at] for at in np.argsort(-answer.raw, kind="stable")
    ]
    assert (top[0].name, top[0].probability) == (answer.predicted, answer.confidence)
    assert top[1].probability == np.sort(answer.calibrated)[-2]
    assert answer.calibrated.sum() == pytest.approx(1)


def test_a_stream_gives_the_same_and_reads_no_more_than_a_batch_ahead(predictor):
    images = [np.full((32, 32, 3), 3 * at, dtype=np.uint8) for at in range(11)]
    read = []

    def coming():
        for at, image in enumerate(images):
            read.append(at)
            yield image

    whole = [answer.raw for answer in predictor.answer_all(images)]
    for number, answer in enumerate(predictor.answer_stream(coming(), batch_size=4)):
        np.testing.assert_allclose(answer.raw, whole[number], atol=1e-6)
        assert len(read) <= number - number % 4 + 4
    assert len(read) == 11
    assert predictor.answer_all([]) == []
    assert list(predictor.answer_stream([])) == []


def copied(homes, folder, *, damage):
    """A run folder of which one file was damaged after it was sealed."""
    shutil.copytree(record_of(homes["fp32"], "net").folder.path, folder / "0-0123456789ab")
    damage(folder / "0-0123456789ab")
    return replace(record_of(homes["fp32"], "net"), folder=RunFolder(folder / "0-0123456789ab"))


def flip(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))


@pytest.mark.parametrize("name", ["model.safetensors", "predictions.parquet", "run.json"])
@pytest.mark.parametrize("damage", [flip, lambda file: file.unlink()], ids=["flip", "remove"])
def test_what_is_damaged_or_missing_is_told_in_one_line(homes, tmp_path, name, damage):
    record = copied(homes, tmp_path, damage=lambda folder: damage(folder / name))
    with pytest.raises((DamagedError, UserError)) as caught:
        load_predictor(record)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_weights_sealed_over_another_network_are_refused(homes, tmp_path):
    vit = record_of(homes["fp32"], "vit").folder

    def swap(folder):
        (folder / "model.safetensors").write_bytes(vit.read("model.safetensors"))
        (folder / COMPLETE).write_bytes(
            (folder / COMPLETE)
            .read_bytes()
            .replace(digest(record_of(homes["fp32"], "net")), digest_of(folder))
        )

    with pytest.raises(UserError, match=r"model\.safetensors: does not fit"):
        load_predictor(copied(homes, tmp_path, damage=swap))


def digest(record):
    seal = json.loads((record.folder.path / COMPLETE).read_bytes())
    return seal["sha256"]["model.safetensors"].encode()


def digest_of(folder):
    return sha256_file(folder / "model.safetensors").encode()


def test_nothing_is_unpickled(homes, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a pickle was opened")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    record = record_of(homes["fp32"], "net")
    assert load_predictor(record).classes == tuple(record.spec["classes"])


def test_validation_alone_decides_temperature_and_threshold(homes, predictor, monkeypatch):
    record = record_of(homes["fp32"], "net")
    frame = record.predictions()
    test = frame["split"] == "test"
    columns = [name for name in frame if name.startswith("p:")]
    frame.loc[test, columns] = 1 / len(columns)
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    plain = record.folder.read
    monkeypatch.setattr(
        record.folder,
        "read",
        lambda name: buffer.getvalue() if name == "predictions.parquet" else plain(name),
    )
    again = load_predictor(record)
    assert again.temperature == predictor.temperature
    pd.testing.assert_series_equal(
        pd.Series(vars(again.threshold)), pd.Series(vars(predictor.threshold))
    )
