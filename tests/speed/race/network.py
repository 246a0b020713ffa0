"""The peers' network: the same architecture, weights and frozen front as this project's."""

import torch
from torch import nn

from bench.experiments.spec import Experiment
from runners.models.build import build_blocks, build_network
from runners.models.weights import load_weights
from tests.speed.race.job import Job


def network_of(job: Job, n_classes: int) -> nn.Module:
    """The network with its weights; what is frozen takes no gradients, as a notebook does it."""
    torch.manual_seed(job.seed)
    experiment = Experiment("race", job.model, weights=job.weights)
    network = build_network(experiment, n_classes, job.image_size)
    blocks = build_blocks(experiment, network)
    load_weights(experiment, network, frozenset(blocks[-1].parameters))
    if job.trainable_blocks is not None:
        for block in blocks[: -1 - job.trainable_blocks]:
            for name in block.parameters:
                network.get_parameter(name).requires_grad_(False)
    return network


def trained_parameters(network: nn.Module) -> list[nn.Parameter]:
    """What goes to the optimizer."""
    return [parameter for parameter in network.parameters() if parameter.requires_grad]


def device() -> torch.device:
    """The first CUDA device, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
