"""How a machine is divided among runs."""

import pytest

from bench.errors import UserError
from bench.executors.slots import divide


@pytest.mark.parametrize(
    ("cpus", "gpus", "jobs", "per_gpu", "expected"),
    [
        (8, (), None, None, ((None,), 8)),
        (8, (), 3, None, ((None,) * 3, 2)),
        (2, (), 5, None, ((None,) * 5, 1)),
        (16, ("0",), None, None, (("0",), 16)),
        (16, ("0", "1"), None, None, (("0", "1"), 8)),
        (16, ("0", "1"), None, 2, (("0", "1", "0", "1"), 4)),
        (16, ("0", "1"), 3, 2, (("0", "1", "0"), 5)),
        (16, ("GPU-8a", "GPU-9b"), 1, None, (("GPU-8a",), 16)),
    ],
)
def test_cores_and_gpus_are_shared(cpus, gpus, jobs, per_gpu, expected):
    slots = divide(cpus, gpus, jobs, per_gpu)
    assert (slots.gpus, slots.threads) == expected


@pytest.mark.parametrize(
    ("gpus", "jobs", "per_gpu", "said"),
    [
        ((), None, 2, "--per-gpu 2: there is no GPU here; --jobs N runs N at a time"),
        (("0",), 2, None, "--jobs 2: there is room for 1 on 1 GPUs; --per-gpu K puts K on each"),
    ],
)
def test_what_cannot_be_is_refused(gpus, jobs, per_gpu, said):
    with pytest.raises(UserError, match=said):
        divide(8, gpus, jobs, per_gpu)
