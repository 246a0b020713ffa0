"""The trainings that are raced."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.speed.race.job import Job

_PATCH_14 = "timm:vit_small_patch14_dinov2"
_PATCH_16 = "timm:vit_small_patch16_224"


@dataclass(frozen=True)
class Case:
    """A training and how much of it: `epochs`, of which the first warms up, on `n_train` photos.

    `n_train` is a multiple of the batch size, since timm drops what is left of an epoch, and of
    twice as much where it can be, so that two loading processes have the same to do.
    """

    title: str
    model: str
    image_size: int
    trainable_blocks: int | None = None
    weights: str = "none"
    lr: float = 1e-4
    batch_size: int = 32
    epochs: int = 3
    n_train: int = 64
    n_val: int = 30

    def job(self, folder: Path, seed: int, setting: "Setting") -> Job:
        """The job of a round, on photos that lie in `folder`."""
        return Job(
            folder=str(folder),
            model=self.model,
            weights=self.weights,
            image_size=self.image_size,
            epochs=self.epochs,
            lr=self.lr,
            batch_size=self.batch_size,
            trainable_blocks=self.trainable_blocks,
            seed=seed,
            **asdict(setting),
        )


@dataclass(frozen=True)
class Setting:
    """What hangs on the machine: see `Job`."""

    precision: str
    threads: int
    workers: int


def cases(weights: Path | None) -> dict[str, Case]:
    """All cases by name.

    Args:
        weights: a file of DINOv2's for ViT-S/14; without it a ViT-S/16 starts at random. Its
            patches of 14 pixels need images of 98 pixels in place of 96.
    """
    resnet = Case("ResNet-18, 224 px", "torchvision:resnet18", 224)
    vit = _vit(weights)
    small = 96 if weights is None else 98
    return {
        "resnet18": resnet,
        "resnet18-frozen": replace(
            resnet, title="ResNet-18, frozen front, 224 px", trainable_blocks=1
        ),
        "resnet18-small": replace(resnet, title="ResNet-18, 96 px", image_size=96, n_train=128),
        "vit-s": vit,
        "vit-s-frozen": replace(
            vit, title=f"{_name(vit)}, frozen front, 224 px", trainable_blocks=2
        ),
        "vit-s-small": replace(vit, title=f"{_name(vit)}, {small} px", image_size=small),
    }


def _vit(weights: Path | None) -> Case:
    # Slow, so it validates on fewer.
    random = Case("ViT-S/16, 224 px", _PATCH_16, 224, lr=3e-5, n_val=18)
    if weights is None:
        return random
    return replace(
        random, title="ViT-S/14, 224 px", model=_PATCH_14, weights=str(weights.resolve())
    )


def _name(case: Case) -> str:
    return case.title.partition(",")[0]
