"""Random changes to whole batches, each image with its own parameters, on any device.

The meaning is torchvision's (`transforms.v2`, on float images); the parameters come from the
counter-based rule, so that an image's change depends on (seed, epoch, index) alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.nn import functional

from bench.experiments.spec import Augment
from runners import seeding

BRIGHTNESS, CONTRAST, SATURATION, HUE = range(4)
# On a CPU: enough images for the threads to share, few enough for the caches.
_GROUP = 8
_GREY = (0.2989, 0.587, 0.114)  # ITU-R 601-2 luma, with the digits that torchvision uses


@dataclass(frozen=True)
class AugmentParameters:
    """What happens to each image of a batch; every tensor has a row an image.

    `angle_degrees` float32 [B], counter-clockwise; the flips bool [B], after the rotation;
    `brightness`, `contrast` and `saturation` float32 [B], factors from 0; `hue` float32 [B], in
    turns, -0.5 … 0.5; `order` int64 [B, 4], in which order brightness (0), contrast (1),
    saturation (2) and hue (3) are changed.
    """

    angle_degrees: Tensor
    horizontal_flip: Tensor
    vertical_flip: Tensor
    brightness: Tensor
    contrast: Tensor
    saturation: Tensor
    hue: Tensor
    order: Tensor

    def __getitem__(self, rows: slice | Tensor) -> "AugmentParameters":
        """The parameters of some of the images."""
        return AugmentParameters(*(getattr(self, field.name)[rows] for field in fields(self)))


def draw(augment: Augment, seed: int, epoch: int, index: ArrayLike) -> AugmentParameters:
    """Draws the changes of each image, with torchvision's ranges and distributions.

    Every image uses the same eleven draws whatever is switched on, so that changing one setting
    leaves the other changes as they were.

    Args:
        augment: the settings.
        seed: the run's seed.
        epoch: from 0.
        index: int [B], the images' rows in their split.

    Returns:
        The parameters, on the CPU.
    """
    u = seeding.uniform(seed, "augment", epoch, index, 11)
    jitter = augment.color_jitter
    return AugmentParameters(
        angle_degrees=_between(-augment.rotation_degrees, augment.rotation_degrees, u[:, 0]),
        horizontal_flip=torch.from_numpy(u[:, 1] < augment.horizontal_flip),
        vertical_flip=torch.from_numpy(u[:, 2] < augment.vertical_flip),
        brightness=_factor(jitter.brightness, u[:, 3]),
        contrast=_factor(jitter.contrast, u[:, 4]),
        saturation=_factor(jitter.saturation, u[:, 5]),
        hue=_between(-jitter.hue, jitter.hue, u[:, 6]),
        order=torch.from_numpy(np.argsort(u[:, 7:], axis=1, kind="stable")),
    )


def _factor(width: float, u: NDArray[np.float64]) -> Tensor:
    return _between(max(0.0, 1.0 - width), 1.0 + width, u)


def _between(low: float, high: float, u: NDArray[np.float64]) -> Tensor:
    return torch.from_numpy((low + (high - low) * u).astype(np.float32))


def apply(images: Tensor, parameters: AugmentParameters) -> Tensor:
    """Rotates, flips and jitters each image by its own parameters.

    What no image needs is skipped, and an image that is not rotated keeps its pixels exactly. On
    a CPU the result depends neither on the batch that an image is in nor on the number of threads;
    on a GPU the last digits may.

    Args:
        images: [B, 3, S, S] on any device; uint8, or float in [0, 1].
        parameters: of these images; on the CPU, so that looking at them does not wait for a GPU.

    Returns:
        float32 [B, 3, S, S] in [0, 1], contiguous, on the same device.
    """
    if images.device.type != "cpu":
        return _change_all(images, parameters)
    result = torch.empty(images.shape, dtype=torch.float32)
    for start in range(0, len(images), _GROUP):
        rows = slice(start, start + _GROUP)
        result[rows] = _jitter_each(
            _turn(_as_float(images[rows]), parameters[rows]), parameters[rows]
        )
    return result


def _jitter_each(images: Tensor, parameters: AugmentParameters) -> Tensor:
    """Changes colours in place, image by image: a single one stays in the processor's cache."""
    with _one_thread():
        for row in range(len(images)):
            _jitter(images[row : row + 1], parameters[row : row + 1])
    return images


