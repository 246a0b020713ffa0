"""From a planned run to what its training needs: images, network, weights, precision.

The same steps check a run before any starts (`check_run`) and set it up when it does.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import torch
from torch import nn

from bench.errors import DataError, UserError
from bench.experiments.spec import DataSpec, Experiment, Run
from runners.data import places
from runners.data.cache import ImageCache, open_cache
from runners.data.fingerprint import fingerprint
from runners.data.folders import ImageFolder, scan, where_of
from runners.data.loader import IMAGENET, Normalization
from runners.freezing import FreezableClassifier, check_freezing, trainable_blocks
from runners.models.blocks import Block
from runners.models.build import build_blocks, build_network, build_skeleton, place, split_name
from runners.models.hub import timm_normalization, torchvision_normalization
from runners.models.weights import is_named_set, load_weights, locate, match, read_state
from runners.seeding import torch_seed


@dataclass(frozen=True)
class Prepared:
    """A network ready to train, and what run.json says of it."""

    model: FreezableClassifier
    normalization: Normalization
    record: dict[str, Any]


def read_folder(data: DataSpec) -> tuple[ImageFolder, str]:
    """The data set's files and its fingerprint.

    Raises:
        UserError: as `scan` and `fingerprint` do.
    """
    folder = scan(data)
    if data.synthetic is not None:
        places.touch(folder.root)
    return folder, fingerprint(folder, places.fingerprint_memo(folder.root))


def notes_on(folder: ImageFolder, images: ImageCache) -> list[str]:
    """What is worth knowing of a data set: how it was split, and what of it is left out."""
    notes = list(folder.notes)
    if folder.ignored:
        kinds = Counter(
            PurePosixPath(path).suffix.lower() or "no suffix" for path in folder.ignored
        )
        named = ", ".join(f"{n} with {kind}" for kind, n in sorted(kinds.items()))
        notes.append(f"files that are no images of a known format are left out: {named}")
    if images.bad:
        named = "; ".join(path for path, _ in images.bad)
        notes.append(f"{len(images.bad)} unreadable images are left out: {named}")
    return notes


def open_images(run: Run) -> tuple[ImageCache, list[str]]:
    """The run's decoded images, and what is worth knowing of them.

    Raises:
        DataError: where the data set is not the one that was planned with.
        UserError: as `open_cache` does.
    """
    try:
        folder, found = read_folder(run.data)
    except UserError as error:
        raise DataError(str(error)) from error
    if found != run.fingerprint:
        raise DataError(
            f"{where_of(run.data)}: has changed since the run was planned "
            f"(fingerprint {found[:12]}, planned {run.fingerprint[:12]}); start it again"
        )
    images = open_cache(run.data, folder, found)
    return images, [*notes_on(folder, images), *images.notes]


def check_experiment(experiment: Experiment, n_classes: int, image_size: int) -> None:
    """Finds the user's mistakes in an experiment before anything runs, and fetches its weights.

    Raises:
        UserError: for the model's name, its weights, or its freezing schedule.
    """
    network = build_skeleton(experiment, n_classes, image_size)
    blocks = build_blocks(experiment, network)
    names = [block.name for block in blocks]
    check_freezing(experiment.freezing, names, f"experiment.{experiment.name}.freezing")
    normalization(experiment, network)
    _check_forward(experiment, network, image_size)
    path = locate(experiment)
    if path is not None:
        match(network, read_state(path), _head(blocks), place(experiment, "weights"))


def _check_forward(experiment: Experiment, network: nn.Module, image_size: int) -> None:
    """Some models show only when they run that an image is too small for them."""
    device = next(network.parameters()).device
    try:
        with torch.inference_mode():
            network.eval()(torch.empty(1, 3, image_size, image_size, device=device))
    except NotImplementedError:
        return  # an operation that meta tensors lack; the run itself will show
    except (AssertionError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:160]
        raise UserError(
            f"{place(experiment, 'model')}: cannot take images of {image_size} pixels: {reason}"
        ) from None


def prepare_model(run: Run, n_classes: int, device: torch.device) -> Prepared:
    """Builds the run's network from its seed, loads its weights, and moves it to the device.

    Raises:
        UserError: as `check_experiment` does.
    """
    experiment = run.experiment
    torch.manual_seed(torch_seed(run.seed, "init", 0))
    network = build_network(experiment, n_classes, run.data.image_size)
    blocks = build_blocks(experiment, network)
    names = [block.name for block in blocks]
    check_freezing(experiment.freezing, names, f"experiment.{experiment.name}.freezing")
    weights = load_weights(experiment, network, _head(blocks))
    model = FreezableClassifier(network, blocks).to(device)
    if experiment.channels_last:
        model = model.to(memory_format=torch.channels_last)
    scaling = normalization(experiment, network)
    record = {
        "weights": weights,
        "normalization": {"mean": list(scaling.mean), "std": list(scaling.std)},
        "blocks": names,
        "trainable_at_start": sorted(trainable_blocks(experiment.freezing, names, 0)),
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
    }
    return Prepared(model, scaling, record)


def normalization(experiment: Experiment, network: nn.Module) -> Normalization:
    """ImageNet's mean and deviation, or those that the model's weights were trained with."""
    if experiment.normalize == "imagenet":
        return IMAGENET
    library, name = split_name(experiment)
    if library == "embedded":
        return IMAGENET  # they were pretrained with it
    if is_named_set(experiment):
        named = timm_normalization if library == "timm" else torchvision_normalization
        mean, std = named(experiment, name)
    elif library == "timm":  # a file does not say; the architecture's usual weights do
        usual: Any = network.pretrained_cfg
        mean, std = usual["mean"], usual["std"]
    else:
        return IMAGENET  # as all of torchvision's weights have it
    return Normalization((mean[0], mean[1], mean[2]), (std[0], std[1], std[2]))


def _head(blocks: tuple[Block, ...]) -> frozenset[str]:
    return frozenset(blocks[-1].parameters)
