"""Validation with the features of a frozen front gives what validation without them gives."""

import numpy as np
import pytest
import torch
from torch import nn

from bench.experiments.spec import Augment, Experiment
from runners import front
from runners.data.cache import Split
from runners.data.loader import IMAGENET
from runners.freezing import FreezableClassifier
from runners.models.blocks import Block
from runners.models.build import build_blocks, build_network
from runners.setting import Setting
from runners.validation import Validation, evaluate

N_IMAGES = 10
# Names, the side of an image, and the blocks that stay frozen.
FAMILIES = [
    ("torchvision:resnet18", 32, 4),
    ("torchvision:mobilenet_v3_small", 32, 8),
    ("timm:test_vit", 32, 3),
    ("timm:test_resnet", 32, 2),
    ("timm:test_convnext", 32, 2),
    ("timm:test_efficientnet", 32, 2),
    ("embedded:vit_slim_patch8", 32, 2),
]


def split(side):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (N_IMAGES, side, side, 3), dtype=np.uint8)
    return Split(images, np.arange(N_IMAGES) % 3, ("",) * N_IMAGES, ("a", "b", "c"))


def setting_of(experiment, precision="fp32"):
    return Setting(experiment, Augment(), IMAGENET, 0, torch.device("cpu"), precision)


def classifier(experiment, side):
    torch.manual_seed(0)
    network = build_network(experiment, 3, side)
    return FreezableClassifier(network, build_blocks(experiment, network))


def freeze(model, n_blocks):
    model.set_trainable(frozenset(block.name for block in model.blocks[n_blocks:]))


def notes(events):
    return [event["text"] for event in events if event["event"] == "note"]


class Calls:
    """How often a module computes."""

    def __init__(self, module):
        self.n = 0
        module.register_forward_hook(self._count)

    def _count(self, *_):
        self.n += 1


@pytest.mark.parametrize(("name", "side", "n_frozen"), FAMILIES)
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_features_are_used_again_and_change_no_bit(name, side, n_frozen, precision):
    experiment = Experiment("x", name, batch_size=4)
    setting, photos = setting_of(experiment, precision), split(side)
    model = classifier(experiment, side)
    freeze(model, n_frozen)
    said = []
    validate = Validation(setting, model, photos, said.append)
    validate()
    with torch.no_grad():  # as a step of training would
        for parameter in model.trainable_parameters().values():
            parameter.add_(0.01)
    # The front is made to fail, so that nothing but its features can be used.
    first = dict(model.network.named_parameters())[model.blocks[0].parameters[0]]
    expected = evaluate(setting, model, photos, precision)
    kept = first.detach().clone()
    first.data.fill_(torch.nan)
    scores = validate()
    first.data.copy_(kept)
    assert np.array_equal(scores.probabilities, expected.probabilities)
    assert np.array_equal(scores.labels, expected.labels)
    assert not notes(said)


def test_a_thawed_front_is_computed_anew():
    experiment = Experiment("x", "torchvision:resnet18", batch_size=4)
    setting, photos = setting_of(experiment), split(32)
    model = classifier(experiment, 32)
    validate = Validation(setting, model, photos)
    calls = Calls(model.network.layer1[0].conv1)
    # Three batches; where the block is behind the front, the first features are tried on it too.
    for n_frozen, n_calls in ((5, 3), (5, 0), (1, 4), (1, 3), (0, 3), (0, 3)):
        freeze(model, n_frozen)
        before = calls.n
        with torch.no_grad():
            for parameter in model.trainable_parameters().values():
                parameter.add_(0.01)
        scores = validate()
        assert calls.n - before == n_calls
        expected = evaluate(setting, model, photos, "fp32").probabilities
        assert np.array_equal(scores.probabilities, expected)


class Skipping(nn.Module):
    """The last block sees the input of the front's last block too."""

    def __init__(self):
        super().__init__()
        self.one = nn.Conv2d(3, 3, 3, padding=1)
        self.two = nn.Conv2d(3, 3, 3, padding=1)
        self.head = nn.Linear(3, 3)

    def forward(self, images):
        early = self.one(images)
        return self.head((self.two(early) + early).mean(dim=(2, 3)))


class Sharing(Skipping):
    """One activation, which stands in the first block, serves the others too."""

    def __init__(self):
        super().__init__()
        self.act = nn.ReLU()

    def forward(self, images):
        once = self.act(self.one(images))
        return self.head(self.act(self.two(once)).mean(dim=(2, 3)))


def own(network, *, first=("one",)):
    names = {"one": first, "two": ("two",), "head": ("head",)}
    blocks = [Block(k, (f"{k}.weight", f"{k}.bias"), modules) for k, modules in names.items()]
    return FreezableClassifier(network, blocks)


def skipping():
    torch.manual_seed(0)
    return own(Skipping())


def test_a_module_of_the_front_that_serves_behind_it_too_is_found():
    """Its first output must not stand for later ones."""
    setting, photos = setting_of(Experiment("x", "own", batch_size=4)), split(8)
    torch.manual_seed(0)
    model = own(Sharing(), first=("one", "act"))
    freeze(model, 1)
    said = []
    validate = Validation(setting, model, photos, said.append)
    for _ in range(3):
        scores = validate()
        expected = evaluate(setting, model, photos, "fp32").probabilities
        assert np.array_equal(scores.probabilities, expected)
        with torch.no_grad():
            for parameter in model.trainable_parameters().values():
                parameter.add_(0.1)
    (text,) = notes(said)
    assert "a module of its front is used again behind it" in text


def test_where_more_of_the_front_is_used_all_is_computed_and_that_is_said_once():
    setting, photos = setting_of(Experiment("x", "own", batch_size=4)), split(8)
    model = skipping()
    freeze(model, 2)
    said = []
    validate = Validation(setting, model, photos, said.append)
    expected = evaluate(setting, model, photos, "fp32").probabilities
    assert np.array_equal(validate().probabilities, expected)
    assert np.array_equal(validate().probabilities, expected)
    freeze(model, 1)  # here the last output is all that is used
    validate()
    freeze(model, 2)
    validate()
    (text,) = notes(said)
    assert "computed anew each epoch: the network uses more of its front" in text
    assert "forward" not in vars(model.network.one)


def test_features_that_take_too_much_memory_are_not_kept(monkeypatch):
    monkeypatch.setattr(front, "BUDGET_BYTES", 1000)
    experiment = Experiment("x", "torchvision:resnet18", batch_size=4)
    setting, photos = setting_of(experiment), split(32)
    model = classifier(experiment, 32)
    freeze(model, 1)
    said = []
    validate = Validation(setting, model, photos, said.append)
    expected = evaluate(setting, model, photos, "fp32").probabilities
    assert np.array_equal(validate().probabilities, expected)
    assert np.array_equal(validate().probabilities, expected)
    (text,) = notes(said)
    assert "they take more than 0 MB" in text
