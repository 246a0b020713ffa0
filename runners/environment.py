"""What run.json says of the program and the machine."""

import contextlib
import platform
import socket
import subprocess
from importlib import metadata

_PACKAGES = ("trackbench", "torch", "torchvision", "timm", "numpy", "pillow", "scikit-learn")


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that a run computes with."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found


def git_commit() -> str | None:
    """The commit of the current folder's repository, `-dirty` where it has changes; or None."""
    try:
        commit = _git("rev-parse", "HEAD")
        return f"{commit}-dirty" if _git("status", "--porcelain", "-uno") else commit
    except (OSError, subprocess.SubprocessError):
        return None


def _git(*arguments: str) -> str:
    answer = subprocess.run(
        ["git", *arguments], capture_output=True, text=True, timeout=10, check=True
    )
    return answer.stdout.strip()


def machine() -> dict[str, str]:
    """The host and its operating system."""
    return {"host": socket.gethostname(), "platform": platform.platform()}