def _change_all(images: Tensor, parameters: AugmentParameters) -> Tensor:
    return _jitter(_turn(_as_float(images), parameters), parameters)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Lets torch compute in the calling thread.

    On a single image threads gain little and wait for each other after each of a hundred small
    steps: a hundredfold slowdown where another process has the other core. With one thread the
    result is also the same bits whatever the number of threads.
    """
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)


def _as_float(images: Tensor) -> Tensor:
    """A float32 copy in [0, 1], contiguous."""
    copy = images.to(torch.float32, memory_format=torch.contiguous_format, copy=True)
    return copy if images.is_floating_point() else copy.div_(255)


def _turn(images: Tensor, parameters: AugmentParameters) -> Tensor:
    """Rotates and flips; may write to `images`. A lookup would blur what is only flipped."""
    rotated = parameters.angle_degrees != 0
    across = _true_rows(parameters.horizontal_flip & ~rotated)
    down = _true_rows(parameters.vertical_flip & ~rotated)
    images = _change(images, across, lambda some, _: some.flip(3))
    images = _change(images, down, lambda some, _: some.flip(2))
    return _change(images, _true_rows(rotated), lambda some, rows: _sample(some, parameters[rows]))


def _true_rows(chosen: Tensor) -> list[int]:
    return [row for row, true in enumerate(chosen.tolist()) if true]


def _change(
    images: Tensor, rows: list[int], operation: Callable[[Tensor, slice | Tensor], Tensor]
) -> Tensor:
    """Puts some images of a batch through an operation.

    Args:
        images: float32 [B, 3, S, S]; may be written to.
        rows: which images.
        operation: takes these images, and their rows as an index; may work in place.

    Returns:
        float32 [B, 3, S, S].
    """
    if not rows:
        return images
    if len(rows) == len(images):  # nothing to pick out and put back, as with a single image
        return operation(images, slice(None))
    index = torch.tensor(rows)
    there = index.to(images.device)
    return images.index_copy_(0, there, operation(images[there], index))


def _sample(images: Tensor, parameters: AugmentParameters) -> Tensor:
    """Rotation, then flips, as one bilinear lookup with zeros outside.

    A pixel at (x, y) of the result comes from (cos·x − sin·y, sin·x + cos·y), measured from the
    centre with y downwards, where a flip has first negated x or y.
    """
    angle = torch.deg2rad(parameters.angle_degrees.double())
    across = 1.0 - 2.0 * parameters.horizontal_flip.double()
    down = 1.0 - 2.0 * parameters.vertical_flip.double()
    weights = torch.stack(
        (angle.cos() * across, -angle.sin() * down, angle.sin() * across, angle.cos() * down)
    )
    x_of_x, x_of_y, y_of_x, y_of_y = weights.to(images)[:, :, None, None]
    n_images, _, side, _ = images.shape
    # The centres of the pixels, where the image reaches from -1 to 1.
    edge = 1.0 - 1.0 / side
    centres = torch.linspace(-edge, edge, side, device=images.device)
    x, y = centres[None, None, :], centres[None, :, None]
    grid = images.new_empty(n_images, side, side, 2)
    torch.add(x_of_x * x, x_of_y * y, out=grid[..., 0])
    torch.add(y_of_x * x, y_of_y * y, out=grid[..., 1])
    return functional.grid_sample(images, grid, padding_mode="zeros", align_corners=False)


def _jitter(images: Tensor, parameters: AugmentParameters) -> Tensor:
    """Changes colours in place, each image's four operations in its own order."""
    settings = (
        (parameters.brightness, 1.0, _brighten),
        (parameters.contrast, 1.0, _contrast),
        (parameters.saturation, 1.0, _saturate),
        (parameters.hue, 0.0, _shift_hue),
    )
    active = [
        (number, values, operation)
        for number, (values, neutral, operation) in enumerate(settings)
        if bool((values != neutral).any())
    ]
    orders = parameters.order.tolist()
    for step in range(len(settings)):
        for number, values, operation in active:
            rows = [row for row, order in enumerate(orders) if order[step] == number]
            images = _change(images, rows, _with_values(operation, values))
    return images


def _with_values(
    operation: Callable[[Tensor, Tensor], Tensor], values: Tensor
) -> Callable[[Tensor, slice | Tensor], Tensor]:
    """The operation on chosen rows, with their values as [B, 1, 1, 1] on the images' device."""
    return lambda images, rows: operation(images, values[rows].to(images).view(-1, 1, 1, 1))


def _brighten(images: Tensor, factor: Tensor) -> Tensor:
    return images.mul_(factor).clamp_(max=1.0)


def _contrast(images: Tensor, factor: Tensor) -> Tensor:
    """Away from, or towards, the mean of the grey image."""
    # The mean of the grey image is the grey of the means, and far cheaper.
    mean = _grey(images.mean(dim=(2, 3), keepdim=True))
    return images.mul_(factor).add_(mean * (1.0 - factor)).clamp_(0.0, 1.0)


def _saturate(images: Tensor, factor: Tensor) -> Tensor:
    """Away from, or towards, each pixel's grey."""
    return images.lerp_(_grey(images), 1.0 - factor).clamp_(0.0, 1.0)


def _grey(images: Tensor) -> Tensor:
    """[B, 3, …] to [B, 1, …]."""
    red, green, blue = images.unbind(1)
    grey = red.mul(_GREY[0]).add_(green, alpha=_GREY[1]).add_(blue, alpha=_GREY[2])
    return grey.unsqueeze(1)


def _shift_hue(images: Tensor, turns: Tensor) -> Tensor:
    """Turns the hue; a pixel's largest and smallest channel keep their values.

    That is HSV with a shifted H, but without S: a channel is `low` on a third of the colour
    circle, `high` on another, and linear between them.
    """
    red, green, blue = images.unbind(1)
    high = torch.maximum(torch.maximum(red, green), blue)
    low = torch.minimum(torch.minimum(red, green), blue)
    chroma = high - low
    # The hue in sixths of the circle: red at 0, green at 2, blue at 4. A sign of -1 means that
    # the channel is not the largest; picking by it is far faster than by a mask.
    from_green = (blue - red).add_(chroma, alpha=2.0)
    from_blue = (red - green).add_(chroma, alpha=4.0)
    sixths = torch.lerp(from_green, from_blue, (green - high).sign_().neg_())
    sixths = torch.lerp(green - blue, sixths, (red - high).sign_().neg_())
    # Grey has no hue; any number will do, but 0/0 gives none.
    sixths.div_(chroma.clamp_min_(torch.finfo(chroma.dtype).tiny)).add_(turns[:, 0], alpha=6.0)
    sixths.sub_(sixths.div(6.0).floor_(), alpha=6.0)
    torch.lerp(low, high, (sixths - 3.0).abs_().sub_(1.0).clamp_(0.0, 1.0), out=red)
    torch.lerp(low, high, (sixths - 2.0).abs_().neg_().add_(2.0).clamp_(0.0, 1.0), out=green)
    torch.lerp(low, high, (sixths - 4.0).abs_().neg_().add_(2.0).clamp_(0.0, 1.0), out=blue)
    return images
