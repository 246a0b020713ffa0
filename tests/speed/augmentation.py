"""Augmentation at 224 px: ours, on batches, beside what a notebook would use, PIL transforms.

    python -m tests.speed.augmentation

Both do the study's recipe (rotation within 30 degrees, flips, colour jitter, to a normalised
tensor) from decoded 224-pixel images, in turns, with two threads. Prints milliseconds an image
(median and range over the rounds) and their ratio.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from torchvision import transforms

from bench.experiments.spec import Augment, ColorJitter
from runners.data.cache import Split
from runners.data.loader import IMAGENET, training_batches

N_IMAGES, SIZE, ROUNDS = 128, 224, 7
RECIPE = Augment(30.0, 0.5, 0.5, ColorJitter(0.2, 0.2, 0.2, 0.1))


def photos() -> np.ndarray:
    """Smooth noise, uint8 [N, S, S, 3]: colours and gradients as in a photo."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (N_IMAGES, 14, 14, 3), dtype=np.uint8)
    large = [Image.fromarray(one).resize((SIZE, SIZE), Image.Resampling.BICUBIC) for one in coarse]
    return np.stack([np.asarray(image) for image in large])


def ours(images: np.ndarray) -> Callable[[int], None]:
    """An epoch of the project's own batches."""
    split = Split(images, np.zeros(N_IMAGES, np.int64), ("",) * N_IMAGES, ("a", "b"))

    def epoch(number: int) -> None:
        device = torch.device("cpu")
        for _ in training_batches(split, RECIPE, IMAGENET, 32, 0, number, device, True):
            pass

    return epoch


def pil(images: np.ndarray) -> Callable[[int], None]:
    """An epoch as in a notebook: torchvision's transforms on PIL images, stacked to batches."""
    recipe = transforms.Compose(
        [
            transforms.RandomRotation(30, transforms.InterpolationMode.BILINEAR),
            transforms.RandomHorizontalFlip(),
            transforms.RandomVerticalFlip(),
            transforms.ColorJitter(0.2, 0.2, 0.2, 0.1),
            transforms.ToTensor(),
            transforms.Normalize(IMAGENET.mean, IMAGENET.std),
        ]
    )
    opened = [Image.fromarray(image) for image in images]

    def epoch(_: int) -> None:
        for start in range(0, N_IMAGES, 32):
            torch.stack([recipe(image) for image in opened[start : start + 32]])

    return epoch


def main() -> None:
    """Times both in turns and prints the table."""
    torch.set_num_threads(2)
    images = photos()
    candidates = {"ours": ours(images), "PIL transforms": pil(images)}
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(ROUNDS + 1):
        for name, epoch in candidates.items():
            start = time.perf_counter()
            epoch(number)
            if number:  # the first round warms up
                taken[name].append((time.perf_counter() - start) / N_IMAGES * 1000)
    for name, rounds in taken.items():
        middle = statistics.median(rounds)
        print(f"{name:15} {middle:5.2f} ms an image ({min(rounds):.2f} to {max(rounds):.2f})")
    ratio = statistics.median(taken["PIL transforms"]) / statistics.median(taken["ours"])
    print(f"PIL transforms / ours = {ratio:.2f}")


if __name__ == "__main__":
    main()
