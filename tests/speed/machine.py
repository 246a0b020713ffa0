"""What a measurement was made on."""

import platform
from importlib import metadata

from bench.survey import cpus

_PACKAGES = ("torch", "torchvision", "timm", "lightning", "fastai", "pillow", "numpy")


def facts() -> dict[str, str]:
    """The device, its CPUs, and the versions that decide how fast it is; nobody's name."""
    from runners.device import choose_device, device_name
    from runners.environment import git_commit

    return {
        "device": device_name(choose_device()),
        "cpus": str(cpus()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: _version(name) for name in _PACKAGES},
        "commit": git_commit() or "unknown",
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def described(found: dict[str, str]) -> str:
    """The facts as half a sentence."""
    packages = ", ".join(f"{name} {found[name]}" for name in _PACKAGES)
    return (
        f"{found['device']}, {found['cpus']} CPUs, {found['system']}; Python {found['python']}, "
        f"{packages}; commit {found['commit'][:12]}"
    )
