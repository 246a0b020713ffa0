"""The small ViT's first lesson: the relief of the ground, and the measures of the foot.

From species alone a ViT learns nothing from so few photos in the time there is: its loss stood at
chance for as long as we looked. The program that drew a photo also knows how far each point is
pressed down and what the foot measures. Told both, the ViT learns to see shading and outlines from
the first steps on, and species after that.

    python -m runners.models.embedded.lesson OUT.safetensors
"""

import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from bench.experiments.spec import Schedule, Synthetic
from runners.data.loader import IMAGENET
from runners.data.synthetic.morphology import BirdFoot, Foot, Hoof, Paw, RoundFoot
from runners.data.synthetic.recipe import Drawing, drawings
from runners.models.embedded import FOLDER
from runners.models.embedded.networks import build_embedded
from runners.optim import learning_rate
from runners.seeding import permutation, torch_seed

SEED = 0
EPOCHS = 8
BATCH_SIZE = 64
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 0.05
CLIP_NORM = 1.0
_PATCH = 8
_NAME = "vit_slim_patch8"
_KINDS = (Paw, Hoof, BirdFoot, RoundFoot)


@dataclass(frozen=True)
class Lesson:
    """What the ViT is shown and told.

    `photos` uint8 [N, S, S, 3]; `reliefs` uint8 [N, S, S]; `measures` float32 [N, M], each of mean
    0 and deviation 1.
    """

    photos: NDArray[np.uint8]
    reliefs: NDArray[np.uint8]
    measures: NDArray[np.float32]


class Pupil(nn.Module):
    """The ViT, a layer that says the relief from each patch's token, and one for the measures."""

    def __init__(self, image_size: int, n_measures: int) -> None:
        super().__init__()
        self.network = build_embedded(_NAME, 2, image_size)
        width = int(self.network.num_features)  # type: ignore[arg-type] # torch types it a Tensor
        self.to_relief = nn.Linear(width, _PATCH * _PATCH)
        self.to_measures = nn.Linear(width, n_measures)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Images [B, 3, S, S] -> relief [B, tokens, 64] and measures [B, M]."""
        tokens = self.network.forward_features(images)  # type: ignore[operator] # likewise
        return self.to_relief(tokens[:, 1:]), self.to_measures(tokens[:, 0])


def main(out: Path) -> None:
    """Draws the photos, teaches, and writes the backbone's weights to `out`."""
    recipe = tomllib.loads((FOLDER / "pretraining.toml").read_text(encoding="utf-8"))
    pupil = teach(draw_lesson(Synthetic(**recipe["data"]["invented"]["synthetic"])), EPOCHS)
    from safetensors.torch import save_file

    state = pupil.network.state_dict()
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value for key, value in state.items() if not key.startswith("head.")}, out)


def draw_lesson(synthetic: Synthetic) -> Lesson:
    """Draws the training split's photos, and keeps what is true of them."""
    planned = [one for one in drawings(synthetic) if one.split == "train"]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        drawn = list(pool.map(partial(_draw_one, synthetic), planned, chunksize=64))
    measures = np.array([measured for _, _, measured in drawn], np.float32)
    varying = measures.std(axis=0) > 1e-6
    measures = measures[:, varying]
    return Lesson(
        np.stack([photo for photo, _, _ in drawn]),
        np.stack([relief for _, relief, _ in drawn]),
        (measures - measures.mean(axis=0)) / measures.std(axis=0),
    )


def _draw_one(
    synthetic: Synthetic, one: Drawing
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], list[float]]:
    photo = one.draw(synthetic)
    relief = (np.clip(photo.relief, 0, 1) * 255).astype(np.uint8)
    return photo.pixels, relief, [float(photo.n_prints), *measures_of(photo.foot)]


def measures_of(foot: Foot) -> list[float]:
    """Which kind of foot it is, and the measures of each kind, 0 for those it has not."""
    measures = []
    for kind in _KINDS:
        is_of_kind = isinstance(foot, kind)
        measures.append(float(is_of_kind))
        names = [field.name for field in fields(kind)]
        measures += [float(getattr(foot, name)) if is_of_kind else 0.0 for name in names]
    return measures


def teach(lesson: Lesson, epochs: int) -> Pupil:
    """Trains on relief and measures at once, on one thread, in bf16."""
    torch.set_num_threads(1)
    torch.manual_seed(torch_seed(SEED, "lesson", 0))
    pupil = Pupil(lesson.photos.shape[1], lesson.measures.shape[1])
    optimizer = torch.optim.AdamW(pupil.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = Schedule("cosine", warmup_epochs=1)
    for epoch in range(epochs):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(LEARNING_RATE, schedule, epoch, epochs)
        unexplained = _teach_epoch(pupil, optimizer, lesson, epoch)
        sys.stdout.write(
            f"lesson epoch {epoch + 1}/{epochs}: unexplained variance of the relief "
            f"{unexplained[0]:.3f}, of the measures {unexplained[1]:.3f}\n"
        )
        sys.stdout.flush()
    return pupil


def _teach_epoch(
    pupil: Pupil, optimizer: torch.optim.Optimizer, lesson: Lesson, epoch: int
) -> tuple[float, float]:
    """One epoch; gives the mean losses, of relief and measures, as shares of their variance."""
    variance = float(lesson.reliefs.astype(np.float32).var()) / 255**2
    sums, n_steps = torch.zeros(2), 0
    for images, relief, measures in _batches(lesson, epoch):
        with torch.autocast("cpu", torch.bfloat16):
            said_relief, said_measures = pupil(images)
        losses = torch.stack(
            [
                functional.mse_loss(said_relief.float(), _in_patches(relief)) / variance,
                functional.mse_loss(said_measures.float(), measures),
            ]
        )
        optimizer.zero_grad(set_to_none=True)
        losses.sum().backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(pupil.parameters(), CLIP_NORM)
        optimizer.step()
        sums += losses.detach()
        n_steps += 1
    relief_share, measures_share = (sums / n_steps).tolist()
    return relief_share, measures_share


def _batches(
    lesson: Lesson, epoch: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Normalised images [B, 3, S, S], reliefs [B, S, S] in 0 to 1, measures; flipped at random."""
    mean, std = (torch.tensor(part).view(3, 1, 1) for part in (IMAGENET.mean, IMAGENET.std))
    order = permutation(SEED, "lesson order", epoch, len(lesson.photos))
    for start in range(0, len(order) - BATCH_SIZE + 1, BATCH_SIZE):
        rows = order[start : start + BATCH_SIZE]
        photos = torch.from_numpy(lesson.photos[rows]).permute(0, 3, 1, 2)
        images = (photos.float() / 255 - mean) / std
        relief = torch.from_numpy(lesson.reliefs[rows]).float() / 255
        for axis in (1, 2):
            if torch.rand(()) < 0.5:
                images, relief = images.flip(axis + 1), relief.flip(axis)
        yield images, relief, torch.from_numpy(lesson.measures[rows])


def _in_patches(relief: torch.Tensor) -> torch.Tensor:
    """[B, S, S] -> [B, tokens, 64], in the order of the ViT's tokens."""
    patches = relief.unfold(1, _PATCH, _PATCH).unfold(2, _PATCH, _PATCH)
    return patches.reshape(len(relief), -1, _PATCH * _PATCH)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
