"""A trained network, read back from the files of its run, ready to name what is on a photo."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bench.errors import UserError
from bench.experiments.spec import Experiment
from runners.data.cache import Split
from runners.data.loader import Normalization, evaluation_batches
from runners.evaluation import score
from runners.models.blocks import Block
from runners.models.build import build_blocks, build_network

_CPU = torch.device("cpu")
_FILE = "model.safetensors"


@dataclass(frozen=True)
class TrainedClassifier:
    """A network with the weights that its run selected.

    `network` is on the CPU, in eval mode, float32, and takes no gradients for its parameters;
    `blocks` are its parts, the last one the head. `classes` are what its outputs mean, in order.
    `image_size` is the side in pixels of the images that it was trained on, `normalization` what
    they were scaled with. `name` is the experiment's.
    """

    network: nn.Module
    blocks: tuple[Block, ...]
    classes: tuple[str, ...]
    normalization: Normalization
    image_size: int
    name: str

    def inputs(self, images: NDArray[np.uint8]) -> Tensor:
        """Images as the network takes them.

        Args:
            images: RGB, [B, S, S, 3] with S = `image_size`, B ≥ 1.

        Returns:
            float32 [B, 3, S, S], normalised.
        """
        batches = evaluation_batches(
            self._split(images), self.normalization, len(images), _CPU, channels_last=False
        )
        return next(iter(batches)).images

    def predict(self, images: NDArray[np.uint8], batch_size: int = 32) -> NDArray[np.float64]:
        """The probability of each class for each image, as `predictions.parquet` has them.

        Args:
            images: RGB, [B, S, S, 3] with S = `image_size`.
            batch_size: how many go through the network at once.

        Returns:
            float64 [B, n_classes]; rows sum to 1.
        """
        if not len(images):
            return np.empty((0, len(self.classes)))
        batches = evaluation_batches(
            self._split(images), self.normalization, batch_size, _CPU, channels_last=False
        )
        return score(self.network, batches, "fp32").probabilities

    def features(self, images: NDArray[np.uint8], batch_size: int = 32) -> NDArray[np.float32]:
        """What the last layer of the network reads of each image, before it names a class.

        Maps and tokens are averaged over their places.

        Args:
            images: RGB, [B, S, S, 3] with S = `image_size`.
            batch_size: how many go through the network at once.

        Returns:
            float32 [B, n_features].
        """
        read: list[Tensor] = []
        hook = self._last_layer().register_forward_pre_hook(
            lambda _, inputs: read.append(_averaged(inputs[0]))
        )
        try:
            self.predict(images, batch_size)
        finally:
            hook.remove()
        if not read:
            return np.empty((0, 0), dtype=np.float32)
        return np.asarray(torch.cat(read).float().numpy(), dtype=np.float32)

    def _last_layer(self) -> nn.Module:
        """The head's last module that holds parameters and no other modules."""
        parts = dict(self.network.named_modules())
        leaves = [
            parts[name] for name in self.blocks[-1].modules if not any(parts[name].children())
        ]
        last = [leaf for leaf in leaves if any(True for _ in leaf.parameters())][-1]
        assert isinstance(last, nn.Module)
        return last

    def _split(self, images: NDArray[np.uint8]) -> Split:
        side = self.image_size
        if images.dtype != np.uint8 or images.shape[1:] != (side, side, 3):
            raise ValueError(
                f"images are {images.dtype} {list(images.shape)}; should be uint8 "
                f"[B, {side}, {side}, 3]"
            )
        nameless = ("",) * len(images)
        return Split(images, np.zeros(len(images), dtype=np.int64), nameless, self.classes)


def _averaged(features: Tensor) -> Tensor:
    """[B, n] as it is; maps [B, n, h, w] and tokens [B, t, n] averaged over places."""
    if features.dim() == 4:
        return features.mean(dim=(2, 3))
    return features.mean(dim=1) if features.dim() == 3 else features


def load_trained(record: Mapping[str, Any], weights: bytes) -> TrainedClassifier:
    """Builds the network that a run recorded, and gives it the weights that the run selected.

    Runs no code from a file, and leaves torch's random generator as it was.

    Args:
        record: run.json.
        weights: the content of model.safetensors.

    Raises:
        UserError: run.json does not say what is needed, this version of the model's library builds
            another network, or the weights cannot be read.
    """
    try:
        experiment = Experiment(
            name=record["experiment"]["name"],
            model=record["experiment"]["model"],
            weights=record["experiment"]["weights"],
        )
        classes = tuple(record["classes"])
        image_size = int(record["data"]["image_size"])
        mean, std = (tuple(map(float, record["normalization"][key])) for key in ("mean", "std"))
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"run.json: cannot be used, {type(error).__name__}: {error}") from None
    with torch.random.fork_rng(devices=[]):
        network = build_network(experiment, len(classes), image_size)
    _fill(network, weights, experiment)
    blocks = build_blocks(experiment, network)
    network.eval().requires_grad_(False)
    scaling = Normalization((mean[0], mean[1], mean[2]), (std[0], std[1], std[2]))
    return TrainedClassifier(network, blocks, classes, scaling, image_size, experiment.name)


def _fill(network: nn.Module, weights: bytes, experiment: Experiment) -> None:
    """Loads weights that must be the network's own, tensor for tensor."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        state = load(weights)
    except SafetensorError as error:
        raise UserError(f"{_FILE}: is no safetensors file that is whole: {error}") from None
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(
            f"{_FILE}: does not fit {experiment.model} as it is built here: {reason}"
        ) from None
