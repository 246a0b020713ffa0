"""The study's four experiments as trainings to be timed: their phases, their photos, their work."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from bench.experiments.config import load_suite
from bench.experiments.spec import Experiment, Suite

STUDY = Path(__file__).parents[2] / "experiments.toml"
DATA = "open-animal-tracks"
N_PHOTOS = {"train": 2514, "val": 346, "test": 719}
N_PHOTOS_SMALL = {"train": 36, "val": 18, "test": 18}
SMALL_PX = 32
_SMALL_MODELS = {"resnet18": "embedded:resnet18_slim", "vit": "embedded:vit_slim_patch8"}


@dataclass(frozen=True)
class Phase:
    """Epochs in a row in which the same blocks train.

    `trainable_blocks` counts the last ones before the head, which always trains; None: all train.
    """

    trainable_blocks: int | None
    epochs: int


def assignments(photos: Path, small: bool) -> list[str]:
    """What `--set` takes to run the study on these photos, from random weights.

    Speed does not hang on the weights, which need not be there then.

    Args:
        photos: the folder of train/, val/ and test/.
        small: whether the study is made tiny, for a look at whether all of this works.
    """
    found = [f"data.{DATA}.root={photos.resolve()}"]
    for experiment in load_suite(STUDY).experiments:
        at = f"experiment.{experiment.name}"
        found.append(f"{at}.weights=none")
        if small:
            model = next(m for n, m in _SMALL_MODELS.items() if experiment.name.startswith(n))
            found += [f"{at}.model={model}", f"{at}.epochs=2", f"{at}.batch_size=8"]
            if experiment.freezing:
                found.append(f"{at}.freezing.every_epochs=1")
    return [*found, f"data.{DATA}.image_size={SMALL_PX}"] if small else found


def study(photos: Path, small: bool) -> Suite:
    """The study on these photos."""
    return load_suite(STUDY, assignments=assignments(photos, small))


def phases(experiment: Experiment, blocks: Sequence[str]) -> tuple[Phase, ...]:
    """The experiment's phases, in order.

    Args:
        experiment: one whose frozen blocks are the first ones.
        blocks: its model's, input to output, the head last.
    """
    from runners.freezing import trainable_blocks

    def n_trained(epoch: int) -> int | None:
        n = len(trainable_blocks(experiment.freezing, blocks, epoch)) - 1
        return None if n == len(blocks) - 1 else n

    counts = groupby(n_trained(epoch) for epoch in range(experiment.epochs))
    return tuple(Phase(n, len(list(epochs))) for n, epochs in counts)


def block_names(experiment: Experiment, n_classes: int, image_size: int) -> list[str]:
    """The names of the blocks of the experiment's model; its weights are not made."""
    from runners.models.build import build_blocks, build_skeleton

    network = build_skeleton(experiment, n_classes, image_size)
    return [block.name for block in build_blocks(experiment, network)]


def flops_an_image(
    experiment: Experiment, n_classes: int, image_size: int, trainable_blocks: int | None
) -> int:
    """Floating-point operations of a training step, forward and backward, an image.

    Counted operation by operation; a multiplication and an addition are two. The frozen front has
    no backward.
    """
    from runners.models.build import build_blocks, build_skeleton

    network = build_skeleton(experiment, n_classes, image_size)
    blocks = build_blocks(experiment, network)
    if trainable_blocks is not None:
        for block in blocks[: -1 - trainable_blocks]:
            for name in block.parameters:
                network.get_parameter(name).requires_grad_(False)
    return flops_of_step(network, (3, image_size, image_size))


def flops_of_step(network, shape: tuple[int, ...]) -> int:
    """Floating-point operations of forward and backward of one input, without the loss.

    Args:
        network: on any device, also on that which holds no values.
        shape: of an input.
    """
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    device = next(network.parameters()).device
    # Two, since batch norm cannot train on one value; attention as the products that it is.
    batch = torch.empty(2, *shape, device=device)
    with FlopCounterMode(display=False) as counted, sdpa_kernel(SDPBackend.MATH):
        network.train()(batch).sum().backward()
    return counted.get_total_flops() // 2


def draw(folder: Path, small: bool) -> None:
    """Draws as many photos as the study's data set has, of the same 18 classes.

    Args:
        folder: is not there yet.
        small: whether they are few and tiny.
    """
    from tests.speed.race import photos

    wanted = N_PHOTOS_SMALL if small else N_PHOTOS
    n_drawn = round(1.08 * sum(wanted.values())) + 54  # the split is by class, so not exact
    beside = folder.with_name(f"{folder.name}.part")
    if small:
        photos.draw(beside, n_drawn, SMALL_PX, SMALL_PX)
    else:
        photos.draw(beside, n_drawn)
    trim(beside, wanted)
    beside.rename(folder)


def trim(folder: Path, wanted: dict[str, int]) -> None:
    """Removes photos until each split has as many as wanted, from each class alike.

    Raises:
        ValueError: it has fewer.
    """
    for split, n in wanted.items():
        by_class = {path: sorted(path.iterdir()) for path in sorted((folder / split).iterdir())}
        surplus = sum(map(len, by_class.values())) - n
        if surplus < 0:
            raise ValueError(f"{folder / split}: {-surplus} photos too few")
        for _ in range(surplus):
            max(by_class.values(), key=len).pop().unlink()
