"""The suite file that comes with the package, for where there is none of one's own."""

from pathlib import Path

SUITE_FILE = "experiments.toml"  # what a suite file is called, unless one says otherwise


def packaged_suite() -> Path:
    """The suite file that comes with the package: the repository's own experiments.toml."""
    return Path(__file__).with_name("default.toml")
