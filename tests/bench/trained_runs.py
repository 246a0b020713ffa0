"""A small suite whose runs were really trained: a folder as a user has it after `bench run`."""

from pathlib import Path

import torch

from bench.experiments.config import load_suite
from bench.survey import Survey, take
from runners.run import execute
from tests.runners.photos import draw

SUITE = """
[suite]
name = "tiny"
data = "colours"
seeds = [0]
[data.colours]
root = "photos"
image_size = 32
[defaults]
epochs = 1
batch_size = 8
precision = "fp32"
threads = 1
[experiment.net]
model = "embedded:resnet18_slim"
[experiment.vit]
model = "embedded:vit_slim_patch8"
"""


def train(home: Path, *assignments: str) -> Path:
    """Draws photos into a folder, writes the suite beside them, and completes its runs.

    Args:
        home: the folder, which may be new.
        assignments: as `--set` takes them.
    """
    draw(home / "photos")
    (home / "experiments.toml").write_text(SUITE)
    n_threads = torch.get_num_threads()
    for planned in survey(home, *assignments).runs:
        planned.folder.begin()
        execute(planned.run, planned.folder, lambda _: None)
        planned.folder.write("log.txt", "")
        planned.folder.write("events.jsonl", "")
        planned.folder.seal()
    torch.set_num_threads(n_threads)
    return home


def survey(home: Path, *assignments: str) -> Survey:
    """The suite held against its results, without the packaged options."""
    suite = load_suite(home / "experiments.toml", assignments=assignments)
    return take(suite, home / "results", threads=1)
