"""Graphs of a network answer as the network does, and resize photos as Pillow does."""

import io

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from PIL import Image
from safetensors.torch import save

from bench.experiments.spec import Experiment
from runners.data.decode import to_square
from runners.models.build import build_network
from runners.models.export import (
    IMAGES,
    OPSET,
    OUTPUTS,
    PHOTOS,
    images_program,
    load_program,
    onnx_bytes,
    photos_program,
    program_bytes,
    resized,
)
from runners.models.trained import load_trained

# Those that take long need no clock and one thread.
pytestmark = pytest.mark.side_by_side

SIDE = 48  # no power of two, so that a share of it is no round number
TEMPERATURE = 1.7
BILINEAR = Image.Resampling.BILINEAR


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def across_first(photo, side):
    """Pillow's resizing in two steps, in the order that is the usual one."""
    image = Image.fromarray(photo)
    return np.asarray(image.resize((side, image.height), BILINEAR).resize((side, side), BILINEAR))


@pytest.mark.parametrize(
    ("height", "width"),
    [(1, 1), (48, 48), (49, 48), (20, 50), (300, 400), (400, 300), (7, 900), (900, 7), (900, 1600)],
)
def test_photos_are_resized_to_the_byte_as_pillow_resizes(height, width):
    photos = noise(2, height, width, 3)
    found = resized(torch.from_numpy(photos), SIDE).numpy().transpose(0, 2, 3, 1)
    wanted = np.stack([across_first(photo, SIDE) for photo in photos])
    np.testing.assert_array_equal(found, wanted)
    if height <= 1.5 * width:
        one_call = np.stack([to_square(Image.fromarray(photo), SIDE) for photo in photos])
        np.testing.assert_array_equal(found, one_call)


def classifier_of(model, side=SIDE):
    """A network with random weights, as a run would have left it."""
    torch.manual_seed(0)
    network = build_network(Experiment("random", model), 5, side)
    record = {
        "experiment": {"name": "random", "model": model, "weights": "none"},
        "classes": list("abcde"),
        "data": {"image_size": side},
        "normalization": {"mean": [0.4, 0.5, 0.6], "std": [0.2, 0.25, 0.3]},
    }
    return load_trained(record, save(network.state_dict()))


def session(content):
    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])


def assert_answers(found, logits):
    """Logits, probabilities and calibrated ones, against torch's own of the logits."""
    for one, wanted in zip(
        found,
        (logits, torch.softmax(logits, 1), torch.softmax(logits / TEMPERATURE, 1)),
        strict=True,
    ):
        np.testing.assert_allclose(one, wanted.numpy(), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    "model",
    [
        "embedded:resnet18_slim",
        pytest.param("embedded:vit_slim_patch8", marks=pytest.mark.slow),
        pytest.param("torchvision:resnet18", marks=pytest.mark.slow),
        pytest.param("timm:vit_tiny_patch16_224", marks=pytest.mark.slow),
    ],
)
def test_both_kinds_of_graph_answer_as_the_network_in_batches_of_any_size(model):
    classifier = classifier_of(model)
    program = images_program(classifier, TEMPERATURE)
    asked = session(onnx_bytes(program, IMAGES, {"said": "so"}))
    loaded = load_program(program_bytes(program))
    for n in (1, 2, 5):
        images = classifier.inputs(noise(n, SIDE, SIDE, 3))
        with torch.inference_mode():
            logits = classifier.network(images)
        assert_answers(asked.run(list(OUTPUTS), {IMAGES: images.numpy()}), logits)
        assert_answers([one.numpy() for one in loaded(images)], logits)


@pytest.mark.parametrize(
    "model",
    [
        "embedded:resnet18_slim",
        pytest.param("embedded:vit_slim_patch8", marks=pytest.mark.slow),
    ],
)
def test_photos_of_any_size_are_prepared_inside(model):
    classifier = classifier_of(model)
    asked = session(onnx_bytes(photos_program(classifier, TEMPERATURE), PHOTOS, {}))
    for n, height, width in ((1, 71, 91), (3, SIDE, SIDE), (2, 20, 501), (1, 1300, 997)):
        photos = noise(n, height, width, 3)
        squares = np.stack([across_first(photo, SIDE) for photo in photos])
        with torch.inference_mode():
            logits = classifier.network(classifier.inputs(squares))
        assert_answers(asked.run(list(OUTPUTS), {PHOTOS: photos}), logits)


@pytest.mark.slow
def test_the_file_is_sound_onnx_with_names_for_what_is_free_and_nothing_is_printed(capfd):
    classifier = classifier_of("embedded:resnet18_slim")
    content = onnx_bytes(
        photos_program(classifier, 1.0), PHOTOS, {"said": "so", "image_size": "48"}
    )
    assert capfd.readouterr() == ("", "")
    model = onnx.load(io.BytesIO(content))
    onnx.checker.check_model(model, full_check=True)
    assert {one.domain: one.version for one in model.opset_import}[""] == OPSET
    assert {one.key: one.value for one in model.metadata_props} == {
        "said": "so",
        "image_size": "48",
    }
    asked = session(content)
    assert [(one.name, one.shape, one.type) for one in asked.get_inputs()] == [
        (PHOTOS, ["batch", "height", "width", 3], "tensor(uint8)")
    ]
    assert [(one.name, one.shape) for one in asked.get_outputs()] == [
        (name, ["batch", 5]) for name in OUTPUTS
    ]
