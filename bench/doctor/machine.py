"""Python, torch and what it would compute on."""

import os
import platform
import sys
import warnings
from pathlib import Path

from bench.doctor.check import Check, in_bytes
from bench.survey import cpus

_OLDEST_PYTHON = (3, 11)
_LITTLE_MEMORY = 2_000_000_000
_MEMINFO = Path("/proc/meminfo")


def python() -> Check:
    """Is Python new enough?"""
    found = f"{platform.python_version()}, {sys.executable}"
    if sys.version_info >= _OLDEST_PYTHON:
        return Check("Python", "ok", found)
    wanted = ".".join(map(str, _OLDEST_PYTHON))
    return Check("Python", "missing", found, f"{wanted} or newer is needed")


def packages() -> Check:
    """Can what a run computes with be imported, and in which versions?"""
    import timm
    import torch
    import torchvision

    imported = (torch, torchvision, timm)
    found = ", ".join(f"{package.__name__} {package.__version__}" for package in imported)
    return Check("torch", "ok", found)


def device() -> Check:
    """What would a run compute on?"""
    import torch

    from runners.device import choose_device, device_name

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")  # such as one of a driver that is too old
        chosen = choose_device()
    name = f"{device_name(chosen)}, {cpus()} CPUs"
    if chosen.type == "cpu":
        built = "" if torch.version.cuda else "; this torch is built without CUDA"
        said = [" ".join(str(one.message).split())[:200] for one in caught]
        found = "; ".join([f"{name}, no GPU{built}", *said])
        return Check("device", "note", found, "a CUDA GPU would be used if there were one")
    free, total = torch.cuda.mem_get_info(chosen)
    found = f"{name}, {in_bytes(total)} on the GPU, {in_bytes(free)} of it free"
    n_gpus = torch.cuda.device_count()
    return Check("device", "ok", found + (f"; the first of {n_gpus} GPUs" if n_gpus > 1 else ""))


def precision() -> Check:
    """What does precision `auto` mean here?"""
    from bench.experiments.spec import Experiment
    from runners.device import choose_device, resolve_precision

    meant = resolve_precision(Experiment("any", "any", precision="auto"), choose_device())
    why = "is faster at it than at fp32" if meant == "bf16" else "is no faster at bf16"
    return Check("precision", "ok", f'"auto" means {meant}: the device {why}')


def memory() -> Check:
    """How much memory is there?"""
    total, available = _memory()
    if total is None or available is None:
        return Check("memory", "note", "unknown: this system does not say")
    found = f"{in_bytes(available)} available of {in_bytes(total)}"
    if available >= _LITTLE_MEMORY:
        return Check("memory", "ok", found)
    return Check("memory", "note", found, "close other programs, or lower batch_size")


def _memory() -> tuple[int | None, int | None]:
    """Total and available memory in bytes, where the system says."""
    if _MEMINFO.exists():
        lines = (line.split() for line in _MEMINFO.read_text().splitlines())
        kibibytes = {words[0].rstrip(":"): int(words[1]) for words in lines}
        if {"MemTotal", "MemAvailable"} <= kibibytes.keys():
            return kibibytes["MemTotal"] * 1024, kibibytes["MemAvailable"] * 1024
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        return page * os.sysconf("SC_PHYS_PAGES"), page * os.sysconf("SC_AVPHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # on Windows; on macOS there is no AVPHYS
        return None, None
