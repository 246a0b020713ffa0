"""How many runs work at a time on this machine, and what of it each one gets."""

import os
from dataclasses import dataclass

from bench.errors import UserError


@dataclass(frozen=True)
class Slots:
    """Room for runs.

    Attributes:
        gpus: for each run that may work at a time, its GPU as CUDA_VISIBLE_DEVICES names it, or
            None for the CPU.
        threads: CPU threads of each run whose experiment does not say.
    """

    gpus: tuple[str | None, ...]
    threads: int


def divide(cpus: int, gpus: tuple[str, ...], jobs: int | None, per_gpu: int | None) -> Slots:
    """Divides a machine among runs: one on each GPU, or one on the CPU, unless told otherwise.

    Args:
        cpus: that may be used.
        gpus: that may be used, by name.
        jobs: how many runs at a time, at most.
        per_gpu: how many on each GPU.

    Raises:
        UserError: `per_gpu` where there is no GPU.
    """
    if not gpus:
        if per_gpu is not None:
            raise UserError(
                f"--per-gpu {per_gpu}: there is no GPU here; --jobs N runs N at a time on the CPU"
            )
        n_jobs = jobs or 1
        return Slots((None,) * n_jobs, max(1, cpus // n_jobs))
    # One on each GPU before a second one on any.
    shared = [gpu for _ in range(per_gpu or 1) for gpu in gpus]
    chosen = shared[: jobs or len(shared)]
    if jobs is not None and jobs > len(shared):
        raise UserError(
            f"--jobs {jobs}: there is room for {len(shared)} on {len(gpus)} GPUs; --per-gpu K puts "
            "K on each"
        )
    return Slots(tuple(chosen), max(1, cpus // len(chosen)))


def visible_gpus() -> tuple[str, ...]:
    """The GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them.

    Touches no GPU: a process that does so once keeps memory on it.
    """
    import torch

    n_gpus = torch.cuda.device_count()
    named = [name for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
    return tuple(named[:n_gpus]) if named else tuple(map(str, range(n_gpus)))
