"""Who takes part in the race."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from tests.speed.race.job import Train


@dataclass(frozen=True)
class Contestant:
    """One way to train: the function `train` of a module that only its own process imports.

    `package` is what has to be installed for it, "" where it needs no more than this project.
    """

    label: str
    module: str
    train: str
    package: str = ""

    @property
    def is_installed(self) -> bool:
        """Whether it can take part here."""
        return not self.package or find_spec(self.package) is not None

    def load(self) -> Train:
        """Its training function."""
        function: Train = getattr(import_module(f"tests.speed.race.{self.module}"), self.train)
        return function


# The same program twice: with its cache of decoded images filled, and on a new data set.
OURS, FIRST = "trackbench", "trackbench-first"
CONTESTANTS = {
    FIRST: Contestant("trackbench (first run)", "ours", "ours"),
    OURS: Contestant("trackbench", "ours", "ours"),
    "notebook": Contestant("plain loop", "notebook", "notebook"),
    "notebook-bf16": Contestant("tuned plain loop", "notebook", "tuned_notebook"),
    "lightning": Contestant("PyTorch Lightning", "with_lightning", "lightning", "lightning"),
    "fastai": Contestant("fastai", "with_fastai", "fastai", "fastai"),
    "timm": Contestant("timm", "with_timm", "timm"),
}
PEERS = tuple(name for name in CONTESTANTS if name not in (OURS, FIRST))
PLAIN = "notebook"
