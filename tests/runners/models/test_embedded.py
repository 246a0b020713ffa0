"""The networks that come with the package, and their weights."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from bench.errors import UserError
from bench.experiments.config import load_suite
from bench.experiments.spec import Experiment, Freezing, Phase
from bench.survey import take
from runners.data.loader import IMAGENET
from runners.freezing import FreezableClassifier, check_freezing, trainable_blocks
from runners.models import embedded
from runners.models.build import build_blocks, build_network
from runners.models.embedded import NAMES, embedded_file
from runners.models.weights import find_weights, load_weights, locate
from runners.preparation import check_experiment, normalization
from tests.bench.suites import draw_photos

RESNET, VIT = (f"embedded:{name}" for name in NAMES)
BLOCKS = {
    RESNET: ["stem", "layer1", "layer2", "layer3", "layer4", "head"],
    VIT: ["embed", *(f"blocks.{i}" for i in range(12)), "head"],
}
models = pytest.mark.parametrize("model", [RESNET, VIT])
names = pytest.mark.parametrize("name", NAMES)


def built(model, n_classes=5, image_size=64):
    """The network and the names of its head's parameters."""
    experiment = Experiment("x", model)
    network = build_network(experiment, n_classes, image_size)
    return network, frozenset(build_blocks(experiment, network)[-1].parameters)


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """A folder of weights in the place of the package's own, with a tensor a file."""
    folder = tmp_path / "weights"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        save_file({"x": torch.full((2,), float(number))}, folder / f"{name}.safetensors")
    monkeypatch.setattr(embedded, "FOLDER", folder)
    return folder


class TestNetworks:
    @models
    def test_their_blocks_are_those_of_their_big_siblings(self, model):
        experiment = Experiment("x", model)
        blocks = build_blocks(experiment, build_network(experiment, 5, 64))
        assert [block.name for block in blocks] == BLOCKS[model]

    @pytest.mark.parametrize(
        ("model", "sibling"),
        [(RESNET, "timm:resnet18d"), (VIT, "timm:vit_base_patch8_224")],
    )
    def test_their_parameters_are_called_as_their_siblings_are(self, model, sibling):
        with torch.device("meta"):
            small, large = (build_network(Experiment("x", one), 5, 64) for one in (model, sibling))
        assert small.state_dict().keys() == large.state_dict().keys()

    @models
    def test_they_are_small(self, model):
        network, _ = built(model)
        assert sum(parameter.numel() for parameter in network.parameters()) < 1_700_000

    @models
    @pytest.mark.parametrize("image_size", [64, 96])
    @pytest.mark.parametrize("n_classes", [2, 18])
    def test_they_take_images_of_the_suites_size(self, model, image_size, n_classes):
        network, _ = built(model, n_classes, image_size)
        with torch.inference_mode():
            logits = network.eval()(torch.randn(2, 3, image_size, image_size))
        assert logits.shape == (2, n_classes)
        assert torch.isfinite(logits).all()

    @models
    def test_torchs_seed_decides_how_they_start(self, model):
        def first_weights(seed):
            torch.manual_seed(seed)
            return next(iter(built(model)[0].parameters())).detach().clone()

        assert torch.equal(first_weights(0), first_weights(0))
        assert not torch.equal(first_weights(0), first_weights(1))

    @models
    def test_their_normalization_is_what_they_were_pretrained_with(self, model):
        experiment = Experiment("x", model, weights="pretrained", normalize="model")
        assert normalization(experiment, built(model)[0]) == IMAGENET


