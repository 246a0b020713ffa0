"""What the records refuse by themselves, and what they cost to import."""

import dataclasses
import subprocess
import sys

import pytest

from bench.experiments.spec import Freezing, Optimizer, Phase, Schedule


def test_importing_the_records_needs_no_parser_and_no_validator():
    code = "import sys, bench.experiments.spec; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "bench.experiments.spec" in loaded
    assert not loaded & {"pydantic", "tomllib", "torch", "numpy"}


def test_records_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Optimizer().lr = 1.0  # type: ignore[misc] # that it is refused is the point


def test_momentum_is_sgds_and_betas_are_adams():
    assert Optimizer("sgd", momentum=0.9).momentum == 0.9
    assert Optimizer("adamw", betas=(0.5, 0.9)).betas == (0.5, 0.9)
    for name in ("adam", "adamw"):
        with pytest.raises(ValueError, match=f"momentum belongs to sgd, not to {name}"):
            Optimizer(name, momentum=0.9)
    with pytest.raises(ValueError, match="betas belong to adam and adamw, not to sgd"):
        Optimizer("sgd", betas=(0.5, 0.9))


@pytest.mark.parametrize("settings", [{}, {"every_epochs": 5}, {"gamma": 0.1}])
def test_a_step_schedule_needs_its_step(settings):
    with pytest.raises(ValueError, match='a "step" schedule needs every_epochs and gamma'):
        Schedule("step", **settings)


@pytest.mark.parametrize(
    ("name", "settings", "owner"),
    [
        ("none", {"gamma": 0.1}, "step"),
        ("cosine", {"every_epochs": 5}, "step"),
        ("none", {"min_lr": 1e-6}, "cosine"),
        ("step", {"every_epochs": 5, "gamma": 0.1, "min_lr": 1e-6}, "cosine"),
    ],
)
def test_a_schedule_refuses_the_keys_of_another(name, settings, owner):
    with pytest.raises(ValueError, match=f'belongs? to "{owner}", not to "{name}"'):
        Schedule(name, **settings)


def test_warm_up_goes_with_every_schedule():
    assert Schedule("none", warmup_epochs=2).warmup_epochs == 2
    assert Schedule("cosine", warmup_epochs=2, min_lr=1e-6).warmup_epochs == 2
    assert Schedule("step", 5, 0.1, warmup_epochs=2).warmup_epochs == 2


PHASES = (Phase(0, ("head",)), Phase(5, ("blocks.*",)))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "either trainable_blocks or phases"),
        ({"trainable_blocks": 1, "phases": PHASES}, "and not both"),
        ({"phases": PHASES, "every_epochs": 5}, "belong to trainable_blocks"),
        ({"phases": PHASES, "add_blocks": 1}, "belong to trainable_blocks"),
        ({"trainable_blocks": 1, "add_blocks": 1}, "add_blocks needs every_epochs"),
        ({"trainable_blocks": 1, "every_epochs": 5}, "every_epochs needs add_blocks"),
        ({"phases": PHASES[1:]}, "starts at epoch 5; it must start at 0"),
        ({"phases": (*PHASES, Phase(3, ()))}, r"\[0, 5, 3\]; these must rise"),
        ({"phases": (*PHASES, Phase(5, ()))}, r"\[0, 5, 5\]; these must rise"),
    ],
)
def test_freezing_refuses_what_has_no_meaning(settings, said):
    with pytest.raises(ValueError, match=said):
        Freezing(**settings)


def test_freezing_takes_either_form():
    assert Freezing(trainable_blocks=0).phases == ()
    assert Freezing(trainable_blocks=2, every_epochs=5, add_blocks=1).add_blocks == 1
    assert Freezing(phases=PHASES, reset_optimizer=True).trainable_blocks is None
