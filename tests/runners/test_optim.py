"""The learning rate as a pure function of the epoch, and the optimizers as declared."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.experiments.spec import Optimizer, Schedule
from runners.optim import build_optimizer, carry_state, learning_rate

STEP = Schedule("step", every_epochs=5, gamma=0.1)


def test_the_studys_step_decay():
    rates = [learning_rate(1e-4, STEP, epoch, 20) for epoch in range(20)]
    assert rates[0] == rates[4] == 1e-4
    assert rates[5] == pytest.approx(1e-5)
    assert rates[19] == pytest.approx(1e-7)


def test_cosine_falls_from_the_base_to_its_minimum_after_a_linear_warm_up():
    cosine = Schedule("cosine", warmup_epochs=2, min_lr=0.1)
    rates = [learning_rate(1.0, cosine, epoch, 7) for epoch in range(7)]
    # Epochs 2 to 6 are 0, 1/5, 2/5, 3/5 and 4/5 of half a turn between 1 and 0.1.
    by_hand = [1 / 3, 2 / 3, 1.0, 0.914058, 0.689058, 0.410942, 0.185942]
    assert rates == pytest.approx(by_hand, abs=1e-6)


@given(
    base=st.floats(1e-6, 1.0),
    gamma=st.floats(0.01, 1.0),
    every=st.integers(1, 50),
    epoch=st.integers(0, 200),
)
def test_step_decay_agrees_with_torch(base, gamma, every, epoch):
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=base)
    theirs = torch.optim.lr_scheduler.StepLR(optimizer, every, gamma)
    expected = theirs.base_lrs[0] * gamma ** (epoch // every)
    ours = learning_rate(base, Schedule("step", every_epochs=every, gamma=gamma), epoch, 201)
    assert ours == pytest.approx(expected)


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (Optimizer("adam", lr=0.1, weight_decay=0.01), torch.optim.Adam),
        (Optimizer("adamw", lr=0.1, betas=(0.8, 0.9)), torch.optim.AdamW),
        (Optimizer("sgd", lr=0.1, momentum=0.9), torch.optim.SGD),
    ],
)
def test_a_step_is_the_step_of_torchs_plain_optimizer(settings, kind):
    def one_step(make):
        torch.manual_seed(0)
        parameter = torch.nn.Parameter(torch.randn(7))
        optimizer = make([parameter])
        for _ in range(3):
            optimizer.zero_grad()
            (parameter**3).sum().backward()
            optimizer.step()
        return parameter.detach()

    extra = {"momentum": settings.momentum} if settings.name == "sgd" else {"betas": settings.betas}
    plain = one_step(lambda p: kind(p, lr=settings.lr, weight_decay=settings.weight_decay, **extra))
    torch.testing.assert_close(one_step(lambda p: build_optimizer(settings, p)), plain)


@pytest.mark.parametrize(
    "settings", [Optimizer("adam", lr=0.1), Optimizer("sgd", 0.1, momentum=0.9)]
)
def test_the_state_is_carried_to_an_optimizer_of_more_parameters(settings):
    """The old ones go on as if nothing had happened, the new ones as in a first step."""

    def steps(optimizer, parameters, n):
        for _ in range(n):
            optimizer.zero_grad()
            sum((parameter**3).sum() for parameter in parameters).backward()
            optimizer.step()

    def pair():
        torch.manual_seed(0)
        return [torch.nn.Parameter(torch.randn(5)) for _ in range(2)]

    old_one, new_one = pair()
    first = build_optimizer(settings, [old_one])
    steps(first, [old_one], 2)
    second = build_optimizer(settings, [old_one, new_one])
    assert carry_state(first, second, {"old": old_one, "new": new_one}) == ["old"]
    steps(second, [old_one, new_one], 2)
    alone, fresh = pair()
    steps(build_optimizer(settings, [alone]), [alone], 4)
    steps(build_optimizer(settings, [fresh]), [fresh], 2)
    assert torch.equal(old_one, alone)
    assert torch.equal(new_one, fresh)
