"""The convolutions of a network in the order in which an image passes them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from analysis.explain.borrowed import borrowed
from bench.errors import UserError, nearest

Size = tuple[int, int]


@dataclass(frozen=True)
class Convolution:
    """A convolution as an image passes it: its module and dotted name, and the maps' sizes.

    `input_size` and `map_size` are height and width of what goes in and what comes out.
    """

    name: str
    module: nn.Conv2d
    input_size: Size
    map_size: Size

    @property
    def kernel_size(self) -> Size:
        """Height and width of the kernels."""
        height, width = self.module.kernel_size
        return height, width

    @property
    def is_spatial(self) -> bool:
        """Whether it looks at neighbourhoods: not at single pixels, nor at all of its input."""
        takes_all = self.map_size == (1, 1) and self.input_size == self.kernel_size
        return self.kernel_size != (1, 1) and not takes_all

    @property
    def is_patch_embedding(self) -> bool:
        """Whether it cuts its input into patches that do not overlap."""
        return self.module.stride == self.module.kernel_size


def run_order(
    network: nn.Module, image_size: int, wanted: Callable[[nn.Module], bool]
) -> list[tuple[str, nn.Module, Size, Size]]:
    """The wanted modules in the order in which an image first passes them.

    Args:
        network: takes float32 [1, 3, S, S].
        image_size: S, in pixels.
        wanted: says which modules.

    Returns:
        Name, module, and height and width of what goes in and comes out; (0, 0) where that is
        not a batch of maps.
    """
    passed: dict[str, tuple[str, nn.Module, Size, Size]] = {}

    def note(name: str, module: nn.Module, inputs: tuple[object, ...], output: object) -> None:
        source = inputs[0] if inputs else None
        passed.setdefault(name, (name, module, _map_size(source), _map_size(output)))

    with borrowed(network) as handles, torch.inference_mode():
        for name, module in network.named_modules():
            if wanted(module):
                handles.append(module.register_forward_hook(partial(note, name)))
        network(torch.zeros(1, 3, image_size, image_size))
    return list(passed.values())


def _map_size(value: object) -> Size:
    if isinstance(value, Tensor) and value.dim() == 4:
        return value.shape[2], value.shape[3]
    return 0, 0


def convolutions(network: nn.Module, image_size: int) -> tuple[Convolution, ...]:
    """All convolutions that an image passes, in that order.

    Args:
        network: takes float32 [1, 3, S, S].
        image_size: S, in pixels.
    """
    order = run_order(network, image_size, lambda module: isinstance(module, nn.Conv2d))
    return tuple(
        Convolution(name, module, source, target)
        for name, module, source, target in order
        if isinstance(module, nn.Conv2d)
    )


def first_and_deepest(passed: Sequence[Convolution]) -> tuple[Convolution, ...]:
    """The first convolution and the last one that looks at neighbourhoods; one where they agree.

    1 × 1 convolutions have no kernels to look at, so that the projections of shortcuts and of
    bottlenecks do not count, nor does a fully connected layer that is written as a convolution.

    Args:
        passed: what `convolutions` found.

    Returns:
        Two; one; or none where there is none.
    """
    spatial = [one for one in passed if one.is_spatial] or list(passed)
    return tuple({one.name: one for one in (*spatial[:1], *spatial[-1:])}.values())


def named(passed: Sequence[Convolution], names: Sequence[str]) -> tuple[Convolution, ...]:
    """The convolutions of these names.

    Args:
        passed: what `convolutions` found.
        names: dotted names, such as `layer4.1.conv2`.

    Raises:
        UserError: for a name that is no convolution's, with the nearest one.
    """
    by_name = {one.name: one for one in passed}
    for name in names:
        if name not in by_name:
            raise UserError(
                f"--layer {name}: is no convolution of this network{nearest(name, by_name)}"
            )
    return tuple(by_name[name] for name in names)
