"""One contract for freezing, held by every family of backbones, over real training steps."""

import copy
from collections.abc import Iterator

import pytest
import torch
from torch import nn

from bench.errors import UserError
from bench.experiments.spec import Experiment, Freezing, Optimizer, Phase, Schedule
from runners.fitting import _prepare_epoch
from runners.freezing import FreezableClassifier, check_freezing, last_change, trainable_blocks
from runners.models.blocks import HEAD
from runners.models.build import build_blocks, build_network

N_CLASSES = 3
# (model, image size): the smallest of each family, at the smallest size that it takes.
FAMILIES = [
    ("torchvision:resnet18", 32),
    ("timm:resnet18", 32),
    ("timm:vit_tiny_patch16_224", 32),
    ("timm:swin_tiny_patch4_window7_224", 64),  # at 32 its last windows hold one token
    ("timm:convnext_atto", 32),
    ("timm:efficientnet_b0", 32),
]
BY_COUNT = Freezing(trainable_blocks=1, every_epochs=1, add_blocks=1, reset_optimizer=True)


def classifier(model: str, image_size: int) -> FreezableClassifier:
    torch.manual_seed(0)
    experiment = Experiment("x", model)
    network = build_network(experiment, N_CLASSES, image_size)
    for module in network.modules():  # so that a dropout that is awake would show
        if isinstance(module, nn.Dropout):
            module.p = 0.1
    return FreezableClassifier(network, build_blocks(experiment, network))


@pytest.fixture(scope="module", params=FAMILIES, ids=[name for name, _ in FAMILIES])
def family(request: pytest.FixtureRequest) -> Iterator[tuple[FreezableClassifier, int]]:
    model, size = request.param
    return classifier(model, size), size


@pytest.fixture
def fresh(family: tuple[FreezableClassifier, int]) -> tuple[FreezableClassifier, torch.Tensor]:
    model, size = copy.deepcopy(family[0]), family[1]
    torch.manual_seed(1)
    return model, torch.randn(4, 3, size, size)


def names_of(model: FreezableClassifier) -> list[str]:
    return [block.name for block in model.blocks]


def snapshot(model: FreezableClassifier) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.network.state_dict().items()}


def train_step(
    model: FreezableClassifier, images: torch.Tensor, optimizer: torch.optim.Optimizer
) -> None:
    labels = torch.arange(len(images)) % N_CLASSES
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(images), labels).backward()
    optimizer.step()


def test_every_parameter_is_in_exactly_one_block_and_the_head_is_last(family) -> None:
    model = family[0]
    in_blocks = [name for block in model.blocks for name in block.parameters]
    assert sorted(in_blocks) == sorted(name for name, _ in model.network.named_parameters())
    assert names_of(model)[0] in ("stem", "embed")
    assert names_of(model)[-1] == HEAD
    parameters = dict(model.network.named_parameters())
    assert any(parameters[name].shape[0] == N_CLASSES for name in model.blocks[-1].parameters)


@pytest.mark.parametrize("epoch", [0, 1])
def test_frozen_parameters_and_batch_norms_stay_bit_identical(fresh, epoch: int) -> None:
    model, images = fresh
    names = names_of(model)
    trainable = trainable_blocks(BY_COUNT, names, epoch)
    model.set_trainable(trainable)
    before = snapshot(model)
    optimizer = torch.optim.Adam(model.trainable_parameters().values(), lr=0.01)
    for _ in range(2):
        model.train()
        train_step(model, images, optimizer)
    after = model.network.state_dict()
    block_of = state_block(model)
    frozen = [name for name in before if block_of[name] not in trainable]
    assert frozen
    assert all(torch.equal(before[name], after[name]) for name in frozen)
    moved = [n for n, p in model.network.named_parameters() if not torch.equal(before[n], p)]
    assert set(moved) == set(model.trainable_parameters())


def state_block(model: FreezableClassifier) -> dict[str, str]:
    """The block of each parameter and buffer."""
    found = {}
    modules = {name: block.name for block in model.blocks for name in block.modules}
    for name in model.network.state_dict():
        owner = name.rpartition(".")[0]
        found[name] = modules.get(owner, "")
    for block in model.blocks:
        found |= dict.fromkeys(block.parameters, block.name)
    return found


