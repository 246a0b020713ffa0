"""What `bench app` hands to its page: a JSON file, since a suite may have thousands of runs."""

import contextlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.results.records import RunRecord
from bench.results.store import RunFolder


@dataclass(frozen=True)
class Settings:
    """What is to be shown.

    `runs` are complete ones, each an experiment's name, a seed and a folder; `opened` is the
    place of the one that is shown first. `data_root` is where the suite has its photos, if it
    has a folder of them; `facts` is a file of facts, where they are not those that come along.
    """

    suite: str
    runs: tuple[RunRecord, ...]
    opened: int
    data_root: Path | None = None
    facts: Path | None = None

    def write(self, file: Path) -> None:
        """Writes all of it."""
        said = {
            "suite": self.suite,
            "runs": [
                [run.experiment, run.seed, str(run.folder.path.absolute())] for run in self.runs
            ],
            "opened": self.opened,
            "data_root": _named(self.data_root),
            "facts": _named(self.facts),
        }
        file.write_text(json.dumps(said), encoding="utf-8")


@contextlib.contextmanager
def handed_over(settings: Settings) -> Iterator[Path]:
    """A file of settings for the page, which is gone after the context."""
    with tempfile.TemporaryDirectory(prefix="trackbench-") as folder:
        file = Path(folder) / "page.json"
        settings.write(file)
        yield file


def read_settings(file: Path) -> Settings:
    """What `Settings.write` has written.

    Raises:
        OSError: there is no such file.
        ValueError, KeyError, TypeError: it is something else.
    """
    said = json.loads(file.read_text(encoding="utf-8"))
    return Settings(
        suite=said["suite"],
        runs=tuple(
            RunRecord(experiment, int(seed), RunFolder(Path(folder)))
            for experiment, seed, folder in said["runs"]
        ),
        opened=int(said["opened"]),
        data_root=_path(said["data_root"]),
        facts=_path(said["facts"]),
    )


def _named(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())


def _path(named: str | None) -> Path | None:
    return None if named is None else Path(named)
