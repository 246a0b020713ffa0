"""Where a run computes, and in which precision."""

import contextlib
import os
import platform
import sys

import torch

from bench.experiments.spec import Experiment


def only_deterministic_kernels() -> None:
    """Has torch refuse, from here on, what does not repeat bit for bit on a GPU.

    To be called before the GPU is first used, since cuBLAS reads its workspace's size then.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False


def choose_device() -> torch.device:
    """The first CUDA device that is visible, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def device_name(device: torch.device) -> str:
    """What run.json calls the device, such as `NVIDIA H100` or `cpu (x86_64)`."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    capabilities = _cpu_capabilities()
    return f"cpu ({capabilities.get('cpu_name') or platform.machine()})"


def is_fast_at_bf16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 faster than float32.

    Having the instructions is not enough: Intel's processors run those of AVX-512 at half the rate
    of float32, so that there only AMX counts (docs/decisions.md has the measurement).
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    capabilities = _cpu_capabilities()
    if capabilities.get("amx_bf16") or capabilities.get("bf16"):
        return True
    is_intel = "intel" in str(capabilities.get("cpu_name", "")).lower()
    return bool(capabilities.get("avx512_bf16")) and not is_intel


def _cpu_capabilities() -> dict[str, object]:
    ask = getattr(torch.cpu, "get_capabilities", None)  # not in the oldest torch that serves
    return dict(ask()) if ask is not None else {}


def resolve_precision(experiment: Experiment, device: torch.device) -> str:
    """`fp32` or `bf16`: what `auto` means on this device."""
    if experiment.precision != "auto":
        return experiment.precision
    return "bf16" if is_fast_at_bf16(device) else "fp32"


def autocast(device: torch.device, precision: str) -> contextlib.AbstractContextManager[object]:
    """The context in which the network computes."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bf16")


def synchronize(device: torch.device) -> None:
    """Waits until the device has done what it was given, so that time can be measured."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def peak_bytes(device: torch.device) -> int | None:
    """The most memory so far: of the device where it is a GPU, else of this process.

    Returns:
        Bytes; None where the system does not say.
    """
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak  # Linux counts in kibibytes