def test_the_optimizer_holds_exactly_the_trainable_parameters(fresh) -> None:
    model, _ = fresh
    experiment = Experiment("x", "m", freezing=BY_COUNT, epochs=9)
    optimizer = _prepare_epoch(experiment, model, None, 0)
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    wanted = trainable_blocks(BY_COUNT, names_of(model), 0)
    parameters = dict(model.network.named_parameters())
    inside = {id(parameters[n]) for b in model.blocks if b.name in wanted for n in b.parameters}
    assert held == inside


def test_frozen_blocks_sleep_after_every_train_call(fresh) -> None:
    model, _ = fresh
    model.set_trainable(frozenset({HEAD, names_of(model)[-2]}))
    for call in (model.train, lambda: model.train(True), lambda: model.eval().train()):
        call()
        modules = dict(model.network.named_modules())
        for block in model.blocks:
            expected = block.name in (HEAD, names_of(model)[-2])
            assert all(modules[name].training is expected for name in block.modules)
    assert not any(module.training for module in model.eval().modules())


def test_autograd_stores_nothing_for_the_frozen_front(fresh) -> None:
    model, images = fresh

    def saved_elements(trainable: frozenset[str]) -> int:
        model.set_trainable(trainable)
        model.train()
        own = {tensor.data_ptr() for tensor in model.network.state_dict().values()}
        count = 0

        def pack(tensor: torch.Tensor) -> torch.Tensor:
            nonlocal count
            count += tensor.numel() if tensor.data_ptr() not in own else 0
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            model(images)
        return count

    head_only = saved_elements(frozenset({HEAD}))
    everything = saved_elements(frozenset(names_of(model)))
    features = next(p for n, p in model.network.named_parameters() if n in head_names(model))
    # Only what goes into the head is kept: a few vectors of its width an image, no maps.
    assert head_only <= 4 * len(images) * features.shape[-1]
    assert everything > 10 * head_only


def head_names(model: FreezableClassifier) -> tuple[str, ...]:
    return model.blocks[-1].parameters


def test_head_output_has_no_history_below_the_first_trainable_block(fresh) -> None:
    model, images = fresh
    model.set_trainable(frozenset({HEAD}))
    model.train()
    model(images).sum().backward()
    with_gradient = {n for n, p in model.network.named_parameters() if p.grad is not None}
    assert with_gradient == set(head_names(model))


def test_thawed_and_frozen_again_a_block_keeps_no_gradient(fresh) -> None:
    model, images = fresh
    model.set_trainable(frozenset(names_of(model)))
    model(images).sum().backward()
    model.set_trainable(frozenset({HEAD}))
    frozen = set(dict(model.network.named_parameters())) - set(head_names(model))
    parameters = dict(model.network.named_parameters())
    assert all(parameters[name].grad is None for name in frozen)


RESNET = ["stem", "layer1", "layer2", "layer3", "layer4", "head"]
VIT = ["embed", *(f"blocks.{i}" for i in range(12)), "head"]


def test_the_study_unfreezes_a_resnet_stage_every_five_epochs_until_all_train() -> None:
    study = Freezing(trainable_blocks=1, every_epochs=5, add_blocks=1, reset_optimizer=True)
    sets = [trainable_blocks(study, RESNET, epoch) for epoch in range(40)]
    assert sets[0] == sets[4] == {"layer4", "head"}
    assert sets[5] == {"layer3", "layer4", "head"}
    assert sets[19] == {"layer1", "layer2", "layer3", "layer4", "head"}
    assert sets[20] == sets[39] == set(RESNET)
    changes = [e for e in range(40) if last_change(study, RESNET, e) == e]
    assert changes == [0, 5, 10, 15, 20]


def test_the_study_starts_a_vit_with_its_last_two_blocks() -> None:
    study = Freezing(trainable_blocks=2, every_epochs=5, add_blocks=1, reset_optimizer=True)
    assert trainable_blocks(study, VIT, 0) == {"blocks.10", "blocks.11", "head"}
    assert trainable_blocks(study, VIT, 19) == {*VIT[-6:]}