class TestFreezing:
    @models
    def test_counts_free_the_deepest_blocks_first_and_then_more(self, model):
        freezing = Freezing(trainable_blocks=1, every_epochs=2, add_blocks=2)
        found = [trainable_blocks(freezing, BLOCKS[model], epoch) for epoch in (0, 2)]
        assert found == [set(BLOCKS[model][-2:]), set(BLOCKS[model][-4:])]

    @models
    def test_all_blocks_can_be_freed_and_no_more(self, model):
        n_blocks = len(BLOCKS[model]) - 1
        check_freezing(Freezing(trainable_blocks=n_blocks), BLOCKS[model], "freezing")
        with pytest.raises(UserError, match=f"the model has {n_blocks} blocks besides the head"):
            check_freezing(Freezing(trainable_blocks=n_blocks + 1), BLOCKS[model], "freezing")

    def test_blocks_can_be_named_by_glob(self):
        phases = (Phase(0, ("blocks.1?",)), Phase(1, ("embed", "blocks.*")))
        freezing = Freezing(phases=phases)
        check_freezing(freezing, BLOCKS[VIT], "freezing")
        assert trainable_blocks(freezing, BLOCKS[VIT], 0) == {"blocks.10", "blocks.11", "head"}
        assert trainable_blocks(freezing, BLOCKS[VIT], 1) == set(BLOCKS[VIT])

    @models
    def test_a_step_changes_what_is_free_and_nothing_else(self, model):
        torch.manual_seed(0)
        network, _ = built(model, 3, 32)
        classifier = FreezableClassifier(network, build_blocks(Experiment("x", model), network))
        free = frozenset(BLOCKS[model][-2:])
        classifier.set_trainable(free)
        classifier.train()
        before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        images, labels = torch.randn(6, 3, 32, 32), torch.arange(6) % 3
        optimizer = torch.optim.SGD(classifier.trainable_parameters().values(), lr=0.1)
        for _ in range(2):  # a head of zeros passes no gradient on in the first step
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(classifier(images), labels).backward()
            optimizer.step()
        changed = {
            name
            for name, tensor in network.state_dict().items()
            if not torch.equal(tensor, before[name])
        }
        of_block = {block.name: set(block.parameters) for block in classifier.blocks}
        assert changed
        for block in BLOCKS[model]:
            assert bool(of_block[block] & changed) == (block in free)
        frozen_modules = [
            name for block in classifier.blocks if block.name not in free for name in block.modules
        ]
        assert not any(name.rpartition(".")[0] in frozen_modules for name in changed)


class TestNames:
    @models
    def test_pretrained_and_the_networks_own_name_mean_the_same_file(self, model, own_folder):
        name = model.removeprefix("embedded:")
        for weights in ("pretrained", model):
            experiment = Experiment("x", model, weights=weights)
            assert embedded_file(experiment) == own_folder / f"{name}.safetensors"
            assert locate(experiment) == find_weights(experiment).path == embedded_file(experiment)

    def test_other_weights_are_not_the_packages(self):
        for model, weights in (
            (VIT, "none"),
            (VIT, "mine.safetensors"),
            ("timm:resnet18", "pretrained"),
            ("torchvision:resnet18", "IMAGENET1K_V1"),
        ):
            assert embedded_file(Experiment("x", model, weights=weights)) is None

    def test_a_network_can_start_from_nothing_or_from_a_file_of_ones_own(self, tmp_path):
        assert locate(Experiment("x", VIT, weights="none")) is None
        file = tmp_path / "mine.safetensors"
        save_file(built(VIT)[0].state_dict(), file)
        assert locate(Experiment("x", VIT, weights=str(file))) == file

    @pytest.mark.parametrize(
        ("model", "said"),
        [
            ("embedded:resnet18slim", "did you mean 'resnet18_slim'?"),
            ("embedded:vit_slim_patch16", "did you mean 'vit_slim_patch8'?"),
            ("embedded:x", "known: resnet18_slim, vit_slim_patch8"),
            ("embeded:resnet18_slim", "did you mean 'embedded'?"),
        ],
    )
    def test_an_unknown_model_is_one_line_with_the_nearest(self, model, said):
        with pytest.raises(UserError) as caught:
            build_network(Experiment("mine", model), 3, 64)
        assert str(caught.value).startswith(f"experiment.mine.model = {model!r}: ")
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        ("weights", "said"),
        [
            ("embedded:resnet18slim", "did you mean 'embedded:resnet18_slim'?"),
            (
                "embedded:",
                "known: none, pretrained, embedded:resnet18_slim, embedded:vit_slim_patch8",
            ),
        ],
    )
    def test_so_are_unknown_weights(self, weights, said):
        with pytest.raises(UserError) as caught:
            locate(Experiment("mine", RESNET, weights=weights))
        assert str(caught.value).startswith(f"experiment.mine.weights = {weights!r}: ")
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_weights_that_were_not_installed_are_one_line(self, own_folder):
        (own_folder / "vit_slim_patch8.safetensors").unlink()
        with pytest.raises(
            UserError, match=r"experiment\.x\.weights = 'pretrained': there is no such"
        ):
            locate(Experiment("x", VIT, weights="pretrained"))

    def test_one_networks_weights_do_not_fit_the_other(self):
        with pytest.raises(UserError, match="another network's weights") as caught:
            check_experiment(Experiment("x", VIT, weights=RESNET), 5, 64)
        assert "\n" not in str(caught.value)

    def test_they_are_known_without_torch(self):
        code = (
            "import sys; from bench.experiments.spec import Experiment;"
            "from runners.models.embedded import embedded_file;"
            f"embedded_file(Experiment('x', {VIT!r}, weights='pretrained'));"
            "print(*sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[3],
        )
        assert not set(done.stdout.split()) & {"torch", "timm", "numpy"}


