"""The suite file that comes with the package, for where there is none of one's own."""

from pathlib import Path

SUITE_FILE = "experiments.toml"  # what a suite file is called, unless one says otherwise


def packaged_suite() -> Path:
    """The suite file that comes with the package: the repository's own experiments.toml.

    A wheel has a copy of it beside this module (setup.py); a checkout has it at its top.
    """
    copy = Path(__file__).with_name(SUITE_FILE)
    return copy if copy.exists() else Path(__file__).parents[2] / SUITE_FILE