def test_no_schedule_trains_all_and_no_blocks_train_the_head() -> None:
    assert trainable_blocks(None, RESNET, 7) == set(RESNET)
    assert trainable_blocks(Freezing(trainable_blocks=0), RESNET, 7) == {"head"}


def test_phases_thaw_and_freeze_by_name_and_glob() -> None:
    phases = Freezing(
        phases=(Phase(0, ("blocks.1[01]",)), Phase(3, ("blocks.9",)), Phase(6, ("*",)))
    )
    assert trainable_blocks(phases, VIT, 2) == {"blocks.10", "blocks.11", "head"}
    assert trainable_blocks(phases, VIT, 3) == {"blocks.9", "head"}
    assert trainable_blocks(phases, VIT, 6) == set(VIT)
    assert [last_change(phases, VIT, e) for e in range(8)] == [0, 0, 0, 3, 3, 3, 6, 6]


def test_a_pattern_that_matches_no_block_is_an_error_with_the_nearest_name() -> None:
    phases = Freezing(phases=(Phase(0, ("layer5",)),))
    with pytest.raises(UserError, match=r"phases\.0\.trainable: 'layer5' matches no block; did"):
        check_freezing(phases, RESNET, "experiment.x.freezing")


def test_more_blocks_than_there_are_is_an_error() -> None:
    with pytest.raises(UserError, match="trainable_blocks = 6: the model has 5 blocks"):
        check_freezing(Freezing(trainable_blocks=6), RESNET, "experiment.x.freezing")


@pytest.mark.parametrize("reset", [True, False])
def test_the_optimizer_forgets_or_keeps_as_declared(reset: bool) -> None:
    model = classifier("torchvision:resnet18", 32)
    freezing = Freezing(
        phases=(Phase(0, ("layer4",)), Phase(1, ("layer3", "layer4")), Phase(2, ("layer3",))),
        reset_optimizer=reset,
    )
    experiment = Experiment("x", "m", freezing=freezing, optimizer=Optimizer("adam"), epochs=9)
    images = torch.randn(4, 3, 32, 32)
    first = _prepare_epoch(experiment, model, None, 0)
    train_step(model, images, first)
    parameters = dict(model.network.named_parameters())
    stays, comes = parameters["layer4.0.conv1.weight"], parameters["layer3.0.conv1.weight"]
    moment = first.state[stays]["exp_avg"].clone()
    second = _prepare_epoch(experiment, model, first, 1)
    assert second is not first
    assert comes not in second.state
    if reset:
        assert not second.state
    else:
        assert torch.equal(second.state[stays]["exp_avg"], moment)
    train_step(model, images, second)
    third = _prepare_epoch(experiment, model, second, 2)
    assert stays not in third.state
    assert (comes in third.state) is not reset


def test_within_a_phase_the_optimizer_stays_the_same() -> None:
    model = classifier("torchvision:resnet18", 32)
    freezing = Freezing(trainable_blocks=1, every_epochs=2, add_blocks=1, reset_optimizer=True)
    experiment = Experiment("x", "m", freezing=freezing, epochs=9)
    first = _prepare_epoch(experiment, model, None, 0)
    assert _prepare_epoch(experiment, model, first, 1) is first
    assert _prepare_epoch(experiment, model, first, 2) is not first


@pytest.mark.parametrize(("restart", "expected"), [(False, 1e-6), (True, 1e-4)])
def test_a_rebuilt_optimizer_restarts_the_schedule_only_if_told(restart, expected) -> None:
    model = classifier("torchvision:resnet18", 32)
    freezing = Freezing(trainable_blocks=1, every_epochs=2, add_blocks=1, restart_schedule=restart)
    experiment = Experiment(
        "x",
        "m",
        freezing=freezing,
        schedule=Schedule("step", every_epochs=1, gamma=0.1),
        epochs=9,
    )
    optimizer = _prepare_epoch(experiment, model, None, 0)
    optimizer = _prepare_epoch(experiment, model, optimizer, 2)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(expected)
