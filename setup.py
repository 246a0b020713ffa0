"""Puts a copy of experiments.toml into what is built; all else stands in pyproject.toml."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SUITE_FILE = "experiments.toml"


class BuildWithSuite(build_py):
    """Builds the packages, and puts the suite file where bench.experiments.packaged looks."""

    def run(self) -> None:
        """Builds; an editable install reads the file where it lies."""
        super().run()
        if not self.editable_mode:
            package = Path(self.build_lib) / "bench" / "experiments"
            self.copy_file(SUITE_FILE, str(package / SUITE_FILE))


setup(cmdclass={"build_py": BuildWithSuite})
