"""Where a run computes, and in which precision."""

import pytest
import torch

from bench.experiments.spec import Experiment
from runners import device

CPU = torch.device("cpu")


@pytest.mark.parametrize(("fast", "expected"), [(True, "bf16"), (False, "fp32")])
def test_auto_is_bf16_where_the_device_is_fast_at_it(monkeypatch, fast, expected):
    monkeypatch.setattr(device, "is_fast_at_bf16", lambda _: fast)
    assert device.resolve_precision(Experiment("x", "m", precision="auto"), CPU) == expected
    assert device.resolve_precision(Experiment("x", "m", precision="fp32"), CPU) == "fp32"


@pytest.mark.parametrize(
    ("capabilities", "fast"),
    [
        ({"avx512_bf16": True, "cpu_name": "AMD EPYC"}, True),
        ({"avx512_bf16": True, "cpu_name": "Intel Xeon"}, False),
        ({"avx512_bf16": True, "amx_bf16": True, "cpu_name": "Intel Xeon"}, True),
        ({"bf16": True}, True),
        ({"avx2": True}, False),
        ({}, False),
    ],
)
def test_a_cpu_is_fast_at_bf16_where_that_beats_fp32(monkeypatch, capabilities, fast):
    monkeypatch.setattr(device, "_cpu_capabilities", lambda: capabilities)
    assert device.is_fast_at_bf16(CPU) is fast


@pytest.mark.parametrize(
    ("precision", "dtype"), [("bf16", torch.bfloat16), ("fp32", torch.float32)]
)
def test_the_network_computes_in_the_precision(precision, dtype):
    layer = torch.nn.Linear(4, 4)
    with device.autocast(CPU, precision):
        assert layer(torch.zeros(1, 4)).dtype == dtype
