"""Runs that take a second, with their folders."""

from bench.experiments.spec import Experiment
from bench.results.store import RunFolder
from tests.runners.photos import planned

RESNET = Experiment("resnet", "embedded:resnet18_slim", epochs=1, batch_size=8, precision="fp32")


def jobs(photos, results, n_runs):
    runs = [planned(photos, RESNET, seed) for seed in range(n_runs)]
    return [(run, RunFolder.of(results, run)) for run in runs]