class TestIdentity:
    SUITE = """
    [suite]
    name = "tiny"
    data = "photos"
    [data.photos]
    root = "photos"
    [experiment.one]
    model = "embedded:vit_slim_patch8"
    weights = "pretrained"
    """

    @pytest.fixture
    def identity(self, tmp_path):
        """The identity that a run has with these weights."""
        draw_photos(tmp_path / "photos")
        (tmp_path / "suite.toml").write_text(self.SUITE)

        def of(weights):
            suite = load_suite(
                tmp_path / "suite.toml", assignments=[f"experiment.one.weights={weights}"]
            )
            survey = take(suite, tmp_path / "results", threads=1)
            assert survey.problem is None
            (planned,) = survey.runs
            return planned.run.identity

        return of

    def test_it_is_that_of_the_content_whatever_the_weights_are_called(
        self, identity, own_folder, tmp_path
    ):
        copy = tmp_path / "copy.safetensors"
        copy.write_bytes((own_folder / "vit_slim_patch8.safetensors").read_bytes())
        assert identity("pretrained") == identity(VIT) == identity(copy)
        assert identity(VIT) != identity(RESNET)

    def test_other_weights_of_the_same_name_make_other_runs(self, identity, own_folder):
        before = identity("pretrained")
        save_file({"x": torch.ones(3)}, own_folder / "vit_slim_patch8.safetensors")
        assert identity("pretrained") != before
        assert identity("none") not in (before, identity("pretrained"))


class TestWeights:
    @names
    def test_they_fit_their_network_all_but_the_head(self, name):
        experiment = Experiment("x", f"embedded:{name}", weights=f"embedded:{name}")
        network, head = built(experiment.model)
        record = load_weights(experiment, network, head)
        assert record["source"] == f"embedded:{name}"
        assert record["missing"] == record["unexpected"] == []
        assert set(record["new_head"]) == head
        stored = load_file(record["file"])
        state = network.state_dict()
        assert stored.keys() == state.keys() - head
        for key, tensor in stored.items():
            assert torch.equal(state[key], tensor.to(state[key].dtype)), key

    @names
    def test_all_their_numbers_are_finite_and_not_all_the_same(self, name):
        for key, tensor in load_file(embedded.FOLDER / f"{name}.safetensors").items():
            assert torch.isfinite(tensor).all(), key
            if tensor.ndim > 1:
                assert tensor.float().std() > 0, key

    @pytest.mark.parametrize("image_size", [32, 96])
    def test_the_vits_fit_another_image_size(self, image_size):
        experiment = Experiment("x", VIT, weights="pretrained")
        network, head = built(VIT, 5, image_size)
        assert load_weights(experiment, network, head)["missing"] == []
        with torch.inference_mode():
            logits = network.eval()(torch.randn(2, 3, image_size, image_size))
        assert torch.isfinite(logits).all()

    @models
    def test_a_check_before_the_run_finds_nothing_wrong(self, model):
        check_experiment(Experiment("x", model, weights="pretrained"), 18, 64)

    def test_together_they_are_at_most_6_million_bytes(self):
        sizes = [(embedded.FOLDER / f"{name}.safetensors").stat().st_size for name in NAMES]
        assert sum(sizes) <= 6_000_000

    @names
    def test_the_readme_has_their_sha256(self, name):
        content = (embedded.FOLDER / f"{name}.safetensors").read_bytes()
        readme = (embedded.FOLDER / "README.md").read_text(encoding="utf-8")
        (row,) = re.findall(rf"^.*{name}\.safetensors.*$", readme, re.MULTILINE)
        assert hashlib.sha256(content).hexdigest() in row
        assert f"{len(content):,}" in row

    def test_there_are_no_others(self):
        files = {path.stem for path in embedded.FOLDER.glob("*.safetensors")}
        assert files == set(NAMES)


@pytest.mark.parametrize("weights", ["IMAGENET1K_V1", "pretraind", "resnet18_slim"])
def test_an_embedded_network_has_no_other_librarys_weights(weights):
    with pytest.raises(UserError, match=r"the package has no such weights; did you mean|known"):
        locate(Experiment("x", "embedded:resnet18_slim", weights=weights))


def test_the_vit_refuses_a_size_that_is_no_multiple_of_its_patches():
    with pytest.raises(UserError, match="multiple of 8"):
        build_network(Experiment("x", "embedded:vit_slim_patch8"), 3, 60)
