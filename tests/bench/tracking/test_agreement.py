"""Whatever a run's model is asked through, it says what `predictions.parquet` says.

The class is the same, and probabilities agree within 1e-4, for every test image. A run that was
trained in bf16 is scored in fp32 like any other, so the same holds for it.
"""

import csv
import io
import shutil

import numpy as np
import pandas as pd
import pytest

from app.predictor import load_predictor
from bench.exporting.metadata import about, as_properties
from bench.results.records import complete_runs
from bench.tracking import ModelRule
from runners.data.decode import decode
from runners.models.export import IMAGES, PHOTOS, images_program, onnx_bytes, photos_program
from tests.bench.cli.command import bench_here
from tests.bench.trained_runs import train

from .seen import seen, sync

# Those that take long need no clock and one thread.
pytestmark = pytest.mark.side_by_side

TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def home(tmp_path_factory, make_results):
    """A suite trained in bf16, long enough to be of different minds about different images."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        settings = ("precision=bf16", "weights=pretrained", "epochs=2", "optimizer.lr=1e-3")
        folder = train(
            tmp_path_factory.mktemp("home"), *(f"defaults.{setting}" for setting in settings)
        )
    shutil.copy(make_results() / "mlflow.db", folder / "results")
    return folder


@pytest.fixture(scope="module")
def record(home):
    return next(run for run in complete_runs(home / "results/tiny") if run.experiment == "net")


@pytest.fixture(scope="module")
def said(record):
    """A row a test image, by its path."""
    assert record.spec["precision"] == "bf16"
    predictions = record.predictions()
    test = predictions[predictions["split"] == "test"].set_index("path")
    assert test["p:cat"].max() - test["p:cat"].min() > 0.1
    return test


def assert_agree(said, predicted, probabilities):
    columns = [name for name in said if name.startswith("p:")]
    assert list(predicted) == said["predicted"].tolist()
    np.testing.assert_allclose(probabilities, said[columns], atol=TOLERANCE)


def test_the_predictor(home, record, said):
    predictor = load_predictor(record)
    photos = [decode(home / "photos/test" / path) for path in said.index]
    answers = predictor.answer_all([predictor.square(photo) for photo in photos])
    assert_agree(said, [one.predicted for one in answers], [one.raw for one in answers])


def test_bench_predict(home, record, said):
    folder = str(record.folder.path)
    answer = bench_here(home, "predict", "photos/test", "--run", folder, "--csv")
    assert answer.returncode == 0, answer.stderr
    rows = {row["path"]: row for row in csv.DictReader(io.StringIO(answer.stdout))}
    found = pd.DataFrame([rows[f"photos/test/{path}"] for path in said.index])
    names = [name for name in said if name.startswith("p:")]
    assert_agree(said, found["predicted"], found[names].astype(float))


@pytest.mark.parametrize("kind", [IMAGES, pytest.param(PHOTOS, marks=pytest.mark.slow)])
def test_the_exported_onnx_in_onnxruntime(home, record, said, kind):
    import onnxruntime

    predictor = load_predictor(record)
    make = images_program if kind == IMAGES else photos_program
    program = make(predictor.classifier, predictor.temperature)
    content = onnx_bytes(program, kind, as_properties(about(predictor)))
    model = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    photos = [decode(home / "photos/test" / path) for path in said.index]
    if kind == IMAGES:
        squares = np.stack([predictor.square(photo) for photo in photos])
        asked = predictor.classifier.inputs(squares).numpy()
    else:
        asked = np.stack([np.asarray(photo) for photo in photos])
    (probabilities,) = model.run(["probabilities"], {kind: asked})
    names = [predictor.classes[best] for best in probabilities.argmax(axis=1)]
    assert_agree(said, names, probabilities)


def test_the_model_in_mlflow(home, said):
    sync(home / "results", ModelRule("always"), "tiny")
    model = seen(home / "results", "tiny").model("net seed 0")
    photos = [(home / "photos/test" / path).read_bytes() for path in said.index]
    answer = model.predict(pd.DataFrame({"image": photos}))
    names = [name for name in said if name.startswith("p:")]
    assert_agree(said, answer["species"], answer[names])
